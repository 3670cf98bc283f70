"""The record of a review as a workbook: a sheet a section, its figures as live formulas.

The formulas are those of `scorecards.scoring`, cell by cell, and give the same figures.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from accounts.models import Side
from reviews.access import speaking
from reviews.carrying import CarriedAction, CarriedIdea, CarriedImpact
from reviews.models import (
    ActionVerdict,
    Impact,
    ImprovementAction,
    InnovationIdea,
    Participant,
    Review,
    SetAside,
)
from reviews.progress import Progress, read_record, summary
from reviews.templatetags.parts import told_of
from scorecards.models import KPI
from scorecards.scores import JudgedFactor, JudgedKPI, JudgedScorecard
from valuereview.spreadsheet import FIGURE, Column, Sheet, Spreadsheet, Value
from valuereview.templatetags.words import day

# What a reader of a section sees, as its `context` says.
Told = dict[str, Any]


def workbook(review: Review) -> bytes:
    """Return a review's record as the bytes of an .xlsx file, in the client's language.

    It reads the record once, and never the private preparation notes.
    """
    record = read_record(review.pk)
    account = record.account
    with speaking(account.language, account):
        book = Spreadsheet(
            head=_head(record), author=record.provider_title, paper_size=account.paper_size
        )
        sheets = {}
        told: dict[str, Told] = {}
        for part in summary(Progress(record)):
            section = part.section
            sheet = sheets[section.key] = book.sheet(f"{section.number} {section.title}")
            told[section.key] = part.context
            if section.set_aside:
                _set_aside(sheet, section.set_aside)
        _participants(sheets["participants"], record)
        weights = _factors(sheets["factors"], told["factors"])
        _scorecard(sheets["scorecard"], told["scorecard"], record, weights)
        _improvement(sheets["improvement"], told["improvement"], record)
        _impacts(sheets["impacts"], told["impacts"], record)
        _innovation(sheets["innovation"], told["innovation"], record)
        _next_review(sheets["next-review"], record)
        return book.content()


def _set_aside(sheet: Sheet, aside: SetAside) -> None:
    words = [gettext("Set aside"), str(aside.get_reason_display()), aside.words]
    sheet.words(" · ".join(filter(None, words)))
    sheet.row += 1


def _participants(sheet: Sheet, record: Review) -> None:
    columns = [
        Column(gettext("Organisation"), 28),
        Column(gettext("Name"), 28),
        Column(gettext("Title"), 34),
        Column(gettext("Attendance"), 18),
    ]
    people = record.participants.all()
    sheet.table(
        "",
        columns,
        (
            (
                _of_side(record, person.side),
                person.name,
                person.title,
                str(person.get_attendance_display()),
            )
            for person in people
        ),
    )


def _factors(sheet: Sheet, told: Told) -> dict[str, str]:
    """Write the five, and return where each weight stands, for other sheets' formulas."""
    chosen = told["chosen"]
    columns = [
        Column(gettext("Factor"), 26),
        Column(gettext("Weight"), 16, sheet.formats.share),
        Column(gettext("What it means"), 44),
    ]
    rows = sheet.table(
        "",
        columns,
        (
            (str(row.choice.label), Decimal(row.weight or 0) / 100, str(row.choice.definition))
            for row in chosen
        ),
    )
    sheet.row -= 1
    if rows:
        formula = f"=SUM(B{rows[0]}:B{rows[-1]})"
        sheet.total(gettext("Total"), 2, formula, sheet.formats.share)
    sheet.row += 1
    people = [person for person in told["people"] if person.has_words]
    if people:
        sheet.table(gettext("In their own words"), _word_columns(), map(_words_of, people))
    name = sheet.page.title.replace("'", "''")
    return {row.factor: f"'{name}'!$B${place}" for row, place in zip(chosen, rows, strict=True)}


def _word_columns() -> list[Column]:
    return [
        Column(gettext("Executive"), 26),
        Column(gettext("Title"), 16),
        Column(gettext("What matters, and how much"), 44),
        Column(gettext("The last ninety days"), 34),
        Column(gettext("Value expected of the next"), 34),
        Column(gettext("How they will know"), 34),
    ]


