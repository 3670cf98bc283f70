"""The portfolio: each figure as it is in the records, and of no account but those one may read."""

import datetime
import random
import re
import statistics
from collections import Counter
from decimal import Decimal

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account, Contact, Membership, Role, User
from reviews import closing, concerns, documents, portfolio, summaries
from reviews.agenda import Reader
from reviews.browsing import MOST_COUNTED, Filters
from reviews.browsing import found as found_reviews
from reviews.models import (
    AbsentExecutive,
    OpenAction,
    Review,
    ScoreSpread,
    days_of,
    quarter_of,
    quarter_told,
)
from reviews.portfolio import MOST_CONCERNS, MOST_LEADS, Portfolio
from reviews.spread import QuarterScores, Spread
from scorecards.factors import Factor
from tests import cast
from tests.reviews.history import DAY, FIRST, PERIOD, a_closed_review, find, promise
from tests.reviews.test_whole_life import SEED, Clock, WholeLife, printed
from valuereview.prepared import Prepared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts")]

RUTH, MARTIN, INGRID = "Ruth Adeyemi", "Martin Fell", "Ingrid Sorensen"
# The third review of each account is held on 22 February 2026.
TODAY = FIRST + 2 * PERIOD + 10 * DAY
QUARTER = quarter_of(TODAY)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    noon = datetime.datetime.combine(TODAY, datetime.time(17), datetime.UTC)
    monkeypatch.setattr(timezone, "now", lambda: noon)


@pytest.fixture
def ours(manager) -> Account:
    """Three reviews: autonomy missed twice running, and half of it the first time."""
    account = cast.account_with_people(manager)
    for counts in ({}, {"autonomy": 50}, {"autonomy": 70, "foresight": 90}):
        a_closed_review(account, manager, counts=counts)
    return account


@pytest.fixture
def theirs(outsider) -> Account:
    """Three reviews of somebody else's account, the last of which a factor less was measured."""
    account = cast.account_with_people(outsider, name="Orsay & Finch")
    for counts in ({}, {"foresight": 50}, {"communication": None, "responsiveness": 20}):
        a_closed_review(account, outsider, counts=counts)
    return account


def page(user: User, **asked: object) -> str:
    client = Client()
    client.force_login(user)
    text = client.get(reverse("portfolio"), asked).content.decode()
    return re.sub(r"\s+", " ", text)


def lines(portfolio: Portfolio) -> list[tuple[str, int, int, int, int]]:
    told = portfolio.leads.lines
    return [
        (
            row.name,
            *(getattr(row, kind).count for kind in ("due", "in_progress", "held", "overdue")),
        )
        for row in told
    ]


def cell(portfolio: Portfolio, factor: Factor, place: int = 0):
    return portfolio.factors[factor.number - 1].cells[place]


# By manager


def test_reviews_are_counted_by_who_leads_the_account(ours, theirs, manager, outsider, director):
    cast.planned(ours, manager, on=TODAY + DAY)
    cast.planned(theirs, outsider, on=TODAY - 4 * DAY)
    started = cast.planned(cast.account(manager, name="Valmont"), manager, on=TODAY)
    cast.held_until(started, manager, None)
    Review.objects.filter(pk=started.pk).update(held_on=TODAY)
    portfolio = Portfolio(director)
    assert lines(portfolio) == [("Claire Osborne", 1, 0, 1, 0), ("Thomas Bélanger", 1, 0, 1, 1)]
    total = portfolio.leads.total
    assert (total.due.count, total.held.count, total.overdue.count) == (2, 2, 1)
    assert lines(Portfolio(manager)) == [("Claire Osborne", 1, 0, 1, 0)]
    assert Portfolio(manager).leads.total.overdue.count == 0
    # The quarter before: what was held then; what is overdue is so now.
    assert lines(Portfolio(director, quarter=QUARTER - 1)) == [
        ("Claire Osborne", 0, 0, 1, 0),
        ("Thomas Bélanger", 0, 0, 1, 1),
    ]


