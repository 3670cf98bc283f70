"""The sections, in the order of the meeting. Everything that walks them reads SECTIONS.

How to add one: docs/adding-a-section.md.
"""

from reviews.models import Review
from reviews.sections.base import Missing, Section
from reviews.sections.factors import Factors
from reviews.sections.impacts import Impacts
from reviews.sections.improvement import Improvement
from reviews.sections.innovation import Innovation
from reviews.sections.next_review import NextReview
from reviews.sections.participants import Participants
from reviews.sections.scorecard import ServiceScorecard

SECTIONS: tuple[type[Section], ...] = (
    Participants,
    Factors,
    ServiceScorecard,
    Improvement,
    Impacts,
    Innovation,
    NextReview,
)
KEYS = tuple(section.key for section in SECTIONS)

__all__ = ["KEYS", "SECTIONS", "Missing", "Section", "sections_of"]


def sections_of(review: Review) -> list[Section]:
    """Return the review's sections, in order."""
    return [section(review, number) for number, section in enumerate(SECTIONS, start=1)]
