"""Participants: who is in the room, at most four a side, with names and titles of today."""

from django.forms import BaseForm
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, Side, User
from reviews import services
from reviews.forms import ParticipantForm, SideRows
from reviews.models import PEOPLE_A_SIDE, Participant
from reviews.rows import Forms, rows_of, with_row
from reviews.sections.base import Buttons, Missing, Section
from valuereview.kinds import of_kind

PeopleRows = rows_of(ParticipantForm, SideRows)


class Participants(Section):
    """Both sides, a list each; somebody of each has to be in the room, with a title.

    The one section that can't be set aside, and so the first (`product.md` 3): nobody meets
    without participants.
    """

    key = "participants"
    title = _("Participants")
    lede = _("Who is with us today? Names and titles, as they should read.")
    onward = _("Continue to participants")
    back = _("Back to participants")
    minutes = 5
    relations = ("participants",)
    can_be_set_aside = False

    def _contacts(self, side: Side) -> list[Contact]:
        return [contact for contact in self.contacts if contact.side == side]

    def _people(self, side: Side) -> list[Participant]:
        return [person for person in self.review.participants.all() if person.side == side]

    def forms(self, data: QueryDict | None = None) -> Forms:
        return {
            side.value: PeopleRows(
                data,
                prefix=side.value,
                instances=self._people(side),
                form_kwargs={
                    "contacts": {contact.pk: contact for contact in self._contacts(side)}
                    | {person.contact_id: person.contact for person in self._people(side)}
                },
            )
            for side in Side
        }

    def aids(self, forms: Forms) -> dict[str, object]:
        sides = []
        for side in Side:
            rows = of_kind(PeopleRows, forms[side.value])
            listed = {form.contact_number() for form in rows.forms}
            sides.append(
                {
                    "side": side,
                    "name": self._organisation(side),
                    "rows": rows,
                    "offered": [
                        contact for contact in self._contacts(side) if contact.pk not in listed
                    ],
                }
            )
        is_later = self.review.follows is not None and self.confirmation is None
        return {"sides": sides, "are_proposed": is_later and bool(self.review.participants.all())}

    def buttons(self) -> Buttons:
        return {"invite": self._invite}

    def _invite(self, data: QueryDict, value: str) -> QueryDict:
        """Add one of the account's contacts as a row; `value` is the contact's number."""
        contact = next((c for c in self.contacts if str(c.pk) == value), None)
        if contact is None:
            return data
        rows = of_kind(PeopleRows, self.forms()[contact.side])
        return with_row(
            data,
            contact.side,
            rows.defaults() | {"contact": contact.pk, "name": contact.name, "title": contact.title},
        )

    def save(self, forms: Forms, *, by: User) -> None:
        for side in Side:
            rows = of_kind(PeopleRows, forms[side.value])
            if not rows.has_changed():
                continue
            services.seat_participants(
                review=self.review,
                side=side,
                rows=[
                    (form.instance, form.person, form.cleaned_data.get("email", ""))
                    for form in rows.kept
                ],
                removed=[form.instance for form in rows.removed],
                untouched=rows.untouched,
            )

    def waits(self, form: BaseForm, field: str) -> bool:
        # A person who is added joins the account's contacts, by name.
        return isinstance(form, ParticipantForm) and form.instance.pk is None

    def missing(self) -> list[Missing]:
        people = list(self.review.participants.all())
        found = []
        for side in Side:
            rows = [person for person in people if person.side == side]
            if not any(person.in_the_room for person in rows):
                found.append(
                    Missing(
                        gettext("Nobody from {organisation} is in the room yet.").format(
                            organisation=self._organisation(side)
                        ),
                        f"add-{side.value}",
                    )
                )
            found += [
                Missing(
                    gettext("Write the title of {name}.").format(name=person.name),
                    f"id_{side.value}-{index}-title",
                )
                for index, person in enumerate(rows)
                if person.in_the_room and not person.title
            ]
        return found

    def gist(self) -> str:
        told = []
        for side in Side:
            count = sum(person.in_the_room for person in self._people(side))
            if count:
                text = ngettext(
                    "{organisation}: {count} person.", "{organisation}: {count} people.", count
                )
                told.append(text.format(organisation=self._organisation(side), count=count))
        return " ".join(told)

    def context(self) -> dict[str, object]:
        return {"sides": [self._side(side) for side in Side]}

    def _side(self, side: Side) -> dict[str, object]:
        """Return one side as readers see it; `free` is how many more may come."""
        seated = [person for person in self._people(side) if person.in_the_room]
        return {
            "side": side,
            "name": self._organisation(side),
            "people": seated,
            "free": PEOPLE_A_SIDE - len(seated),
            "absent": [person for person in self._people(side) if not person.in_the_room],
        }

    def _organisation(self, side: Side) -> str:
        if side == Side.CLIENT:
            return self.review.client_title
        return self.review.provider_title
