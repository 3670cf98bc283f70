"""Put a section's one read-only template into a page or a document."""

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from reviews.progress import Part
from scorecards.models import KPI
from valuereview.templatetags.words import plain_number

register = template.Library()


@register.simple_tag(takes_context=True)
def part_of_record(context: template.Context, part: Part, *, blank: bool = False) -> SafeString:
    """Render one section's record; `blank` prints ruled lines where nothing is noted yet."""
    section, review = part.section, part.section.review
    return render_to_string(
        section.template,
        {
            "review": review,
            "account": review.account,
            "section": section,
            "set_aside": section.set_aside,
            "blank": blank,
            "provider": context.get("provider"),
        }
        | part.context,
    )


@register.simple_tag
def ruled(columns: int, rows: int = 3) -> SafeString:
    """Return empty table rows to be filled by hand."""
    row = f'<tr class="vr-ruled">{"<td></td>" * columns}</tr>'
    return mark_safe(row * rows)  # noqa: S308 - two numbers of ours


@register.filter
def target_of(kpi: KPI) -> str:
    """Return a KPI's target in words: "At least 95%", "At most 1 meeting", "Yes"."""
    if kpi.kind == KPI.Kind.YES_NO:
        return gettext("Yes")
    if kpi.target is None:
        return "–"
    number = plain_number(kpi.target)
    if kpi.unit == "%":
        number = gettext("{number}%").format(number=number)
    elif kpi.unit:
        number = f"{number}\N{NO-BREAK SPACE}{kpi.unit}"
    return f"{kpi.get_kind_display()} {number}"