def _words_of(person: Participant) -> Sequence[Value]:
    return (
        person.name,
        person.title,
        person.what_matters,
        person.last_period,
        person.expected_value,
        person.how_they_know,
    )


def _scorecard(sheet: Sheet, told: Told, record: Review, weights: dict[str, str]) -> None:
    judged = told["judged"]
    if isinstance(judged, JudgedScorecard):
        _judged(sheet, judged, record)
    columns = [
        Column(gettext("Factor"), 22),
        Column(gettext("Weight"), 9, sheet.formats.share),
        Column(gettext("What is counted"), 30),
        Column(gettext("Kind"), 10),
        Column(gettext("Target"), 9, FIGURE),
        Column(gettext("Unit"), 10),
        Column(gettext("Holds"), 18),
        Column(gettext("How it is counted"), 18),
        Column(gettext("Who counts"), 16),
        Column(gettext("Importance"), 11, FIGURE),
        Column(gettext("Share of factor"), 11, sheet.formats.share),
    ]
    rows: list[Sequence[Value]] = []
    for block in told["factors"]:
        kpis = [line["kpi"] for line in block["kpis"]]
        first = len(rows)
        for kpi in kpis:
            rows.append(_agreed(kpi, weights, len(rows) - first, len(kpis)))
    title = gettext("What will be counted in the next ninety days")
    sheet.table(title, columns, rows)


def _agreed(kpi: KPI, weights: dict[str, str], index: int, count: int) -> Sequence[Value]:
    weight = weights[kpi.factor]
    return (
        str(kpi.get_factor_display()),
        lambda row: f"={weight}",
        kpi.wording,
        str(kpi.get_kind_display()),
        kpi.target,
        kpi.unit,
        str(kpi.get_frequency_display()),
        kpi.counted_how,
        kpi.counted_by,
        kpi.importance,
        lambda row: f"=J{row}/SUM(J{row - index}:J{row - index + count - 1})",
    )


def _judged(sheet: Sheet, judged: JudgedScorecard, record: Review) -> None:
    """Write what was counted, and by live formulas what it scores: by KPI, by factor, in all."""
    counted = gettext("{name} counted")
    columns = [
        Column(gettext("Factor"), 22),
        Column(gettext("Weight"), 9, sheet.formats.share),
        Column(gettext("What is counted"), 30),
        Column(gettext("Kind"), 10),
        Column(gettext("Target"), 9, FIGURE),
        Column(gettext("Unit"), 10),
        Column(gettext("Number of times"), 18, FIGURE),
        Column(counted.format(name=record.provider_title), 18, FIGURE),
        Column(counted.format(name=record.client_title), 16, FIGURE),
        Column(gettext("Importance"), 11, FIGURE),
        Column(gettext("Decides"), 11, FIGURE),
        Column(gettext("Attained"), 10, sheet.formats.share),
        Column(gettext("Can earn"), 10, sheet.formats.points),
        Column(gettext("Points"), 10, sheet.formats.points),
        Column(gettext("Note"), 36),
    ]
    title = gettext("What was delivered, {first} to {last}").format(
        first=day(judged.period.first), last=day(judged.period.last)
    )
    lines = [
        _line(factor, item, index)
        for factor in judged.factors
        for index, item in enumerate(factor.kpis)
    ]
    rows = sheet.table(title, columns, lines)
    formats = [item.kpi.counts_yes_or_no for factor in judged.factors for item in factor.kpis]
    for row, is_yes_or_no in zip(rows, formats, strict=True):
        if is_yes_or_no:
            for letter in "HIK":
                sheet.page[f"{letter}{row}"].number_format = sheet.formats.yes_or_no
    if not rows:
        return
    sheet.row -= 1
    earned = sheet.total(
        gettext("Points earned"), 14, f"=SUM(N{rows[0]}:N{rows[-1]})", sheet.formats.points
    )
    measured = sheet.total(
        gettext("Points measured"), 14, _measured(rows[0], rows[-1]), sheet.formats.points
    )
    score = f'=IF(N{measured}=0,"",ROUND(100*N{earned}/N{measured},1))'
    sheet.total(gettext("Score"), 14, score, sheet.formats.score)
    sheet.row += 1
    first = rows[0]
    by_factor: list[Sequence[Value]] = []
    for factor in judged.factors:
        last = first + len(factor.kpis) - 1
        by_factor.append(_by_factor(factor, first, last))
        first = last + 1
    heads = [
        Column(gettext("Factor"), 22),
        Column(gettext("Weight"), 9, sheet.formats.share),
        Column(gettext("Score"), 30, sheet.formats.score),
    ]
    sheet.table(gettext("Score by factor"), heads, by_factor)


