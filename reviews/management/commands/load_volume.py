"""Load so many accounts and closed reviews, all told by arithmetic: to see how pages fare."""

import datetime
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.demo import DEMO_PASSWORD
from accounts.models import Account, Contact, Language, Membership, PaperSize, Role, Side, User
from reviews import concerns, summaries
from reviews.models import (
    FactorQuarter,
    FactorSummary,
    ImprovementAction,
    Participant,
    Review,
    ReviewSummary,
    ScoreQuarter,
    Sitting,
)
from scorecards.factors import Factor
from scorecards.models import KPI, Judgement, Scorecard, WeightedFactor
from valuereview.kinds import of_kind
from valuereview.plain import plain

ACCOUNTS_A_MANAGER = 50
# Weekdays keep: a quarter of whole weeks.
QUARTER_DAYS = 91
MOST_QUARTERS = 100
BATCH = 5000
FIRST = (
    "Ardenay", "Brightwater", "Chénier", "Dunmore", "Éloi", "Fjordal", "Granby", "Halden",
    "Île-Noire", "Jutland", "Kermaël", "Lœwen", "Montréal", "Norwick", "Orsay", "Péladeau",
    "Québec", "Rivière-Bleue", "Sørensen", "Tessier", "Uppsala", "Valmont", "Wexford", "Yardley",
    "Zürich",
)  # fmt: skip
SECOND = (
    "Assurances", "Bank", "Coopérative", "Diagnostics", "Énergie", "Ferries", "Groupe",
    "Hôpital", "Industries", "Jouets", "Kinésithérapie", "Logistics", "Mutual", "Numérique",
    "Optique", "Papeterie", "Quincaillerie", "Réseaux", "Santé", "Telecom",
)  # fmt: skip
GIVEN = (
    "Ruth", "Zoé", "Martin", "François", "Ingrid", "Noël", "Tomas", "Hélène", "André", "Maëlle",
    "Łukasz", "Aïcha",
)  # fmt: skip
# Three of them are a family's name: a thousand of these, so that few share one.
SYLLABLES = ("bé", "ra", "lin", "dô", "ma", "ken", "só", "vi", "tür", "gal")
# Of each account: four people of the client, two of ours beside its lead.
PEOPLE = 6
KINDS: tuple[type[models.Model], ...] = (
    User,
    Account,
    Membership,
    Contact,
    Scorecard,
    WeightedFactor,
    KPI,
    Judgement,
    Review,
    Sitting,
    Participant,
    ImprovementAction,
    ReviewSummary,
    FactorSummary,
    FactorQuarter,
    ScoreQuarter,
)