def test_each_count_opens_the_list_of_as_many(ours, theirs, outsider, director):
    cast.planned(theirs, outsider, on=TODAY - 4 * DAY)
    for user in (director, outsider):
        portfolio = Portfolio(user)
        client = Client()
        client.force_login(user)
        told = [portfolio.leads.total, *portfolio.leads.lines]
        tallies = [getattr(row, kind) for row in told for kind in ("due", "held", "overdue")]
        tallies += [
            tally
            for row in portfolio.factors
            for one in row.cells
            for tally in (one.chosen, one.missed)
        ]
        assert any(tally.count for tally in tallies)
        for tally in {tally.address: tally for tally in tallies if tally.count}.values():
            assert client.get(tally.address).context["page"].count == tally.count
        for scores in portfolio.scores:
            assert client.get(scores.address).context["page"].count == scores.reviews


def test_managers_come_by_name_page_by_page(director, django_assert_num_queries):
    for number in range(MOST_LEADS + 2):
        # Two of one name are told apart by their number.
        someone = cast.user(f"m{number}@northlight.example", f"Manager {number // 2:02}")
        cast.account(someone, name=f"Account {number}")
    with django_assert_num_queries(1):
        first = Portfolio(director).leads
    assert len(first.lines) == MOST_LEADS
    rest = Portfolio(director, after=first.next_after).leads
    assert [row.name for row in rest.lines] == ["Manager 10", "Manager 10"]
    assert rest.next_after is None
    assert len({row.lead for row in (*first.lines, *rest.lines)}) == MOST_LEADS + 2
    assert "Next managers, by name" in page(director)
    last = page(director, after=first.next_after)
    assert "First managers" in last
    assert "Next managers" not in last
    assert "No more managers" in page(director, after=rest.lines[-1].lead)
    assert "No more managers" in page(director, after=10**17)


def test_an_address_that_cannot_be_read_is_the_first_page(ours, director):
    for asked in ({"after": "x"}, {"after": "9" * 40}, {"quarter": "2026-5"}, {"quarter": "now"}):
        text = page(director, **asked)
        assert "Reviews of Q1 2026, by manager" in text
        assert "Claire Osborne" in text
    assert "Reviews of Q4 2025, by manager" in page(director, quarter="2025-4")
    assert "This quarter" in page(director, quarter="2025-4")


def test_a_manager_who_is_a_member_is_told_of_no_other_account_of_its_lead(ours, theirs, manager):
    other = cast.account_with_people(theirs.lead, name="Brightwater")
    a_closed_review(other, theirs.lead, on=TODAY)
    Membership.objects.create(account=other, user=manager)
    assert lines(Portfolio(manager)) == [
        ("Claire Osborne", 0, 0, 1, 0),
        ("Thomas Bélanger", 0, 0, 1, 0),
    ]
    # Nor by whom a page is to come after.
    assert Portfolio(manager, after=cast.user("z@northlight.example", "A").pk).leads.lines == []


# Scores and factors


def test_scores_lie_where_the_records_say(ours, theirs, director, manager):
    """Ours scored 85 and 90; theirs 95, and (90 - 16) / 85 of what was measured: 81.2."""
    scores = {
        review.summary.account.name: review.closes.score
        for review in Review.objects.filter(number=3).select_related("closes", "summary__account")
    }
    assert scores == {"Halden Mutual": Decimal("90.0"), "Orsay & Finch": Decimal("81.2")}
    last = Portfolio(director).scores[-1]
    assert (last.reviews, last.low, last.middle, last.high) == (
        2,
        Decimal("83.4"),
        Decimal("85.6"),
        Decimal("87.8"),
    )
    assert [(row.quarter, row.middle) for row in Portfolio(manager).scores] == [
        (QUARTER - 1, Decimal(85)),
        (QUARTER, Decimal(90)),
    ]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20))
