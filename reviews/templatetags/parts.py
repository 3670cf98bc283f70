"""Put a section's one read-only template into a page or a document."""

from decimal import Decimal

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from reviews.minutes import MeetingTime
from reviews.progress import Part
from reviews.results import count_in_words, over_the_period
from scorecards.models import KPI, RunningResult
from scorecards.scores import JudgedKPI
from valuereview.templatetags.words import plain_number, with_unit

register = template.Library()


@register.simple_tag
def part_of_record(part: Part, *, blank: bool = False) -> SafeString:
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
        }
        | part.context,
    )


@register.simple_tag
def part_to_fill(part: Part) -> SafeString:
    """Render one section to be filled by hand: what it has to judge, and ruled lines."""
    section = part.section
    return render_to_string(
        section.empty_template,
        {"review": section.review, "section": section} | part.context,
    )


@register.simple_tag
def minutes_of(time: MeetingTime, key: str) -> SafeString:
    """Return what a section was planned to take, and took if that was counted, for its heading."""
    section = time.sections[key]
    text = gettext("{planned} min planned")
    if time.is_counted:
        text = gettext("{planned} min planned, {taken} taken")
    words = text.format(planned=section.planned, taken=section.minutes)
    return format_html(' <small class="minutes">{}</small>', words)


@register.simple_tag
def ruled(columns: int, rows: int = 3) -> SafeString:
    """Return empty table rows to be filled by hand."""
    row = f'<tr class="vr-ruled">{"<td></td>" * columns}</tr>'
    return mark_safe(row * rows)  # noqa: S308 - two numbers of ours


@register.simple_tag
def ruled_lines(count: int) -> SafeString:
    """Return empty items of a list to be filled by hand."""
    return mark_safe('<li class="vr-ruled"></li>' * count)  # noqa: S308 - a number of ours


@register.filter
def target_of(kpi: KPI) -> str:
    """Return a KPI's target in words: "At least 95%", "At most 1 meeting", "Yes"."""
    return _target(kpi, kpi.target)


@register.filter
def judged_target(item: JudgedKPI) -> str:
    """Return in words the target that a KPI is judged by, adjusted or not."""
    return _target(item.kpi, item.target)


def _target(kpi: KPI, target: Decimal | None) -> str:
    if kpi.kind == KPI.Kind.YES_NO:
        return gettext("Yes")
    if target is None:
        return "–"
    return f"{kpi.get_kind_display()} {with_unit(target, kpi.unit)}"


@register.filter
def count_of(item: JudgedKPI, side: str) -> str:
    """Return in words what one side, "our" or "client", counted of a KPI; a dash for nothing."""
    return _count(item, getattr(item.judgement, f"{side}_count"))


@register.filter
def decisive_count(item: JudgedKPI) -> str:
    """Return in words the count that decides."""
    return _count(item, item.decides)


def _count(item: JudgedKPI, count: Decimal | None) -> str:
    if count is None:
        return "–"
    if item.kpi.is_timed:
        told = gettext("{kept} of {times}")
        return told.format(kept=plain_number(count), times=item.times)
    return over_the_period(count, item.kpi)


@register.filter
def measured_how(item: JudgedKPI) -> str:
    """Return in words that a KPI wasn't measured, or what both sides adjusted to judge it."""
    judgement = item.judgement
    if item.is_left_out_again:
        return gettext("Not measured, twice running: it counts as missed.")
    if item.is_left_out:
        return gettext("Not measured: left out of the score.")
    if item.kpi.needs_target:
        return gettext("No target was agreed: left out of the score.")
    if item.times != item.counted_times:
        text = gettext("{times} times were agreed instead of {counted}: {why}")
        return text.format(times=item.times, counted=item.counted_times, why=judgement.adjusted_why)
    if judgement.adjusted_target is not None:
        return gettext("The target was adjusted: {why}").format(why=judgement.adjusted_why)
    return ""


@register.filter
def told_of(item: JudgedKPI) -> str:
    """Return what is to be told of a judged KPI: why not measured, what was adjusted, the cause."""
    judgement, told = item.judgement, [measured_how(item)]
    if item.is_left_out:
        told.append(judgement.not_measured_why)
    if judgement.cause:
        told.append(gettext("Why: {cause}").format(cause=judgement.cause))
    if judgement.deeper_cause:
        told.append(gettext("And why that: {cause}").format(cause=judgement.deeper_cause))
    return " ".join(filter(None, told))


@register.filter
def working_of(item: JudgedKPI) -> str:
    """Return the division by which a KPI that missed its target is scored: "91 ÷ 98"."""
    if item.attained is None or item.attained == 1 or item.decides is None:
        return ""
    count, target = plain_number(item.decides), plain_number(item.target)
    if item.kpi.is_timed:
        return f"{count} ÷ {item.times}"
    if item.kpi.kind == KPI.Kind.AT_LEAST:
        return f"{count} ÷ {target}"
    return f"{target} ÷ {count}" if item.kpi.kind == KPI.Kind.AT_MOST else ""


@register.filter
def counted_words(result: RunningResult, kpi: KPI) -> str:
    """Return what was counted of a KPI, in words: "92.5%", "Yes", "Kept"."""
    return count_in_words(result, kpi)
