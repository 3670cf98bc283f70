"""Put a section's one read-only template into a page or a document."""

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def part_of_record(
    context: template.Context, part: dict[str, object], *, blank: bool = False
) -> SafeString:
    """Render one section's record; `blank` prints ruled lines where nothing is noted yet."""
    section = part["section"]
    review = section.review
    return render_to_string(
        section.template,
        {
            "review": review,
            "account": review.account,
            "section": section,
            "set_aside": part["set_aside"],
            "blank": blank,
            "provider": context.get("provider"),
        }
        | part["context"],
    )