def test_the_quartiles_are_those_of_a_spreadsheet(scores):
    spread = concerns.spread_of(1, sorted(Counter(scores).items()))
    told = [row * 10 for row in (spread.low, spread.middle, spread.high)]
    if len(scores) == 1:
        assert told == scores * 3
    else:
        assert told == [Decimal(q) for q in statistics.quantiles(scores, method="inclusive")]
    assert told[1] == Decimal(statistics.median(scores))
    assert spread.reviews == len(scores)


def test_factors_are_told_as_chosen_judged_and_missed(ours, theirs, director, manager):
    both = Portfolio(director)
    autonomy = cell(both, Factor.AUTONOMY)
    assert (autonomy.chosen.count, autonomy.weight) == (2, 30)
    # 70 with us, 100 with them.
    assert (autonomy.scored, autonomy.score, autonomy.missed.count) == (2, 85, 1)
    assert not autonomy.is_below
    communication = cell(both, Factor.COMMUNICATION)
    assert (communication.chosen.count, communication.scored, communication.score) == (2, 1, 100)
    assert communication.is_good
    own = cell(Portfolio(manager), Factor.AUTONOMY)
    assert (own.chosen.count, own.score, own.missed.count) == (1, 70, 1)
    assert own.is_below
    assert cell(both, Factor.COMPLIANCE).is_empty
    # The quarters before, and the one in which nothing was held yet.
    assert cell(both, Factor.FORESIGHT, 1).score == 75
    assert both.quarter_names == ["Q1 2026", "Q4 2025", "Q3 2025", "Q2 2025"]
    assert cell(both, Factor.AUTONOMY, 3).is_empty
    text = page(manager)
    assert "<b>70.0</b> below 80" in text
    assert "missed once" in text


def told_of(portfolio: Portfolio) -> tuple[object, ...]:
    """Return all that a page tells, whoever asks."""
    leads = portfolio.leads
    return (
        leads.lines,
        leads.total,
        portfolio.scores,
        portfolio.factors,
        portfolio.missed_twice,
        portfolio.late,
        portfolio.latest,
        portfolio.absent,
    )


def test_a_director_is_told_what_a_member_of_all_accounts_adds_up(ours, theirs, director, manager):
    """What is kept over all accounts, and what is added up for a manager, are the same."""
    promise(ours.reviews.first(), "Rehearse", "Daniel Roy", due_on=TODAY - DAY)
    for account in Account.objects.exclude(lead=manager):
        Membership.objects.create(account=account, user=manager)
    assert told_of(Portfolio(manager)) == told_of(Portfolio(director))
    former = Portfolio(director, quarter=QUARTER - 1)
    assert told_of(Portfolio(manager, quarter=QUARTER - 1)) == told_of(former)
    assert Portfolio(director).missed_twice.rows


# What somebody should look after


def test_what_is_missed_twice_comes_newest_first(ours, theirs, director, outsider):
    a_closed_review(theirs, outsider, counts={"responsiveness": 10}, on=TODAY - DAY)
    told = Portfolio(director).missed_twice
    assert [(row.account_name, row.factor, row.number) for row in told.rows] == [
        ("Orsay & Finch", Factor.RESPONSIVENESS, 4),
        ("Halden Mutual", Factor.AUTONOMY, 3),
    ]
    assert told.count == 2
    text = page(director)
    assert "See all 2 reviews" in text
    assert len(found_reviews(Filters(twice=True), Reader.of(director))) == 2
    assert [row.account_name for row in Portfolio(outsider).missed_twice.rows] == ["Orsay & Finch"]


def test_only_the_first_few_concerns_are_read_and_the_rest_is_counted(ours, director):
    review = ours.reviews.get(number=3)
    for number in range(MOST_CONCERNS + 3):
        promise(review, f"Action {number:02}", "Daniel Roy", due_on=TODAY - (number + 1) * DAY)
    portfolio = Portfolio(director)
    assert portfolio.late == {"client": 0, "provider": MOST_CONCERNS + 3}
    assert [row.words for row in portfolio.latest] == [
        f"Action {number:02}" for number in range(MOST_CONCERNS + 2, 2, -1)
    ]


