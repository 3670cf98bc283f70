"""Load the demo: believable accounts in both languages, each at another point of its life."""

import datetime
from decimal import Decimal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.demo import DEMO_PASSWORD, DEMO_USERS
from accounts.models import Account, Contact, Provider, Role, Side, StrategicObjective, User
from accounts.services import create_account
from reviews import services
from reviews.demo import ACCOUNTS, MEETINGS, NOTED, DemoAccount, Person
from reviews.meetings import hold, hold_and_close
from reviews.models import Review
from scorecards.models import KPI
from scorecards.running import note_result

LENGTH = datetime.timedelta(hours=2, minutes=40)

USERS = {
    "manager@demo.test": ("Claire Osborne", Role.MANAGER, "en"),
    "manager2@demo.test": ("Thomas Bélanger", Role.MANAGER, "fr"),
    "director@demo.test": ("Julien Mercier", Role.DIRECTOR, "en"),
}


class Command(BaseCommand):
    """Refused unless DEBUG is on, and in a database that holds other users than the demo's."""

    help = "Loads the demo, once."

    def handle(self, *args: object, **options: object) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo's sign-ins are public: it is loaded only with DEBUG on.")
        if User.objects.exclude(email__in=DEMO_USERS).exists():
            raise CommandError("This database holds other users than the demo's.")
        if User.objects.exists():
            return
        with transaction.atomic():
            Provider.objects.create(pk=1, name="Northlight Services")
            for email, (name, role, language) in USERS.items():
                User.objects.create_user(
                    email, DEMO_PASSWORD, name=name, role=role, language=language
                )
        for told in ACCOUNTS:
            self._tell(told)

    def _tell(self, told: DemoAccount) -> None:
        manager = User.objects.get(email=told.manager)
        account = create_account(
            by=manager,
            lead=manager,
            name=told.name,
            description=told.description,
            language=told.language,
            time_zone=told.time_zone,
            paper_size=told.paper_size,
        )
        for side, people in ((Side.CLIENT, told.client), (Side.PROVIDER, told.provider)):
            for person in people:
                self._meet(account, side, person)
        for wording in told.objectives:
            StrategicObjective.objects.create(account=account, wording=wording)
        if told.begins is not None:
            today = timezone.localdate(timezone=account.zone)
            self._hold(told, account, manager, today + datetime.timedelta(days=told.begins))

    def _meet(self, account: Account, side: Side, person: Person) -> None:
        """Make a person a contact; a member is one already, and gets their title."""
        contact = account.contacts.filter(user__email=person.email).first() or Contact(
            account=account, side=side, language=account.language
        )
        contact.name, contact.title, contact.email = person.name, person.title, person.email
        contact.save()

    def _hold(self, told: DemoAccount, account: Account, manager: User, day: datetime.date) -> None:
        """Plan the first review for a day and hold each meeting on the day agreed for it."""
        time = datetime.time(14) if told.language == "en" else datetime.time(9, 30)
        review = services.plan_review(
            account=account, planned_on=day, planned_at=time, place=told.place, facilitator=manager
        )
        for tell in MEETINGS.get(told.name, ()):
            meeting = tell(review.planned_on)
            if told.until:
                hold(review=review, meeting=meeting, by=manager, until=told.until)
                return
            ended = datetime.datetime.combine(meeting.held_on, time, account.zone)
            closed = hold_and_close(review=review, meeting=meeting, by=manager, at=ended + LENGTH)
            review = Review.objects.get(follows=closed)
        for wording, side, value, note in NOTED.get(told.name, ()):
            note_result(
                kpi=KPI.objects.get(scorecard=review.closes, wording=wording),
                by=manager,
                side=side,
                counted_on=timezone.localdate(timezone=account.zone),
                value=Decimal(value),
                note=note,
            )
