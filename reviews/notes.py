"""The private preparation notes of a review: what our side alone writes before the meeting.

Nothing that prints, projects or summarises a review reads them (`product.md` 5).
"""

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reviews import services
from reviews.models import PreparationNotes, Review


class ChangedMeanwhile(Exception):
    """Somebody saved other notes after the ones that were seen; `theirs` are those."""

    def __init__(self, theirs: PreparationNotes) -> None:
        super().__init__(theirs)
        self.theirs = theirs


class NotesForm(forms.ModelForm[PreparationNotes]):
    """Where we are weak, and how we'll answer; both may stay empty."""

    class Meta:
        model = PreparationNotes
        fields = ("weaknesses", "answers")
        labels = {"weaknesses": _("Our weaknesses"), "answers": _("How we’ll answer")}
        help_texts = {
            "weaknesses": _("What the client may hold against us, and what we know of it."),
            "answers": _("What we say to each, what we offer to do, and who says it."),
        }
        widgets = {name: forms.Textarea(attrs={"rows": 8}) for name in fields}


def notes_of(review: Review) -> PreparationNotes:
    """Return a review's notes; blank ones, of version 0, while nobody wrote any."""
    found = PreparationNotes.objects.filter(review=review).first()
    return found or PreparationNotes(review=review, version=0)


@transaction.atomic
def keep_notes(
    *, review: Review, by: User, weaknesses: str, answers: str, seen_version: int
) -> PreparationNotes:
    """Keep the notes of a review, and return them as they are then.

    `seen_version` is that of the notes from which these were written. The same words again change
    nothing. Raises ChangedMeanwhile where somebody saved others since, WrongState once the review
    is closed or cancelled.
    """
    review = services.locked(review)
    if not review.is_open:
        raise services.WrongState
    notes = notes_of(review)
    if (notes.weaknesses, notes.answers) == (weaknesses, answers):
        return notes
    if notes.version != seen_version:
        raise ChangedMeanwhile(notes)
    notes.weaknesses, notes.answers = weaknesses, answers
    notes.changed_by, notes.changed_at = by, timezone.now()
    notes.version += 1
    notes.save()
    return notes