def test_actions_past_due_are_counted_by_the_side_that_owes_them_now(ours, manager, director):
    first, second, _third = ours.reviews.order_by("number")
    given = promise(first, "Send the calendar", RUTH, due_on=TODAY - 40 * DAY)
    kept = promise(first, "Rehearse", "Daniel Roy", due_on=TODAY - 3 * DAY)
    promise(second, "Not due yet", "Daniel Roy", due_on=TODAY)
    done = promise(first, "Done since", "Daniel Roy", due_on=TODAY - 50 * DAY)
    find(given, second, "not_done", owner="Daniel Roy", due_on=TODAY - 5 * DAY)
    find(done, second, "done")
    portfolio = Portfolio(manager)
    assert portfolio.late == {"client": 0, "provider": 2}
    assert [(row.words, row.title, row.day) for row in portfolio.latest] == [
        ("Send the calendar", "Daniel Roy", TODAY - 5 * DAY),
        ("Rehearse", "Daniel Roy", TODAY - 3 * DAY),
    ]
    text = page(director)
    assert reverse("review-section", args=[kept.review_id, "improvement"]) in text
    assert "Due on" in text
    # A paused account owes nothing meanwhile.
    ours.paused_until = TODAY
    ours.save()
    assert Portfolio(manager).late == {"client": 0, "provider": 0}


@pytest.mark.parametrize("name", ["late-actions", "absent-executives"])
def test_what_stands_behind_a_count_is_listed_page_by_page(
    ours, theirs, absences, manager, director, outsider, monkeypatch, name
):
    monkeypatch.setattr("reviews.portfolio.MOST_A_PAGE", 1)
    asked = {"side": "provider"} if name == "late-actions" else {}
    for wording, days in (("Rehearse", 9), ("Write it down", 9), ("Ask again", 3)):
        promise(ours.reviews.first(), wording, "Daniel Roy", due_on=TODAY - days * DAY)
    words = ["Rehearse", "Write it down", "Ask again"] if asked else [INGRID, MARTIN]
    client = Client()
    client.force_login(manager)
    shown, after = [], {}
    while not shown or after:
        found = client.get(reverse(name), asked | after)
        page = found.context["page"]
        assert page.count == len(words)
        shown += [row.words for row in page.rows]
        after = {"after": page.next_after} if page.next_after else {}
        assert f"after={page.next_after}" in found.content.decode() or not after
    assert shown == words
    for user, is_told in ((director, True), (outsider, False)):
        client.force_login(user)
        text = client.get(reverse(name), asked).content.decode()
        assert (words[0] in text) == is_told
        # What can't be read is the first page; what comes after the last one is said.
        first = client.get(reverse(name), asked | {"after": "x"}).content.decode()
        assert (words[0] in first) == is_told
        assert "First page" not in first
        far = "3000-01-01.1" if asked else "1000-01-01.1"
        end = client.get(reverse(name), asked | {"after": far}).content.decode()
        assert "Nothing more" in end
        assert client.get(reverse(name), asked | {"after": "2026-02-31.1"}).status_code == 200


def test_counts_stop_at_a_bound_and_say_so(ours, director, monkeypatch):
    monkeypatch.setattr("reviews.portfolio.MOST_COUNTED", 2)
    monkeypatch.setattr("reviews.templatetags.tallies.MOST_COUNTED", 2)
    # What was put into SQL before has the bound in it.
    monkeypatch.setattr(portfolio, "_concerns", Prepared(portfolio._concerns.question))
    for number in range(5):
        promise(ours.reviews.get(number=3), f"Action {number}", RUTH, due_on=TODAY - DAY)
    assert Portfolio(director).late["client"] == 3
    assert 'aria-hidden="true">2+</span><span class="vr-hidden">More than 2</span>' in page(
        director
    )
    assert MOST_COUNTED == 1000


