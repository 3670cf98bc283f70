"""Next review: when both sides meet again."""

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reviews import services
from reviews.forms import NextReviewForm
from reviews.rows import Forms
from reviews.sections.base import Missing, Section
from valuereview.kinds import of_kind
from valuereview.templatetags.words import full_day, hour


class NextReview(Section):
    """A day and a time, or who confirms them and by when.

    A day 90 days on is proposed until something is saved (`services.proposed_next_day`).
    """

    key = "next-review"
    title = _("Next review")
    lede = _("When do we meet again? Thank you for your time and your candour.")
    onward = _("Continue to the date of the next review")
    back = _("Back to the next review")
    minutes = 5
    relations = ("sittings",)

    def forms(self, data: QueryDict | None = None) -> Forms:
        review = self.review
        proposal: dict[str, object] = {}
        if review.next_on is None and not review.next_to_confirm:
            usual = {
                "next_on": services.proposed_next_day(review),
                "next_at": review.planned_at,
                "next_place": review.place,
            }
            proposal = {name: told for name, told in usual.items() if not getattr(review, name)}
        return {"next": NextReviewForm(data, instance=review, prefix="next", proposal=proposal)}

    def save(self, forms: Forms, *, by: User) -> None:
        of_kind(NextReviewForm, forms["next"]).save()

    def missing(self) -> list[Missing]:
        review = self.review
        if review.next_to_confirm:
            found = []
            if not review.next_confirmed_by:
                found.append(Missing(_("Say who confirms the date."), "id_next-next_confirmed_by"))
            if review.next_confirmed_on is None:
                found.append(Missing(_("Say by when."), "id_next-next_confirmed_on"))
            return found
        found = []
        if review.next_on is None:
            found.append(
                Missing(
                    _("A date is proposed below: agree on it, or say that it is to be confirmed."),
                    "id_next-next_on",
                )
            )
        elif review.next_at is None:
            found.append(Missing(_("Choose a time."), "id_next-next_at"))
        return found

    def gist(self) -> str:
        if self.review.next_to_confirm:
            return gettext("The date is still to be confirmed.")
        if self.review.next_on is None:
            return ""
        day = capfirst(full_day(self.review.next_on))
        if self.review.next_at is None:
            return f"{day}."
        return gettext("{day} at {hour}.").format(day=day, hour=hour(self.review.next_at))

    def context(self) -> dict[str, object]:
        return {}