class Command(BaseCommand):
    """Always the same for the same numbers and the same day; refused unless DEBUG is on.

    Users sign in with the demo's password: `director@volume.test`, `manager1@volume.test` and so
    on, one manager for fifty accounts. Each account was met every quarter until lately, and its
    next review is planned: some are late, some paused, some cancelled.
    """

    help = "Loads a volume of accounts and closed reviews."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", type=int, default=20_000)
        parser.add_argument("--reviews", type=int, default=1_000_000)
        parser.add_argument("--today", type=datetime.date.fromisoformat)

    def handle(self, *args: object, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Its sign-ins are public: a volume is loaded only with DEBUG on.")
        accounts, reviews = options["accounts"], options["reviews"]
        if accounts < 1 or not 0 <= reviews <= accounts * MOST_QUARTERS:
            raise CommandError(f"An account has 0 to {MOST_QUARTERS} reviews.")
        if User.objects.filter(email="director@volume.test").exists():
            raise CommandError("This database holds a volume already.")
        with transaction.atomic(), _without_indexes():
            Volume(accounts, reviews, options["today"] or timezone.localdate()).load()
            # What is asked of a million rows must not be planned as if there were none.
            _analyse()
            summaries.rebuild()
            with connection.cursor() as cursor:
                for order in connection.ops.sequence_reset_sql(no_style(), KINDS):
                    cursor.execute(order)
        _analyse()
        # Each account is asked for by itself: with the indexes.
        concerns.rebuild()
        _analyse()
        self.stdout.write(f"{accounts} accounts, {reviews} closed reviews")


class Volume:
    """The rows, as SQL that both databases read alike.

    Account i of N, from 0, has the reviews k = jN + i of all, j being its quarter; `last` is the
    last of these. What chance would do is done by products and remainders.
    """

    def __init__(self, accounts: int, reviews: int, today: datetime.date) -> None:
        self.accounts, self.reviews, self.today = accounts, reviews, today
        # Behind what is there already.
        self.first = {
            kind: (kind._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1
            for kind in (Account, Contact, Scorecard, KPI, Review)
        }

    def load(self) -> None:
        """Write all rows but the summaries."""
        self._people()
        self._scorecards()
        self._kpis()
        self._reviews()
        self._meetings()

    # Who: few enough to be made one by one.

    def _people(self) -> None:
        password = make_password(DEMO_PASSWORD)
        count = -(-self.accounts // ACCOUNTS_A_MANAGER)
        User.objects.create(
            email="director@volume.test",
            name="Director of the volume",
            role=Role.DIRECTOR,
            password=password,
        )
        self.managers = User.objects.bulk_create(
            User(
                email=f"manager{number + 1}@volume.test",
                name=_person(number),
                password=password,
                language=Language.values[number % 2],
            )
            for number in range(count)
        )
        rows = range(self.accounts)
        Account.objects.bulk_create(map(self._account, rows), BATCH)
        Membership.objects.bulk_create(itertools.chain.from_iterable(map(self._members, rows)))
        Contact.objects.bulk_create(itertools.chain.from_iterable(map(self._contacts, rows)), BATCH)

    def _lead(self, number: int) -> User:
        return self.managers[number % len(self.managers)]

    def _account(self, number: int) -> Account:
        first, rest = FIRST[number % len(FIRST)], number // len(FIRST)
        name = f"{first} {SECOND[rest % len(SECOND)]} {rest // len(SECOND) + 1}"
        is_paused = number % 50 == 7
        return Account(
            pk=self.first[Account] + number,
            name=name,
            plain_name=plain(name),
            language=Language.values[number % 3 % 2],
            paper_size=PaperSize.values[number % 2],
            lead=self._lead(number),
            paused_until=self.today + datetime.timedelta(days=30) if is_paused else None,
        )

    def _members(self, number: int) -> Iterator[Membership]:
        account = self.first[Account] + number
        # Some have a second member.
        for user in {self._lead(number), self._lead(number + number % 10 // 9)}:
            yield Membership(account_id=account, user=user)

    def _contacts(self, number: int) -> Iterator[Contact]:
        for place in range(PEOPLE):
            side = Side.CLIENT if place < 4 else Side.PROVIDER
            name = _person(number * 5 + place * 31)
            yield Contact(
                pk=self.first[Contact] + number * PEOPLE + place,
                account_id=self.first[Account] + number,
                side=side,
                name=name,
                plain_name=plain(name),
                title="Vice President" if place == 0 else "Manager",
            )

    # What was agreed, and how it was judged.

    def _numbers(self, which: str = "1 = 1") -> str:
        """Closed reviews, as k, i, j, and the last j of their account."""
        return f"""(SELECT * FROM (
            WITH RECURSIVE counted(k) AS (
                SELECT 0 UNION ALL SELECT k + 1 FROM counted WHERE k + 1 < {self.reviews}
            )
            SELECT k, k % {self.accounts} AS i, k / {self.accounts} AS j,
                ({self.reviews} - 1 - k % {self.accounts}) / {self.accounts} AS last
            FROM counted WHERE k < {self.reviews}
        ) AS all_of_them WHERE {which}) AS numbered"""

    @property
    def _open(self) -> str:
        """Every account, as i and the j of its last closed review, -1 without one."""
        return f"""(
            WITH RECURSIVE counted(i) AS (
                SELECT 0 UNION ALL SELECT i + 1 FROM counted WHERE i + 1 < {self.accounts}
            )
            SELECT i, CASE WHEN i < {self.reviews}
                THEN ({self.reviews} - 1 - i) / {self.accounts} ELSE -1 END AS last
            FROM counted
        ) AS numbered"""

    def _scored(self, which: str = "1 = 1") -> str:
        """Closed reviews, with the tenths that each slot of their scorecard scores later."""
        tenths = ", ".join(
            f"CASE WHEN j % 2 = 0 AND (i * 13 + j * 7 + {slot} * 5) % 17 = 0 THEN NULL"
            f" ELSE 1000 - {_chance(slot)} * {_chance(slot)} * {_chance(slot)} / 2500000"
            f" END AS t{slot}"
            for slot in SLOTS
        )
        return f"(SELECT numbered.*, {tenths} FROM {self._numbers(which)}) AS scored"

    def _factors(self, which: str = "1 = 1") -> str:
        """Their factors, with the slot s from 0, the weight w, the tenths t and the key."""
        slots = " UNION ALL ".join(f"SELECT {slot} AS s" for slot in SLOTS)
        tenths = " ".join(f"WHEN {slot} THEN t{slot}" for slot in SLOTS)
        keys = " ".join(f"WHEN {place} THEN '{key}'" for place, key in enumerate(Factor))
        return f"""(
            SELECT scored.*, s, {WEIGHT} AS w, CASE s {tenths} END AS t,
                CASE (i * 7 + j / 6 + s * (1 + i % 12)) % 13 {keys} END AS factor
            FROM {self._scored(which)} CROSS JOIN ({slots}) AS slots
        ) AS weighted"""

    def _scorecards(self) -> None:
        earned = " + ".join(f"COALESCE({w} * t{slot}, 0)" for slot, w in WEIGHTS.items())
        points = " + ".join(
            f"CASE WHEN t{slot} IS NULL THEN 0 ELSE {w} END" for slot, w in WEIGHTS.items()
        )
        first = self.first[Scorecard]
        told = {
            "id": f"{first} + k",
            "account": f"{self.first[Account]} + i",
            "follows": f"CASE WHEN j > 0 THEN {first} + k - {self.accounts} END",
            "starts_on": self._ago(HELD),
            "state": "CASE WHEN j < last THEN 'closed' ELSE 'active' END",
            "ends_on": f"CASE WHEN j < last THEN {self._ago(f'{HELD} - {QUARTER_DAYS - 1}')} END",
            "score": f"CASE WHEN j < last THEN (2 * ({earned}) + {points}) / (2 * ({points})) END"
            " / 10.0",
            "coverage": f"CASE WHEN j < last THEN {points} END",
        }
        _fill(Scorecard, told, self._scored())
        factors = {
            "scorecard": f"{first} + k",
            "slot": "s + 1",
            "factor": "factor",
            "weight": "w",
            "score": "CASE WHEN j < last THEN t END / 10.0",
            "is_missed": "CASE WHEN j < last THEN t IS NOT NULL AND t < 800 END",
        }
        _fill(WeightedFactor, factors, self._factors())
        # What the planned one starts from.
        _fill(
            Scorecard,
            {
                "id": f"{first} + {self.reviews} + i",
                "account": f"{self.first[Account]} + i",
                "follows": self._last(first),
            },
            self._open,
        )
        copied = factors | {"scorecard": f"{first} + {self.reviews} + i"}
        _fill(WeightedFactor, copied, self._factors("j = last"))

    def _kpis(self) -> None:
        """Give the last two scorecards of each account what their scores come from."""
        pk = f"{self.first[KPI]} + (i * 2 + last - j) * {len(SLOTS)} + s"
        told = {
            "id": pk,
            "scorecard": f"{self.first[Scorecard]} + k",
            "factor": "factor",
            "wording": "'What was promised and came in time'",
            "target": "100",
            "unit": "'%'",
            "counted_by": "'Both sides'",
        }
        _fill(KPI, told, self._factors("j >= last - 1"))
        counted = {
            "kpi": pk,
            "our_count": "t / 10.0",
            "client_count": "t / 10.0",
            "not_measured": "t IS NULL",
            "client_agrees": "t IS NULL",
            "not_measured_why": "CASE WHEN t IS NULL THEN 'Nobody counted' ELSE '' END",
        }
        _fill(Judgement, counted, self._factors("j = last - 1"))

    # The meetings.

    def _reviews(self) -> None:
        first, cards = self.first[Review], self.first[Scorecard]
        managers = len(self.managers)
        other = f"{self.managers[0].pk} + (i + 1) % {managers}"
        common = {
            "account": f"{self.first[Account]} + i",
            "place": "'Room 4'",
            "planned_at": "'14:00:00'",
        }
        held = self._ago(HELD)
        _fill(
            Review,
            common
            | {
                "id": f"{first} + k",
                "number": "j + 1",
                "state": "'closed'",
                "facilitator": f"CASE WHEN k % 7 = 0 THEN {other} ELSE lead_id END",
                "closes": f"CASE WHEN j > 0 THEN {cards} + k - {self.accounts} END",
                "agrees": f"{cards} + k",
                "follows": f"CASE WHEN j > 0 THEN {first} + k - {self.accounts} END",
                "planned_on": held,
                "held_on": held,
                "started_at": _moment(held, 18),
                "closed_at": _moment(held, 20),
                "closed_by": "lead_id",
                "client_name": "name",
                "provider_name": "'Northlight Services'",
                "no_new_action": "j < last",
                "no_impact_foreseen": "1 = 1",
                "no_idea_today": "1 = 1",
            },
            f"{self._numbers()} {self._with_account}",
        )
        cancelled = "i % 97 = 5"
        _fill(
            Review,
            common
            | {
                "id": f"{first} + {self.reviews} + i",
                "number": "last + 2",
                "state": f"CASE WHEN {cancelled} THEN 'cancelled' ELSE 'planned' END",
                "facilitator": "lead_id",
                "closes": self._last(cards),
                "agrees": f"{cards} + {self.reviews} + i",
                "follows": self._last(first),
                "planned_on": self._ago(f"1 + i * 37 % 100 - {QUARTER_DAYS}"),
                "date_confirmed": "i % 5 <> 0",
                "cancelled_at": f"CASE WHEN {cancelled} THEN {_moment(self._ago('1'), 15)} END",
                "cancelled_by": f"CASE WHEN {cancelled} THEN lead_id END",
                "cancel_reason": f"CASE WHEN {cancelled} THEN 'They merge' ELSE '' END",
            },
            f"{self._open} {self._with_account}",
        )

    def _meetings(self) -> None:
        """Tell of the last three meetings of each account who came, and what was promised."""
        review = {"review": f"{self.first[Review]} + k"}
        _fill(Sitting, review | {"held_on": self._ago(HELD)}, self._numbers("j >= last - 2"))
        once = "j = last AND (i + {}) % 9 = 0"
        lately = "j >= last - 1"
        invited = (
            (0, Side.CLIENT, lately, once.format(0)),
            (1, Side.CLIENT, lately, once.format(1)),
            # One of a dozen came to the third last meeting, and to none since.
            (2, Side.CLIENT, "j >= last - 2 AND i % 12 = 3", lately),
            (4, Side.PROVIDER, lately, once.format(4)),
        )
        for place, side, meetings, stayed_away in invited:
            contact = f"{self.first[Contact]} + i * {PEOPLE} + {place}"
            _fill(
                Participant,
                review
                | {
                    "contact": contact,
                    "side": f"'{side}'",
                    "name": f"(SELECT name FROM accounts_contact WHERE id = {contact})",
                    "title": "'Manager'",
                    "attendance": f"CASE WHEN {stayed_away} THEN 'absent' ELSE 'present' END",
                    "position": f"CASE WHEN {stayed_away} THEN NULL ELSE {place % 4 + 1} END",
                },
                self._numbers(meetings),
            )
        for place, side in ((0, Side.CLIENT), (4, Side.PROVIDER)):
            owner = f"{self.first[Contact]} + i * {PEOPLE} + {place}"
            _fill(
                ImprovementAction,
                review
                | {
                    "account": f"{self.first[Account]} + i",
                    "position": str(place + 1),
                    "wording": "'Agree who answers on weekends'",
                    "owner": owner,
                    "owner_name": f"(SELECT name FROM accounts_contact WHERE id = {owner})",
                    "owner_side": f"'{side}'",
                    "due_on": self._ago(f"{HELD} - 30"),
                },
                self._numbers("j = last"),
            )

    @property
    def _with_account(self) -> str:
        return f"JOIN accounts_account ON accounts_account.id = {self.first[Account]} + i"

    def _last(self, first: int) -> str:
        """Return the number of the account's last one, where these begin with `first`."""
        return f"CASE WHEN last >= 0 THEN {first} + last * {self.accounts} + i END"

    def _ago(self, days: str) -> str:
        """Return so many days ago, in the database's words."""
        if connection.vendor == "postgresql":
            return f"(DATE '{self.today}' - CAST({days} AS integer))"
        return f"date('{self.today}', (-({days})) || ' days')"


SLOTS = range(5)
WEIGHTS = {slot: 30 - 5 * slot for slot in SLOTS}
WEIGHT = "30 - 5 * s"
# How many days ago it was held.
HELD = f"1 + i * 37 % 100 + {QUARTER_DAYS} * (last - j)"


def _chance(slot: int) -> str:
    return f"((i * 271 + j * 733 + {slot} * 419 + i * j % 97 * 31) % 1000)"


def _moment(day: str, hour: int) -> str:
    if connection.vendor == "postgresql":
        return f"CAST({day} || ' {hour}:00:00+00' AS timestamptz)"
    return f"({day} || ' {hour}:00:00')"


def _person(number: int) -> str:
    given, rest = GIVEN[number % len(GIVEN)], number // len(GIVEN)
    family = "".join(SYLLABLES[rest // 10**place % 10] for place in range(3))
    return f"{given} {family.capitalize()}"


def _fill(model: type[models.Model], told: dict[str, str], source: str) -> None:
    """Write rows whose fields are SQL over a source; the others have their defaults."""
    columns, values, defaults = [], [], []
    for field in model._meta.concrete_fields:
        if field.name in told:
            values.append(told[field.name].replace("%", "%%"))
        elif isinstance(field, models.AutoField) or field.has_db_default():
            continue
        else:
            values.append("%s")
            defaults.append(field.get_db_prep_save(field.get_default(), connection))
        columns.append(connection.ops.quote_name(of_kind(str, field.column)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
            f" SELECT {', '.join(values)} FROM {source.replace('%', '%%')}",
            defaults,
        )


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Take indexes and foreign keys away meanwhile: made once at the end, they cost a tenth."""
    tables = [kind._meta.db_table for kind in KINDS]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What is still to be checked would keep its table from being changed.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(POSTGRES_INDEXES, [tables, tables])
        else:
            marks = ", ".join(["%s"] * len(tables))
            cursor.execute(SQLITE_INDEXES.format(tables=marks), tables)
        found = cursor.fetchall()
        for drop, _create in found:
            cursor.execute(drop)
        yield
        for _drop, create in reversed(found):
            cursor.execute(create)


POSTGRES_INDEXES = """
    SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname),
        'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(conname) || ' '
        || pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
        AND conrelid::regclass::text = ANY(%s)
    UNION ALL
    SELECT 'DROP INDEX ' || quote_ident(indexname), indexdef
    FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename = ANY(%s)
        AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""
SQLITE_INDEXES = """
    SELECT 'DROP INDEX "' || name || '"', sql FROM sqlite_master
    WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({tables})
"""