def _line(factor: JudgedFactor, item: JudgedKPI, index: int) -> Sequence[Value]:
    kpi, count = item.kpi, len(factor.kpis)

    def can_earn(row: int) -> str:
        first = row - index
        return f"=100*B{row}*J{row}/SUM(J{first}:J{first + count - 1})"

    return (
        str(factor.row.choice.label),
        Decimal(factor.weight) / 100,
        kpi.wording,
        str(kpi.get_kind_display()),
        item.target,
        kpi.unit,
        item.times if kpi.is_timed else None,
        item.judgement.our_count,
        item.judgement.client_count,
        kpi.importance,
        lambda row: f'=IF(ISNUMBER(I{row}),I{row},IF(ISNUMBER(H{row}),H{row},""))',
        lambda row: _attained(item, row),
        can_earn,
        lambda row: f'=IF(ISNUMBER(L{row}),M{row}*L{row},"")',
        told_of(item),
    )


def _attained(item: JudgedKPI, row: int) -> str:
    """Return the formula of how far a target was attained (`product.md` 4), 0 to 1."""
    if item.is_left_out or item.kpi.needs_target:
        return '=""'
    if item.kpi.is_timed:
        formula = f"MIN(K{row},G{row})/G{row}"
    elif item.kpi.kind == KPI.Kind.YES_NO:
        formula = f"IF(K{row}=0,0,1)"
    elif item.kpi.kind == KPI.Kind.AT_LEAST:
        formula = f"MIN(K{row}/E{row},1)"
    else:
        formula = f"IF(K{row}<=E{row},1,E{row}/K{row})"
    return f'=IF(ISNUMBER(K{row}),{formula},"")'


def _measured(first: int, last: int) -> str:
    return f"=SUMPRODUCT(ISNUMBER(L{first}:L{last})*M{first}:M{last})"


def _by_factor(factor: JudgedFactor, first: int, last: int) -> Sequence[Value]:
    if last < first:
        return (str(factor.row.choice.label), Decimal(factor.weight) / 100, None)
    measured = _measured(first, last)[1:]
    score = f'=IF({measured}=0,"",ROUND(100*SUM(N{first}:N{last})/{measured},1))'
    return (str(factor.row.choice.label), Decimal(factor.weight) / 100, lambda row: score)


def _improvement(sheet: Sheet, told: Told, record: Review) -> None:
    carried = told["carried"]
    if carried:
        columns = [
            Column(gettext("Action"), 40),
            Column(gettext("Owner"), 26),
            Column(gettext("Due"), 17),
            Column(gettext("State"), 24),
            Column(gettext("New date"), 17),
            Column(gettext("Outcome"), 40),
            Column(gettext("Cause"), 34),
        ]
        rows = (_promise(item, record) for item in carried)
        sheet.table(gettext("Actions that were open"), columns, rows)
    columns = [
        Column(gettext("Action"), 40),
        Column(gettext("Owner"), 26),
        Column(gettext("Due"), 17),
        Column(gettext("Answers"), 24),
    ]
    sheet.table(gettext("New actions"), columns, (_action(row, record) for row in told["actions"]))


def _promise(item: CarriedAction, record: Review) -> Sequence[Value]:
    verdict = item.verdict
    goes_on = verdict.goes_on
    owner = verdict if goes_on and verdict.owner_name else item.owned
    return (
        item.record.wording,
        _owner(owner, record),
        item.due_on,
        str(verdict.get_verdict_display()) if verdict.verdict else gettext("Not judged"),
        verdict.due_on if goes_on else None,
        verdict.outcome,
        " ".join(filter(None, [verdict.cause, verdict.deeper_cause])) if goes_on else "",
    )


