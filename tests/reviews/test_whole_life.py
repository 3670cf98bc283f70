"""A review's whole life in any order, through the pages, against what product.md expects of it.

Chance picks what somebody does next, and what they type; `expected` says what becomes of it.
After each step the record is what is expected, and what a closing froze is as it was.
"""

import datetime
import random
from collections import defaultdict
from collections.abc import Callable, Iterable

import pytest
from django.conf import settings
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from reviews import documents
from reviews.models import (
    ActionVerdict,
    Confirmation,
    DiscussedFactor,
    IdeaVerdict,
    Impact,
    ImpactVerdict,
    ImprovementAction,
    InnovationIdea,
    KeptWorksheet,
    Participant,
    Reopening,
    Review,
    SetAside,
    Sitting,
)
from scorecards.models import KPI, Judgement, RunningResult, Scorecard, WeightedFactor
from tests import cast
from tests.reviews.expected import (
    KEYS,
    ExpectedAccount,
    ExpectedKPI,
    ExpectedReview,
)
from tests.reviews.pages import address, fields_of

pytestmark = [pytest.mark.django_db, pytest.mark.uncounted]

# On each database another life.
SEED = int("postgresql" in settings.DATABASES["default"]["ENGINE"])
STEPS = 60
START = datetime.datetime(2026, 11, 18, 15, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
FIVES = (
    ("autonomy", "deliverable_quality", "responsiveness", "communication", "foresight"),
    ("teamwork", "deliverable_quality", "responsiveness", "communication", "foresight"),
    ("autonomy", "deliverable_quality", "timeliness", "communication", "compliance"),
)
SHARES = ((30, 25, 20, 15, 10), (20, 20, 20, 20, 20), (96, 1, 1, 1, 1))
COUNTS = {
    "met": {"client_count": "100"},
    "missed": {"client_count": "0", "our_count": "100"},
    "left out": {"not_measured": "on", "not_measured_why": "No ticket", "client_agrees": "on"},
}
NO_COUNT = {"client_count": "", "our_count": "", "not_measured": "", "not_measured_why": ""}
BAD_WEIGHTS = ("abc", "101", "0", "-1", "1e1", "２０", "20.0")
BAD_NUMBERS = ("1e5", "-1", "abc", "９５", "1000000000000", "1,000", "NaN", "9" * 40)
BAD_DAYS = ("31 February", "0001-01-01", "9999-12-31", "\x00", "2027-02-29")
BOXES = {
    "improvement": "answer-no_new_action",
    "impacts": "answer-no_impact_foreseen",
    "innovation": "answer-no_idea_today",
}
PREFIXES = {"improvement": "actions", "impacts": "impacts", "innovation": "ideas"}
ROWS: dict[str, type[Model]] = {
    "improvement": ImprovementAction,
    "impacts": Impact,
    "innovation": InnovationIdea,
}

Data = dict[str, str]

KINDS = ("whole", "whole", "whole", "half", "wrong")
BUTTONS = ("confirm", "confirm", "confirm", "save", "next", "set_aside", "take_up")
# What may come next, by the state of the last review; and what comes at any time.
NEXT = {
    "planned": ("meet", "meet", "meet", "meet", "start", "hold_on_paper", "save_any", "save_any",
                "skip", "note_result", "pass_time", "reopen", "reopen", "undo_the_last"),
    "in_progress": ("meet", "meet", "save_the_open_one", "save_the_open_one", "save_any", "close",
                    "close", "close", "close", "close", "end_early"),
}  # fmt: skip
ANYTHING = (
    "plan", "start", "hold_on_paper", "sit_again", "save_any", "end_early", "close", "undo",
    "reopen", "move", "cancel", "skip", "note_result", "change_members", "pass_time",
)  # fmt: skip


class Record:
    """All rows of an account, read at once: what each of its reviews holds."""

    OF_REVIEW: tuple[type[Model], ...] = (
        Participant,
        Sitting,
        SetAside,
        Confirmation,
        DiscussedFactor,
        ImprovementAction,
        Impact,
        InnovationIdea,
        ActionVerdict,
        ImpactVerdict,
        IdeaVerdict,
        Reopening,
    )

    def __init__(self, account: Account) -> None:
        here = {"review__account": account}
        self.of_review = {
            model: by(model._default_manager.filter(**here).order_by("pk").values(), "review_id")
            for model in self.OF_REVIEW
        }
        card = {"scorecard__account": account}
        kpi = {"kpi__scorecard__account": account}
        self.factors = by(
            WeightedFactor.objects.filter(**card).order_by("pk").values(), "scorecard_id"
        )
        self.kpis = by(KPI.objects.filter(**card).order_by("pk").values(), "scorecard_id")
        self.counted = {
            model: by(model.objects.filter(**kpi).order_by("pk").values(), "kpi_id")
            for model in (Judgement, RunningResult)
        }
        self.scorecards = {
            row["id"]: row for row in Scorecard.objects.filter(account=account).values()
        }
        self.reviews = {
            row["id"]: row for row in Review.objects.filter(account=account).order_by("pk").values()
        }
        self.worksheets = {
            (row.review_id, row.version): (bytes(row.content), row.sha256, row.kept_at)
            for row in KeptWorksheet.objects.filter(**here)
        }

    def content(self, pk: int) -> str:
        """Return what a review tells, as its worksheet would."""
        review = self.reviews[pk]
        told: list[object] = [rows[pk] for rows in self.of_review.values()]
        for number in (review["agrees_id"], review["closes_id"]):
            told.append([agreed(row) for row in self.factors[number]])
            told.append(self.kpis[number])
        for kpi in self.kpis[review["closes_id"]]:
            told += [rows[kpi["id"]] for rows in self.counted.values()]
        return repr(told)

    def frozen(self, pk: int) -> tuple[object, ...]:
        """Return all that closing a review froze."""
        review = self.reviews[pk]
        return (
            review,
            self.content(pk),
            self.scorecards[review["agrees_id"]]["follows_id"],
            self.scorecards.get(review["closes_id"]),
            # The scores that were found.
            self.factors[review["closes_id"]],
            {key: kept for key, kept in self.worksheets.items() if key[0] == pk},
        )


def by(rows: Iterable[dict[str, object]], name: str) -> dict[object, list[dict[str, object]]]:
    found = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found


def agreed(row: dict[str, object]) -> dict[str, object]:
    """Return a weighted factor without what a later review finds of it."""
    return {name: value for name, value in row.items() if name not in ("score", "is_missed")}


class Clock:
    now = START


class WholeLife:
    """One account: what is done to its reviews, and what is expected of them."""

    def __init__(self, chance: random.Random, clock: Clock) -> None:
        self.chance, self.clock = chance, clock
        self.people = {
            "manager": cast.user("claire@northlight.example", "Claire Osborne"),
            "colleague": cast.user("daniel@northlight.example", "Daniel Roy"),
            "director": cast.user("julien@northlight.example", "Julien Mercier", role="director"),
        }
        self.account = cast.account_with_people(self.people["manager"])
        self.owner = self.account.contacts.get(name="Ruth Adeyemi").pk
        self.clients = {name: Client() for name in self.people}
        self.writers = {"manager"}
        self.expected = ExpectedAccount()
        self.pks: dict[ExpectedReview, int] = {}
        self.frozen: dict[int, tuple[object, ...]] = {}
        self.kept: dict[tuple[int, int], object] = {}
        self.typed = 0
        self._sign_in()

    def _sign_in(self) -> None:
        for name, client in self.clients.items():
            client.force_login(self.people[name])

    # Who does it, and to what.

    @property
    def today(self) -> datetime.date:
        """Today where the client is, as product.md counts days."""
        return self.clock.now.astimezone(self.account.zone).date()

    def pick(self) -> ExpectedReview:
        """Pick a review: the last one most of the time."""
        back = self.chance.choice((0, 0, 0, 0, 0, 1, 1, 2, 3))
        return self.expected.reviews[-1 - back % len(self.expected.reviews)]

    def someone(self) -> str:
        return self.chance.choice(("manager",) * 8 + ("colleague", "colleague", "director"))

    def post(self, who: str, name: str, review: ExpectedReview, **data: object):
        print(who, name, review.number, data)
        response = self.clients[who].post(reverse(name, args=[self.pks[review]]), data)
        assert response.status_code in (200, 302, 400, 403, 404, 409, 422)
        return response

    def learn_numbers(self) -> None:
        """Learn the database's numbers of the reviews that joined, oldest first."""
        known = set(self.pks.values())
        new = Review.objects.filter(account=self.account).exclude(pk__in=known).order_by("pk")
        joined = [review for review in self.expected.reviews if review not in self.pks]
        self.pks |= dict(zip(joined, new.values_list("pk", flat=True), strict=True))

    def next_word(self, word: str) -> str:
        self.typed += 1
        return f"{word} {self.typed}"

    # What may happen.

    def live(self, steps: int) -> None:
        """Do what comes next, or now and then anything, to any review, so many times."""
        for _step in range(steps):
            state = self.expected.reviews[-1].state if self.expected.reviews else ""
            if self.expected.in_state("in_progress"):
                state = "in_progress"
            verbs = ANYTHING if self.chance.random() < 0.25 else NEXT.get(state, ("plan",))
            if self.expected.reviews:
                getattr(self, self.chance.choice(verbs))()
            else:
                self.plan()
            self.check()

    def plan(self) -> None:
        day = self.today + DAY
        manager = self.people["manager"].pk
        plan = {"planned_on": str(day), "planned_at": "14:00", "facilitator": manager}
        page = reverse("review-new", args=[self.account.pk])
        print("manager plans")
        assert self.clients["manager"].post(page, plan).status_code == 302
        self.expected.plan(day)
        self.learn_numbers()

    def start(self) -> None:
        review, who = self.pick(), self.someone()
        self.post(who, "review-start", review)
        if who in self.writers:
            self.expected.start(review, self.today)

    def hold_on_paper(self) -> None:
        review, on = self.pick(), self.today - self.chance.choice((0, 1, 100)) * DAY
        self.post("manager", "review-held-on-paper", review, held_on=str(on))
        self.expected.start(review, on, on_paper=True)

    def sit_again(self) -> None:
        self.post(self.someone(), "review-sitting", self.pick())

    def save_any(self) -> None:
        kind = self.chance.choice(KINDS)
        self.save(self.pick(), self.someone(), self.chance.choice(KEYS), kind)

    def save_the_open_one(self) -> None:
        review = self.expected.in_state("in_progress") or self.pick()
        key = next((key for key in KEYS if not review.is_settled(key)), self.chance.choice(KEYS))
        self.save(review, "manager", key, self.chance.choice(KINDS))

    def meet(self) -> None:
        """Hold a whole meeting, or its first sections; some aren't whole at the first try."""
        review = self.expected.in_state("in_progress") or self.pick()
        self.post("manager", "review-start", review)
        self.expected.start(review, self.today)
        for key in KEYS[: self.chance.choice((3, 7, 7, 7, 7))]:
            if review.state == "in_progress" and not review.is_settled(key):
                if self.chance.random() < 0.2:
                    self.save(review, "manager", key, "half", "confirm")
                    assert key not in review.confirmed, key
                self.save(review, "manager", key, "whole", "confirm")
                assert key in review.confirmed, key

    def end_early(self) -> None:
        review, who = self.pick(), self.someone()
        self.post(who, "review-end-early", review, **{"rest-reason": "not_reached"})
        if who in self.writers:
            self.expected.end_early(review)

    def close(self) -> None:
        review = self.expected.in_state("in_progress") or self.pick()
        who, is_stale = self.someone(), self.chance.random() < 0.1
        version = Review.objects.get(pk=self.pks[review]).version
        self.post(who, "review-close", review, version=version - is_stale)
        if who in self.writers and not is_stale:
            self.expected.close(review, who, self.clock.now)
            self.learn_numbers()

    def undo(self) -> None:
        review, who = self.pick(), self.someone()
        self.post(who, "review-undo", review)
        if who in self.writers:
            self.expected.undo(review, who, self.clock.now)

    def undo_the_last(self) -> None:
        review = [row for row in self.expected.standing if row.closings][-1:]
        for last in review:
            self.post(last.closed_by, "review-undo", last)
            if last.closed_by in self.writers:
                self.expected.undo(last, last.closed_by, self.clock.now)

    def reopen(self) -> None:
        closed = [row for row in self.expected.standing if row.closings]
        review = self.chance.choice(closed[-2:] or [self.pick()])
        who = self.chance.choice(("director", "director", "director", "manager"))
        reason = self.chance.choice(("A weight was misread", "A weight was misread", " "))
        self.post(who, "review-reopen", review, reason=reason)
        if who == "director" and reason.strip():
            self.expected.reopen(review)

    def move(self) -> None:
        review, day = self.pick(), self.today + self.chance.choice((1, 30)) * DAY
        manager = self.people["manager"].pk
        plan = {"planned_on": str(day), "planned_at": "09:30", "facilitator": manager}
        self.post("manager", "review-move", review, **plan)
        self.expected.move(review, day)

    def cancel(self) -> None:
        review, reason = self.pick(), self.chance.choice(("They merge", ""))
        self.post("manager", "review-cancel", review, reason=reason)
        if reason:
            self.expected.cancel(review)

    def skip(self) -> None:
        review = self.pick()
        self.post("manager", "review-skip", review, reason="Year-end freeze")
        self.expected.skip(review)
        self.learn_numbers()

    def note_result(self) -> None:
        """Note what is counted of any KPI, or remove it: only of those that are in force."""
        review, who = self.pick(), self.someone()
        if not review.agrees.kpis:
            return
        factor = self.chance.choice(sorted(review.agrees.kpis))
        card = Review.objects.get(pk=self.pks[review]).agrees
        kpi = KPI.objects.get(scorecard=card, factor=factor)
        before = list(kpi.results.values_list("pk", flat=True))
        data: dict[str, object] = {"side": "client", "counted_on": str(self.today), "value": "50"}
        if before and self.chance.random() < 0.5:
            data = {"remove": before[0]}
        print(who, "notes of", review.number, factor, data)
        page = reverse("scorecard-result", args=[self.account.pk, kpi.pk])
        response = self.clients[who].post(page, data)
        is_in_force = review.agrees.state == "active" and factor in review.agrees.weights
        if who not in self.writers:
            assert response.status_code in (403, 404)
            is_in_force = False
        else:
            assert response.status_code == (302 if is_in_force else 404)
        change = (-1 if "remove" in data else 1) if is_in_force else 0
        assert kpi.results.count() == len(before) + change

    def change_members(self) -> None:
        joins = self.chance.random() < 0.7
        members = [self.people["colleague"].pk] if joins else []
        page = reverse("account-members", args=[self.account.pk])
        data = {"lead": self.people["manager"].pk, "members": members}
        assert self.clients["manager"].post(page, data).status_code == 302
        self.writers = {"manager"} | ({"colleague"} if joins else set())

    def pass_time(self) -> None:
        self.clock.now += self.chance.choice((datetime.timedelta(minutes=16), DAY, 60 * DAY))
        self._sign_in()

    # What is typed in a section.

    def save(self, review: ExpectedReview, who: str, key: str, kind: str, button: str = "") -> None:
        """Fill a section's form wholly, by half or wrongly, and press a button."""
        button = button or self.chance.choice(BUTTONS)
        choice = self.chance.randrange(200)
        print(who, "saves", review.number, key, kind, button, choice)
        page = address(Review(pk=self.pks[review]), key)
        shown = self.clients[who].get(page)
        data = fields_of(shown) if shown.status_code == 200 else {}
        filled = self._fill(review, key, data, kind, choice) if data else lambda: False
        if filled is None:
            return
        response = self.clients[who].post(
            page, data | {button: "1", "set-aside-reason": "declined"}
        )
        assert response.status_code in (302, 400, 403, 404, 409, 422)
        refused = (
            who not in self.writers
            or not review.is_open
            or review.is_locked(key)
            or kind == "wrong"
            or (button == "set_aside" and (key == KEYS[0] or review.state == "planned"))
        )
        assert refused <= (response.status_code != 302 or review.is_locked(key))
        if refused:
            return
        if filled():
            self.expected.change(review, key)
        if button == "confirm":
            was_confirmed = self.expected.confirm(review, key)
            is_left = review.state == "in_progress" and not was_confirmed
            assert response.status_code == (422 if is_left else 302)
        elif button in ("set_aside", "take_up"):
            review.confirmed.discard(key)
            (review.aside.add if button == "set_aside" else review.aside.discard)(key)

    def _fill(
        self, review: ExpectedReview, key: str, data: Data, kind: str, choice: int
    ) -> Callable[[], bool] | None:
        """Type in a section's form; return what to expect once it is kept: whether it changed.

        None where there's nothing to type wrongly.
        """
        fill = {
            "participants": self._fill_participants,
            "factors": self._fill_factors,
            "scorecard": self._fill_scorecard,
            "next-review": self._fill_next,
        }.get(key)
        if fill is not None:
            return fill(review, data, kind, choice)
        return self._fill_list(review, key, data, kind, choice)

    def _fill_participants(self, review, data: Data, kind: str, choice: int):
        for side, name in (("client", "Ruth Adeyemi"), ("provider", "Claire Osborne")):
            data |= {f"{side}-TOTAL_FORMS": "1", f"{side}-0-attendance": "present"}
            data |= {f"{side}-0-name": name, f"{side}-0-title": self.next_word("Title")}
        if kind == "half":
            data["client-0-title"] = ""
        if kind == "wrong":
            data["client-0-name"] = ("", "\x00", "n" * 121)[choice % 3]

        def kept() -> bool:
            review.has_people = True
            review.half -= {"participants"}
            if kind == "half":
                review.half |= {"participants"}
            elif planned := self.expected.in_state("planned"):
                # The contact is called so from now, where they are merely expected too.
                planned.half -= {"participants"}
            return True

        return kept

    def _fill_factors(self, review, data: Data, kind: str, choice: int):
        five = FIVES[choice % len(FIVES)]
        weights = dict(zip(five, SHARES[choice % len(SHARES)], strict=True))
        if kind == "half":
            if choice % 2:
                del weights[five[choice % 5]]
            else:
                weights[five[0]] -= 1
        for name in [name for name in data if name.endswith("-chosen")]:
            del data[name]
        for factor, weight in weights.items():
            data |= {f"factors-{factor}-chosen": "on", f"factors-{factor}-weight": str(weight)}
        if kind == "wrong" and choice % 4:
            data[f"factors-{five[0]}-weight"] = BAD_WEIGHTS[choice % len(BAD_WEIGHTS)]
        elif kind == "wrong":
            data |= {"factors-cost_control-chosen": "on", "factors-cost_control-weight": "5"}

        def kept() -> bool:
            changed = review.agrees.weights != weights
            review.agrees.weights = weights
            return changed

        return kept

    def _fill_scorecard(self, review, data: Data, kind: str, choice: int):
        card, judged = review.agrees, {}
        if review.closes is not None and review.closes.state == "active":
            judged = review.closes.chosen_kpis
        prefixes = {
            kpi.factor: f"judged-{kpi.pk}"
            for kpi in KPI.objects.filter(scorecard=Review.objects.get(pk=self.pks[review]).closes)
            if kpi.factor in judged
        }
        shown = {name.rpartition("-")[0] for name in data if name.startswith("judged-")}
        assert shown == set(prefixes.values())
        found = {}
        for index, factor in enumerate(sorted(judged)):
            found[factor] = tuple(COUNTS)[(choice + index) % len(COUNTS)]
            for name, value in (NO_COUNT | COUNTS[found[factor]]).items():
                data[f"{prefixes[factor]}-{name}"] = value
        wordings = {}
        for factor in card.weights:
            wordings[factor] = self.next_word("Kept")
            rows = f"kpi-{factor}"
            data |= {f"{rows}-TOTAL_FORMS": "1", f"{rows}-0-wording": wordings[factor]}
            data |= {f"{rows}-0-kind": "at_least", f"{rows}-0-target": "100"}
            data |= {f"{rows}-0-frequency": "period", f"{rows}-0-counted_by": "Both sides"}
        lacking = min(card.weights, default=None)
        if kind == "half" and lacking:
            data[f"kpi-{lacking}-0-target"] = ""
        if kind == "wrong":
            bad = BAD_NUMBERS[choice % len(BAD_NUMBERS)]
            if prefixes and choice % 2:
                data[f"{prefixes[min(prefixes)]}-client_count"] = bad
            elif lacking:
                data[f"kpi-{lacking}-0-target"] = bad
            else:
                return None

        def kept() -> bool:
            for factor, count in found.items():
                judged[factor].count = count
            for factor, wording in wordings.items():
                kpi = card.kpis.setdefault(factor, ExpectedKPI(wording, has_target=True))
                kpi.wording, kpi.has_target = wording, (kind, factor) != ("half", lacking)
            return bool(wordings) or bool(found)

        return kept

    def _fill_list(self, review, key: str, data: Data, kind: str, choice: int):
        rows, before = review.rows[key], self.expected.carried(review, key)
        prefixes = {
            row.wording: f"carried-{row.pk}"
            for row in ROWS[key].objects.filter(review__account=self.account)
            if row.wording in before
        }
        shown = {name.rpartition("-")[0] for name in data if name.startswith("carried-")}
        assert shown == set(prefixes.values())
        goes_on = choice % 3 != 0
        for prefix in prefixes.values():
            verdict = self._verdict(key, goes_on)
            data |= {f"{prefix}-{name}": value for name, value in verdict.items()}
        answered = set(rows.values())
        answered |= {factor for factor in before.values() if goes_on}
        twice = review.closes.missed_twice() if review.closes else frozenset()
        new = {self.next_word(key): factor for factor in sorted(twice - answered)}
        if key != "improvement":
            new = {}
        if kind != "whole" or (choice % 5 and not rows and not new):
            new[self.next_word(key)] = ""
        for index, wording in enumerate([*rows, *new]):
            for name, value in self._row(key, wording, (rows | new)[wording]).items():
                data[f"{PREFIXES[key]}-{index}-{name}"] = value
        last = len(rows) + len(new) - 1
        data[f"{PREFIXES[key]}-TOTAL_FORMS"] = str(last + 1)
        is_none = not rows and not new
        data.pop(BOXES[key], None)
        if is_none:
            data[BOXES[key]] = "on"
        lacks = {"improvement": "due_on", "impacts": "plan", "innovation": "next_step"}[key]
        if kind == "half":
            data[f"{PREFIXES[key]}-{last}-{lacks}"] = ""
        if kind == "wrong":
            bad = {"improvement": "due_on", "impacts": "expected_on", "innovation": "state"}[key]
            data[f"{PREFIXES[key]}-{last}-{bad}"] = BAD_DAYS[choice % len(BAD_DAYS)]

        def kept() -> bool:
            changed = bool(rows or new or before) or review.is_none[key] != is_none
            review.rows[key] = rows | new
            review.is_none[key] = is_none
            review.verdicts[key] |= dict.fromkeys(before, goes_on)
            review.half -= {key}
            if kind == "half":
                review.half |= {key}
            return changed

        return kept

    def _verdict(self, key: str, goes_on: bool) -> Data:
        if key == "improvement":
            verdict = "partly" if goes_on else "done"
            day = str(self.today + 60 * DAY) if goes_on else ""
            return {"verdict": verdict, "outcome": self.next_word("Outcome"), "due_on": day}
        if key == "impacts":
            happened = "not_yet" if goes_on else "no"
            return {"happened": happened, "learned": self.next_word("Learned")}
        state = "exploring" if goes_on else "adopted"
        return {"state": state, "next_step": self.next_word("Step")}

    def _row(self, key: str, wording: str, factor: str) -> Data:
        if key == "improvement":
            day = self.today + self.typed * DAY
            self.typed += 1
            row = {"wording": wording, "factor": factor, "due_on": str(day)}
            return row | {"owner": str(self.owner)}
        if key == "impacts":
            row = {"wording": wording, "area": "client", "likelihood": "likely", "effect": "low"}
            row |= {"plan_kind": "action", "plan": self.next_word("Plan"), "expected_about": "May"}
            return row | {"owner": str(self.owner)}
        row = {"wording": wording, "side": "client", "state": "new", "new_objective": "Grow"}
        return row | {"next_step": self.next_word("Step")}

    def _fill_next(self, review, data: Data, kind: str, choice: int):
        on = str(self.today + (90 + choice) * DAY)
        place = self.next_word("Room")
        data |= {"next-next_on": on, "next-next_at": "10:00", "next-next_place": place}
        if kind == "half":
            data["next-next_at"] = ""
        if kind == "wrong":
            name = ("next-next_on", "next-next_at")[choice % 2]
            data[name] = BAD_DAYS[choice % len(BAD_DAYS)]

        def kept() -> bool:
            review.next_has_day, review.next_has_time = True, kind != "half"
            return True

        return kept

    # What must hold after each step.

    def check(self) -> None:
        record = Record(self.account)
        self._states_are_as_expected(record)
        self._totals_hold(record)
        self._what_was_closed_stays(record)

    def _states_are_as_expected(self, record: Record) -> None:
        assert len(record.reviews) == len(self.expected.reviews)
        cards = {None: None} | {
            review.agrees: record.reviews[pk]["agrees_id"] for review, pk in self.pks.items()
        }
        for review, pk in self.pks.items():
            row = record.reviews[pk]
            found = (row["state"], row["number"], row["held_on"], row["closes_id"])
            wanted = (review.state, review.number, review.held_on, cards[review.closes])
            assert found == wanted
            settled = {item["section"] for item in record.of_review[Confirmation][pk]}
            aside = {item["section"] for item in record.of_review[SetAside][pk]}
            assert (settled, aside) == (review.confirmed, review.aside)
            weights = {item["factor"]: item["weight"] for item in record.factors[row["agrees_id"]]}
            card = record.scorecards[row["agrees_id"]]
            assert (card["state"], weights) == (review.agrees.state, review.agrees.weights)
            assert card["follows_id"] == cards[review.agrees.follows]
            if card["state"] == "closed":
                factors = record.factors[card["id"]]
                missed = {item["factor"] for item in factors if item["is_missed"]}
                assert missed == review.agrees.missed

    def _totals_hold(self, record: Record) -> None:
        standing = [row for row in record.reviews.values() if row["state"] != "cancelled"]
        numbers = sorted(row["number"] for row in standing)
        assert numbers == list(range(1, len(numbers) + 1))
        judged = [row["closes_id"] for row in standing if row["closes_id"]]
        assert len(judged) == len(set(judged))
        for state in ("planned", "in_progress"):
            assert sum(row["state"] == state for row in standing) <= 1
        active = [card["id"] for card in record.scorecards.values() if card["state"] == "active"]
        assert len(active) <= 1
        confirmed = [
            row["agrees_id"]
            for row in standing
            if any(
                item["section"] == "factors" for item in record.of_review[Confirmation][row["id"]]
            )
        ]
        for number in active + confirmed:
            weights = {item["factor"]: item["weight"] for item in record.factors[number]}
            assert (len(weights), sum(weights.values())) == (5, 100)

    def _what_was_closed_stays(self, record: Record) -> None:
        for key, kept in self.kept.items():
            assert record.worksheets.get(key) == kept
        self.kept = record.worksheets
        closed = [pk for pk, row in record.reviews.items() if row["state"] == "closed"]
        now = {pk: record.frozen(pk) for pk in closed}
        for pk, frozen in now.items():
            assert self.frozen.get(pk, frozen) == frozen
            content, _sum, _at = max(
                (version, kept) for (owner, version), kept in self.kept.items() if owner == pk
            )[1]
            # What is kept is what was agreed.
            assert content.decode() == record.content(pk)
        self.frozen = now


def printed(review: Review, **_options: object) -> bytes:
    """Stand for the worksheet: all that it tells, without the time it takes to lay it out."""
    return Record(review.account).content(review.pk).encode()


def test_whatever_order_a_review_lives_in(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock.now)
    monkeypatch.setattr(documents, "worksheet", printed)
    chance = random.Random(SEED)  # noqa: S311 - the same life each time, no secret
    WholeLife(chance, clock).live(STEPS)