def test_what_is_kept_of_the_page_is_neither_old_nor_anybody_elses(
    ours, manager, outsider, director, monkeypatch
):
    def told(user: User) -> tuple[str, str]:
        text = page(user)
        table = text.partition('id="factors"')[2].partition("</table>")[0]
        drawing = text.partition('class="vr-figure"')[2].partition("</figure>")[0]
        return table.partition("Autonomy</th>")[2].partition("</td>")[0], drawing

    first = told(director)
    assert "chosen once" in first[0]
    theirs = cast.account_with_people(outsider, name="Orsay & Finch")
    for counts in ({}, {"foresight": 50}, {"responsiveness": 20}):
        a_closed_review(theirs, outsider, counts=counts)
    then = told(director)
    assert "chosen 2 times" in then[0]
    assert first[1] != then[1]
    # A manager is told of own accounts, before and after a director asked.
    assert told(manager) == first == told(manager)
    director.language = "fr"
    director.save()
    assert "choisi 2 fois" in page(director)
    # Another bound marks other cells, and is drawn elsewhere.
    director.language = "en"
    director.save()
    monkeypatch.setattr(django_settings, "MISSED_BELOW", 60)
    assert "below 60" in page(director)
    assert told(director)[1] != then[1]


@pytest.fixture
def absences(manager) -> Account:
    """Martin came once and was then absent, Ingrid is no more expected, Ruth came to the last."""
    account = cast.account_with_people(manager)
    a_closed_review(account, manager, present=(RUTH, MARTIN, INGRID))
    a_closed_review(account, manager, present=(RUTH,), absent=(MARTIN,))
    a_closed_review(account, manager, present=(RUTH,), absent=(MARTIN, "Tomas Lind"))
    return account


def test_who_came_and_then_to_none_of_the_last_two_stopped_coming(absences, manager, outsider):
    """Tomas never came: he can't stop."""
    told = Portfolio(manager).absent
    assert {row.words for row in told.rows} == {MARTIN, INGRID}
    assert {(row.day, row.number) for row in told.rows} == {(FIRST, 2)}
    assert "Last came on 26 August 2025" in page(manager)
    assert Portfolio(outsider).absent.rows == []


def test_who_comes_again_or_left_the_client_is_told_no_more(absences, manager):
    Contact.objects.filter(name=INGRID).update(left_on=TODAY)
    assert [row.words for row in Portfolio(manager).absent.rows] == [MARTIN]
    a_closed_review(absences, manager, present=(MARTIN,))
    assert [row.words for row in Portfolio(manager).absent.rows] == []
    # Ruth stayed away once only.
    assert set(AbsentExecutive.objects.values_list("contact__name", flat=True)) == {INGRID}


def test_a_reopened_review_takes_its_absences_and_its_score_back(absences, manager, director):
    assert ScoreSpread.objects.filter(quarter=QUARTER).exists()
    last = absences.reviews.get(number=3)
    closing.reopen_review(review=last, by=director, reason="A name was wrong")
    assert Portfolio(manager).absent.rows == []
    assert not ScoreSpread.objects.filter(quarter=QUARTER).exists()


# What is kept


def kept() -> list[list[dict[str, object]]]:
    """Return all that closings keep of concerns."""
    kinds = (ScoreSpread, OpenAction, AbsentExecutive)
    return [list(kind.objects.order_by("pk").values()) for kind in kinds]


class WatchedLife(WholeLife):
    """A life of reviews after each step of which what is kept is what a rebuild makes."""

    def check(self) -> None:
        before = kept()
        concerns.rebuild()
        assert kept() == before


@pytest.mark.uncounted
def test_whatever_order_reviews_live_in_what_is_kept_is_what_a_rebuild_makes(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock.now)
    monkeypatch.setattr(documents, "worksheet", printed)
    chance = random.Random(SEED)  # noqa: S311 - the same life each time, no secret
    WatchedLife(chance, clock).live(40)
    assert OpenAction.objects.exists()


def test_a_rebuild_finds_what_the_closings_kept(ours, theirs, absences):
    promise(ours.reviews.first(), "Rehearse", "Daniel Roy", due_on=TODAY - DAY)
    before = kept()
    assert all(before)
    concerns.rebuild()
    assert kept() == before