def _action(row: ImprovementAction, record: Review) -> Sequence[Value]:
    answers = [str(row.get_factor_display()), row.kpi.wording if row.kpi else ""]
    return (row.wording, _owner(row, record), row.due_on, " · ".join(filter(None, answers)))


def _impacts(sheet: Sheet, told: Told, record: Review) -> None:
    carried = told["carried"]
    if carried:
        columns = [
            Column(gettext("Event"), 40),
            Column(gettext("Did it happen?"), 16),
            Column(gettext("Did the plan work?"), 18),
            Column(gettext("What we learned"), 36),
        ]
        sheet.table(gettext("Foreseen before"), columns, map(_event, carried))
    columns = [
        Column(gettext("Event"), 40),
        Column(gettext("Area"), 16),
        Column(gettext("Expected"), 18),
        Column(gettext("Likelihood"), 36),
        Column(gettext("Effect"), 12),
        Column(gettext("Plan"), 36),
        Column(gettext("Owner"), 26),
    ]
    sheet.table(gettext("Foreseen now"), columns, (_impact(row, record) for row in told["impacts"]))


def _event(item: CarriedImpact) -> Sequence[Value]:
    verdict = item.verdict
    return (
        item.record.wording,
        str(verdict.get_happened_display()) if verdict.happened else gettext("Not answered"),
        str(verdict.get_worked_display()) if verdict.worked else "",
        verdict.learned,
    )


def _impact(row: Impact, record: Review) -> Sequence[Value]:
    # A day is a day; with words beside it, or words alone, both are text.
    expected: Value = row.expected_on
    if row.expected_about:
        expected = " ".join(filter(None, [day(row.expected_on), row.expected_about]))
    return (
        row.wording,
        str(row.get_area_display()),
        expected,
        str(row.get_likelihood_display()),
        str(row.get_effect_display()),
        row.plan,
        _owner(row, record),
    )


def _innovation(sheet: Sheet, told: Told, record: Review) -> None:
    columns = [
        Column(gettext("Strategic objective"), 36),
        Column(gettext("Idea"), 40),
        Column(gettext("Whose"), 20),
        Column(gettext("Next step"), 30),
        Column(gettext("State"), 14),
    ]
    carried = told["carried"]
    if carried:
        rows = (_old_idea(item, record) for item in carried)
        sheet.table(gettext("Ideas that were not settled"), columns, rows)
    rows = (
        _idea(row, record, row.next_step, str(row.get_state_display())) for row in told["ideas"]
    )
    sheet.table(gettext("New ideas"), columns, rows)


def _old_idea(item: CarriedIdea, record: Review) -> Sequence[Value]:
    verdict = item.verdict
    if verdict.state:
        return _idea(item.record, record, verdict.next_step, str(verdict.get_state_display()))
    return _idea(item.record, record, item.next_step, item.get_state_display())


def _idea(row: InnovationIdea, record: Review, step: str, state: str) -> Sequence[Value]:
    objective = row.objective_wording or gettext("Still to be named")
    return (objective, row.wording, _of_side(record, row.side), step, state)


def _next_review(sheet: Sheet, record: Review) -> None:
    columns = [
        Column(gettext("Date"), 22),
        Column(gettext("Time"), 10),
        Column(gettext("Place"), 40),
        Column(gettext("To be confirmed by"), 28),
        Column(gettext("No later than"), 22),
    ]
    at = record.next_at.strftime("%H:%M") if record.next_at else ""
    values = (
        record.next_on,
        at,
        record.next_place,
        record.next_confirmed_by if record.next_to_confirm else "",
        record.next_confirmed_on if record.next_to_confirm else None,
    )
    sheet.table("", columns, [values])


def _owner(row: ImprovementAction | ActionVerdict | Impact, record: Review) -> str:
    organisation = _of_side(record, row.owner_side) if row.owner_side else ""
    return ", ".join(filter(None, [row.owner_name, organisation]))


def _of_side(record: Review, side: str) -> str:
    return record.client_title if side == Side.CLIENT else record.provider_title


def _head(record: Review) -> str:
    review = gettext("Quarterly value review {number}").format(number=record.number)
    return f"{record.client_title} · {review} · {day(record.day)}"
