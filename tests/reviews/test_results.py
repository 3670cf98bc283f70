"""The scorecard between two reviews: what both sides count while its period runs."""

import datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from scorecards.models import KPI, RunningResult, Scorecard
from scorecards.running import NotActive, note_result, remove_result, running_counts
from tests import cast
from tests.reviews.history import a_scorecard

pytestmark = pytest.mark.usefixtures("contexts")

# They close reviews, and read no worksheet.
# A Wednesday.
FIRST = datetime.date(2026, 11, 18)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def scorecard(account):
    return a_scorecard(account, state="active", starts_on=FIRST)


@pytest.fixture
def at(monkeypatch):
    """Set the clock to noon in Toronto, so many days after the period's first."""

    def set_clock(days: int, hour: int = 17) -> None:
        moment = datetime.datetime.combine(FIRST + days * DAY, datetime.time(hour), datetime.UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_clock(20)
    return set_clock


@pytest.fixture
def as_manager(manager, at) -> Client:
    """The manager signs in on the day that the clock shows, or the session would be over."""
    browser = Client()
    browser.force_login(manager)
    return browser


def a_kpi(scorecard, factor="autonomy", **fields) -> KPI:
    kpi = scorecard.kpis.get(factor=factor)
    for name, value in fields.items():
        setattr(kpi, name, value)
    kpi.save()
    return kpi


def address(kpi: KPI) -> str:
    return reverse("scorecard-result", args=[kpi.scorecard.account_id, kpi.pk])


def results_page(account, browser: Client) -> str:
    response = browser.get(reverse("scorecard-results", args=[account.pk]))
    assert response.status_code == 200
    return response.content.decode()


def note(browser: Client, kpi: KPI, **fields):
    told = {"side": "provider", "counted_on": (FIRST + DAY).isoformat(), "note": ""} | fields
    return browser.post(address(kpi), told, follow=True)


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# The page of the scorecard


def test_without_an_active_scorecard_it_says_when_there_will_be_one(account, as_manager):
    page = results_page(account, as_manager)
    assert "No scorecard is active" in page
    assert "One starts when a review is closed" in page


def test_it_tells_the_period_the_factors_and_what_was_agreed(scorecard, as_manager, at):
    a_kpi(scorecard, target=90, unit="%", counted_by="Ruth Adeyemi")
    page = results_page(scorecard.account, as_manager)
    assert "The period started on 18 November 2026: 21 days so far." in page
    assert page.index("Autonomy, 30%") < page.index("Foresight, 10%")
    assert "At least 90%" in page
    assert "counted by Ruth Adeyemi" in page
    assert page.count("Nothing is noted yet.") == 5


def test_it_lists_what_is_noted_with_who_counted(scorecard, manager, as_manager, at):
    kpi = a_kpi(scorecard, target=90, unit="%")
    for side, value in (("provider", "92.5"), ("client", "88")):
        note_result(
            kpi=kpi, by=manager, side=side, counted_on=FIRST, value=Decimal(value), note="Desk"
        )
    page = results_page(scorecard.account, as_manager)
    assert "<b>92.5%</b>" in page
    assert "<b>88%</b>" in page
    assert "Desk" in page


def test_weeks_are_told_side_by_side(scorecard, manager, as_manager, at):
    kpi = a_kpi(scorecard, frequency="week")
    note_result(kpi=kpi, by=manager, side="client", counted_on=FIRST, kept=True)
    note_result(kpi=kpi, by=manager, side="provider", counted_on=FIRST + 7 * DAY, kept=False)
    [counted] = [
        found
        for factor in _factors(scorecard, as_manager)
        for found in factor.kpis
        if found.kpi == kpi
    ]
    assert [(line.words, line.client.words, line.ours.words) for line in counted.lines] == [
        ("18 Nov 2026 to 24 Nov 2026", "Kept", "Not noted"),
        ("25 Nov 2026 to 1 Dec 2026", "Not noted", "Not kept"),
        ("2 Dec 2026 to 8 Dec 2026", "Not noted", "Not noted"),
    ]


def test_working_days_are_told_by_week(scorecard, manager, as_manager, at):
    kpi = a_kpi(scorecard, frequency="working_day")
    for day in (0, 1, 5, 6, 7):
        note_result(
            kpi=kpi, by=manager, side="provider", counted_on=FIRST + day * DAY, kept=day != 6
        )
    counted = _factors(scorecard, as_manager)[0].kpis[0]
    assert [(line.words, line.ours.words) for line in counted.lines] == [
        ("18 Nov 2026 to 20 Nov 2026", "2 kept, 1 not noted"),
        ("23 Nov 2026 to 27 Nov 2026", "2 kept, 1 not kept, 2 not noted"),
        ("30 Nov 2026 to 4 Dec 2026", "5 not noted"),
        ("7 Dec 2026 to 8 Dec 2026", "2 not noted"),
    ]


def _factors(scorecard, browser):
    return browser.get(reverse("scorecard-results", args=[scorecard.account_id])).context["factors"]


def test_ninety_days_of_working_days_are_fourteen_lines(scorecard, as_manager):
    Scorecard.objects.update(starts_on=FIRST - 69 * DAY)
    a_kpi(scorecard, frequency="working_day")
    assert len(list(_factors(scorecard, as_manager)[0].kpis[0].lines)) == 14


def test_today_is_the_account_s_today(scorecard, as_manager, at):
    """At 3 in the morning in London it is still the day before in Toronto."""
    at(2, hour=3)
    assert "2 days so far" in results_page(scorecard.account, as_manager)


def test_the_account_s_page_leads_there_while_a_period_runs(planned, manager, as_manager):
    account = planned.account
    leads = reverse("scorecard-results", args=[account.pk])
    assert leads not in as_manager.get(account.get_absolute_url()).content.decode()
    cast.closed(planned, manager)
    page = as_manager.get(account.get_absolute_url()).content.decode()
    assert leads in page
    assert "Note results" in page


# Noting


def test_a_result_is_noted_with_who_and_when(scorecard, manager, as_manager, at):
    kpi = a_kpi(scorecard, target=90)
    response = note(as_manager, kpi, value="92.5", note="From the desk", side="client")
    assert messages_of(response) == ["Saved."]
    found = RunningResult.objects.get()
    assert (found.kpi, found.side, found.counted_on) == (kpi, "client", FIRST + DAY)
    assert (found.value, found.kept, found.note) == (Decimal("92.5"), None, "From the desk")
    assert (found.noted_by, found.noted_at) == (manager, timezone.now())


def test_it_is_proposed_when_the_review_judges(scorecard, as_manager, at):
    kpi = a_kpi(scorecard, target=90)
    note(as_manager, kpi, value="80")
    note(as_manager, kpi, value="92", counted_on=(FIRST + 3 * DAY).isoformat())
    assert running_counts(scorecard) == {kpi.pk: {"our_count": Decimal(92)}}


def test_a_yes_or_a_no_is_noted_as_such(scorecard, as_manager, at):
    kpi = a_kpi(scorecard, kind="yes_no", target=None)
    note(as_manager, kpi, value="0")
    assert RunningResult.objects.get().value == 0
    assert "<b>No</b>" in as_manager.get(address(kpi)).content.decode()


def test_a_time_is_chosen_and_a_second_word_replaces_the_first(scorecard, as_manager, at):
    kpi = a_kpi(scorecard, frequency="week")
    page = as_manager.get(address(kpi))
    offered = [choice for choice, _label in page.context["form"].fields["counted_on"].choices]
    assert offered == [(FIRST + 7 * week * DAY).isoformat() for week in (2, 1, 0)]
    for kept, text in (("no", "First"), ("yes", "Second")):
        note(as_manager, kpi, kept=kept, note=text, counted_on=offered[1])
    note(as_manager, kpi, kept="no", side="client", counted_on=offered[1])
    found = RunningResult.objects.order_by("side")
    assert [(row.side, row.kept, row.note) for row in found] == [
        ("client", False, ""),
        ("provider", True, "Second"),
    ]


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("value", "", "Give the number that was counted."),
        ("value", "abc", "Write a number with at most 4 decimals, like 95 or 2.5."),
        ("value", "-1", "Write a number with at most 4 decimals, like 95 or 2.5."),
        ("side", "", "Say who counted."),
        ("side", "nobody", "Select a valid choice. nobody is not one of the available choices."),
        ("counted_on", "", "Choose a date."),
        ("counted_on", "someday", "Write a day, a month and a year, like 5 December 2026."),
        ("counted_on", "2026-11-17", "The period starts on 18 Nov 2026."),
        ("counted_on", "2026-12-09", "This day is still to come."),
        ("note", "x" * 301, "Ensure this value has at most 300 characters (it has 301)."),
    ],
)
def test_what_cant_be_kept_is_said_and_stays_typed(scorecard, as_manager, at, field, value, text):
    kpi = a_kpi(scorecard, target=90)
    typed = {"side": "client", "counted_on": "2026-11-19", "value": "92", "note": "Typed words"}
    response = as_manager.post(address(kpi), typed | {field: value})
    assert response.status_code == 422
    assert response.context["form"].errors == {field: [text]}
    page = response.content.decode()
    assert f'href="#id_{field}"' in page
    assert "Typed words" in page or field == "note"
    assert not RunningResult.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("counted_on", "2026-11-19"), ("counted_on", ""), ("kept", ""), ("kept", "perhaps")],
)
def test_a_time_that_is_none_and_a_word_that_is_missing_are_refused(
    scorecard, as_manager, at, field, value
):
    kpi = a_kpi(scorecard, frequency="week")
    typed = {"side": "client", "counted_on": FIRST.isoformat(), "kept": "yes", "note": "Typed"}
    response = as_manager.post(address(kpi), typed | {field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert "Typed" in response.content.decode()


def test_today_can_be_noted_tomorrow_can_t(scorecard, as_manager, at):
    kpi = a_kpi(scorecard, target=90)
    for days, status in ((20, 302), (21, 422)):
        day = (FIRST + days * DAY).isoformat()
        typed = {"side": "client", "counted_on": day, "value": "92"}
        assert as_manager.post(address(kpi), typed).status_code == status


# Removing


def test_a_result_is_removed_and_said(scorecard, manager, as_manager, at):
    kpi = a_kpi(scorecard, target=90, unit="%")
    kept = note_result(kpi=kpi, by=manager, side="client", counted_on=FIRST, value=Decimal(1))
    wrong = note_result(kpi=kpi, by=manager, side="client", counted_on=FIRST, value=Decimal(925))
    response = as_manager.post(address(kpi), {"remove": wrong.pk}, follow=True)
    assert messages_of(response) == ["Removed: 18 Nov 2026, Client, 925%."]
    assert list(kpi.results.all()) == [kept]
    response = as_manager.post(address(kpi), {"remove": wrong.pk}, follow=True)
    assert messages_of(response) == ["This result was removed already."]


@pytest.mark.parametrize("number", ["", "abc", "999999999999999999999", "1.5"])
def test_a_result_that_is_none_is_not_removed(scorecard, manager, as_manager, at, number):
    kpi = a_kpi(scorecard)
    note_result(kpi=kpi, by=manager, side="client", counted_on=FIRST, value=Decimal(1))
    assert as_manager.post(address(kpi), {"remove": number}).status_code == 302
    assert kpi.results.count() == 1


def test_another_kpi_s_result_is_not_removed(scorecard, manager, as_manager, at):
    other = a_kpi(scorecard, factor="foresight")
    found = note_result(kpi=other, by=manager, side="client", counted_on=FIRST, value=Decimal(1))
    as_manager.post(address(a_kpi(scorecard)), {"remove": found.pk})
    assert other.results.count() == 1


# Who, and which


def test_a_director_reads_and_writes_nothing(scorecard, manager, director, at):
    kpi = a_kpi(scorecard, target=90)
    found = note_result(kpi=kpi, by=manager, side="client", counted_on=FIRST, value=Decimal(91))
    browser = Client()
    browser.force_login(director)
    page = results_page(scorecard.account, browser)
    assert "Note a result" not in page
    assert "See the results so far" in page
    page = browser.get(address(kpi)).content.decode()
    assert "<b>91</b>" in page
    assert "Note a result" not in page
    assert "Remove" not in page
    for data in ({"remove": found.pk}, {"side": "client", "value": "1"}):
        assert browser.post(address(kpi), data).status_code == 403
    assert kpi.results.count() == 1


def test_a_director_made_a_member_writes(scorecard, director, at):
    Membership.objects.create(account=scorecard.account, user=director)
    browser = Client()
    browser.force_login(director)
    assert messages_of(note(browser, a_kpi(scorecard, target=90), value="90")) == ["Saved."]


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_only_the_active_scorecard_takes_results(scorecard, as_manager, at, state):
    kpi = a_kpi(scorecard)
    dates = {"draft": (None, None), "closed": (FIRST, FIRST + 20 * DAY)}[state]
    Scorecard.objects.update(state=state, starts_on=dates[0], ends_on=dates[1])
    assert as_manager.get(address(kpi)).status_code == 404
    assert note(as_manager, kpi, value="1").status_code == 404


def test_a_kpi_of_a_factor_that_isn_t_chosen_is_absent(scorecard, as_manager, at):
    kpi = a_kpi(scorecard)
    scorecard.factors.filter(factor="autonomy").delete()
    assert as_manager.get(address(kpi)).status_code == 404
    assert address(kpi) not in results_page(scorecard.account, as_manager)


def test_what_was_closed_meanwhile_stays_as_it_is(scorecard, manager):
    """The closing holds the scorecard's row; what comes after it changes nothing."""
    kpi = a_kpi(scorecard)
    found = note_result(kpi=kpi, by=manager, side="client", counted_on=FIRST, value=Decimal(1))
    Scorecard.objects.update(state="closed", ends_on=FIRST)
    with pytest.raises(NotActive):
        note_result(kpi=kpi, by=manager, side="client", counted_on=FIRST, value=Decimal(2))
    with pytest.raises(NotActive):
        remove_result(result=found)
    assert list(kpi.results.all()) == [found]


@pytest.mark.parametrize("frequency", ["period", "working_day", "week", "fortnight", "month"])
def test_both_pages_speak_french(scorecard, manager, as_manager, at, frequency):
    kpi = a_kpi(scorecard, frequency=frequency, target=Decimal("2.5"))
    noted = {"value": Decimal("2.5")} if frequency == "period" else {"kept": True}
    note_result(kpi=kpi, by=manager, side="client", counted_on=FIRST, **noted)
    manager.language = "fr"
    manager.save()
    assert "2,5" in results_page(scorecard.account, as_manager)
    page = as_manager.get(address(kpi)).content.decode()
    assert "18 novembre 2026" in page