# The page


def test_what_is_not_there_yet_is_said_with_what_to_do(manager, director):
    nothing = page(manager)
    assert "No account yet" in nothing
    assert "No score yet" in nothing
    assert "No factor chosen yet" in nothing
    cast.planned(cast.account_with_people(manager), manager, on=TODAY)
    planned = page(manager)
    assert "No account yet" not in planned
    assert "No factor was missed in two reviews running." in planned
    assert "No executive who used to come missed the last two reviews of their account." in planned


def test_a_foreign_account_leaves_no_trace(ours, theirs, absences, outsider, manager):
    promise(ours.reviews.first(), "Rehearse quietly", "Daniel Roy", due_on=TODAY - DAY)
    for name in ("Halden Mutual", "Claire Osborne", "Rehearse quietly", MARTIN):
        assert name in page(manager)
        assert name not in page(outsider)
    administrator = cast.user("ada@northlight.example", "Ada Roy", role=Role.ADMINISTRATOR)
    Membership.objects.create(account=ours, user=administrator)
    portfolio = Portfolio(administrator)
    assert (portfolio.leads.lines, portfolio.scores, portfolio.factors) == ([], [], [])
    assert portfolio.latest == portfolio.absent.rows == portfolio.missed_twice.rows == []


def test_it_asks_four_times_however_much_there_is(
    ours, theirs, director, django_assert_num_queries
):
    for user in (director, ours.lead):
        portfolio = Portfolio(user)
        with django_assert_num_queries(4):
            told_of(portfolio)


def test_the_chart_says_in_words_what_it_draws(ours, theirs, director):
    text = page(director)
    assert "The median score of 2 quarters, from 90.0 in Q4 2025 to 85.6 in Q1 2026" in text
    assert "83.4 to 87.8" in text


def test_a_quarter_without_scores_is_a_gap_in_the_line():
    spread = Spread(
        [
            QuarterScores(8000, 3, Decimal(70), Decimal(80), Decimal(90)),
            QuarterScores(8001),
            QuarterScores(8002, 3, Decimal(40), Decimal(50), Decimal(60)),
            QuarterScores(8003, 1, Decimal(90), Decimal(90), Decimal(90)),
        ]
    )
    chart = spread.wide
    first, gap, low, flat = chart.bars
    assert (gap.y, gap.top) == ("", "")
    assert chart.lines == [f"{low.x},{low.y} {flat.x},{flat.y}"]
    assert [level.score for level in chart.levels] == [100, 40]
    # Half of the scores: as high on the chart as they lie apart.
    assert float(low.height) == float(first.height)
    assert flat.height == "2.0"
    assert [row.quarter for row in chart.scored] == [8000, 8002, 8003]
    later = Spread([*spread.quarters[:1], *map(QuarterScores, range(8001, 8009))])
    # A phone is told of the quarters that it is shown.
    assert [row.quarter for row in later.wide.scored] == [8000]
    assert later.narrow.scored == []
    assert Spread(spread.quarters[:1]).wide.bars[0].x == "403.0"


def test_a_quarter_begins_and_ends_on_its_days():
    assert days_of(2026 * 4) == (datetime.date(2026, 1, 1), datetime.date(2026, 3, 31))
    assert days_of(2026 * 4 + 3) == (datetime.date(2026, 10, 1), datetime.date(2026, 12, 31))


def test_what_is_missed_because_nobody_measured_it_is_told(account, manager, as_manager):
    for counts in ({}, {"autonomy": None}):
        review = a_closed_review(account, manager, counts=counts)
    # As for the second time running.
    review.closes.factors.filter(factor="autonomy").update(is_missed=True)
    summaries.keep(review)
    quarter = "{}-{}".format(*quarter_told(quarter_of(review.held_on)))
    page = as_manager.get("/portfolio/", {"quarter": quarter}).content.decode()
    address = f"/reviews/?quarter={quarter}&amp;missed=autonomy"
    assert f'<a href="{address}">missed once</a>' in page
    assert "No score" in page
