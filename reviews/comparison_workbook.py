"""Reviews side by side as a workbook: what the page shows, a row a review, a factor, a KPI."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext

from accounts.models import Provider, Side
from reviews.comparing import Comparison, Owed, Quarter
from reviews.movement import Movement
from reviews.templatetags.parts import decisive_count, judged_target, told_of
from scorecards.models import WeightedFactor
from valuereview.spreadsheet import FIGURE, Column, Sheet, Spreadsheet, Value


def comparison_workbook(comparison: Comparison) -> bytes:
    """Return a comparison as the bytes of an .xlsx file, in the active language.

    Its paper is the first account's.
    """
    book = Spreadsheet(
        head=comparison.title,
        author=Provider.current().name,
        paper_size=comparison.accounts[0].paper_size,
    )
    _reviews(book.sheet(gettext("Reviews")), comparison)
    _factors(book.sheet(gettext("Factors")), comparison)
    if comparison.movement:
        _movement(book.sheet(gettext("Why the score moved")), comparison.movement)
    _missed(book.sheet(gettext("KPIs missed")), comparison)
    _people(book.sheet(gettext("Client executives")), comparison)
    return book.content()


def _reviews(sheet: Sheet, comparison: Comparison) -> None:
    columns = [
        *_heads(),
        Column(gettext("Led by"), 24),
        Column(gettext("Score"), 10, sheet.formats.score),
        Column(gettext("Points measured"), 12, FIGURE),
        Column(gettext("Impacts foreseen"), 12, FIGURE),
        Column(gettext("Impacts that happened"), 12, FIGURE),
        Column(gettext("New ideas"), 12, FIGURE),
        Column(gettext("Ideas adopted"), 12, FIGURE),
    ]
    rows: list[Sequence[Value]] = [
        (
            *_which(quarter),
            quarter.led_by,
            *_score(quarter),
            quarter.counts.foreseen,
            quarter.counts.happened,
            quarter.counts.ideas,
            quarter.counts.adopted,
        )
        for quarter in comparison.quarters
    ]
    sheet.table("", columns, rows)
    columns = [
        *_heads(),
        Column(gettext("Side"), 24),
        Column(pgettext("actions", "Agreed"), 10, FIGURE),
        Column(pgettext("actions", "Done"), 12, FIGURE),
        Column(pgettext("actions", "Overdue"), 12, FIGURE),
    ]
    sheet.table(gettext("Actions"), columns, _actions(comparison.quarters))


def _score(quarter: Quarter) -> tuple[Decimal | None, Decimal | None]:
    """Return a review's score, and the points that it is on."""
    card = quarter.review.closes
    return (card.score, card.coverage) if card else (None, None)


def _actions(quarters: Sequence[Quarter]) -> Iterator[Sequence[Value]]:
    for quarter in quarters:
        for owed in quarter.owed:
            side = _side(quarter, owed)
            yield (*_which(quarter), side, owed.agreed, owed.done, owed.overdue)


def _side(quarter: Quarter, owed: Owed) -> str:
    review = quarter.review
    return review.client_title if owed.side == Side.CLIENT else review.provider_title


def _factors(sheet: Sheet, comparison: Comparison) -> None:
    columns = [Column(gettext("Factor"), 28)]
    for quarter in comparison.quarters:
        weight = gettext("{review}: weight").format(review=quarter.label)
        score = gettext("{review}: score").format(review=quarter.label)
        state = gettext("{review}: state").format(review=quarter.label)
        columns += [
            Column(weight, 12, sheet.formats.share),
            Column(score, 12, sheet.formats.score),
            Column(state, 12),
        ]
    rows: list[Sequence[Value]] = [
        (str(line.factor.label), *(value for _quarter, cell in line.cells for value in _cell(cell)))
        for line in comparison.factors
    ]
    sheet.table("", columns, rows)


def _cell(cell: WeightedFactor | None) -> Sequence[Value]:
    if cell is None:
        return (None, None, gettext("Not among the five"))
    weight = None if cell.weight is None else Decimal(cell.weight) / 100
    state = gettext("Missed") if cell.is_missed else ""
    if cell.score is None and not cell.is_missed:
        state = gettext("Not measured")
    return (weight, cell.score, state)


def _movement(sheet: Sheet, movement: Movement) -> None:
    sheet.words(movement.words)
    columns = [
        Column(gettext("Factor"), 28),
        Column(gettext("Points"), 12, sheet.formats.score),
        Column(gettext("Why"), 70),
    ]
    rows = sheet.table(
        "",
        columns,
        ((str(part.factor.label), part.shown, capfirst(part.why)) for part in movement.told),
    )
    if rows:
        sheet.row -= 1
        formula = f"=SUM(B{rows[0]}:B{rows[-1]})"
        sheet.total(gettext("Difference"), 2, formula, sheet.formats.score)


def _missed(sheet: Sheet, comparison: Comparison) -> None:
    columns = [
        *_heads(),
        Column(gettext("Factor"), 26),
        Column(gettext("What is counted"), 40),
        Column(gettext("Target"), 18),
        Column(gettext("Counted"), 18),
        Column(gettext("Note"), 50),
    ]
    rows: list[Sequence[Value]] = [
        (
            *_which(quarter),
            str(item.kpi.get_factor_display()),
            item.kpi.wording,
            judged_target(item),
            decisive_count(item),
            told_of(item),
        )
        for quarter in comparison.quarters
        for item in quarter.missed
    ]
    sheet.table("", columns, rows)


def _people(sheet: Sheet, comparison: Comparison) -> None:
    columns = [
        *_heads(),
        Column(gettext("Name"), 28),
        Column(gettext("Title"), 34),
        Column(gettext("Attendance"), 18),
    ]
    rows: list[Sequence[Value]] = [
        (*_which(quarter), person.name, person.title, str(person.get_attendance_display()))
        for quarter in comparison.quarters
        for person in (*quarter.people, *quarter.absent)
    ]
    sheet.table("", columns, rows)


def _heads() -> list[Column]:
    """Return the columns that say which review a row is of."""
    return [
        Column(gettext("Account"), 28),
        Column(gettext("Review"), 9),
        Column(gettext("Held on"), 18),
    ]


def _which(quarter: Quarter) -> Sequence[Value]:
    review = quarter.review
    return (review.client_title, review.number, review.day)
