"""The thirteen satisfaction factors: fixed keys, in the order of the printed sheet.

Names are in `product.md` 2; the definitions speak with the client's voice.
"""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Factor(models.TextChoices):
    """A satisfaction factor, by its key."""

    BUSINESS_UNDERSTANDING = "business_understanding", _("Business model understanding")
    DELIVERABLE_QUALITY = "deliverable_quality", _("Quality of deliverables")
    TIMELINESS = "timeliness", _("Meeting deadlines")
    COST_CONTROL = "cost_control", _("Cost control")
    COMMUNICATION = "communication", _("Communications")
    RESPONSIVENESS = "responsiveness", _("Responsiveness")
    FORESIGHT = "foresight", _("Foresight")
    KNOWLEDGE_TRANSFER = "knowledge_transfer", _("Knowledge transfer")
    PROFESSIONALISM = "professionalism", _("Professionalism")
    TEAMWORK = "teamwork", _("Teamwork")
    AUTONOMY = "autonomy", _("Autonomy")
    PRODUCTIVITY = "productivity", _("Productivity")
    COMPLIANCE = "compliance", _("Compliance")

    @property
    def number(self) -> int:
        """Its place on the sheet, 1 to 13."""
        return NUMBERS[self]

    @property
    def definition(self) -> Promise:
        """One sentence that says what it means, as the client would."""
        return DEFINITIONS[self]


NUMBERS = {factor: number for number, factor in enumerate(Factor, start=1)}

DEFINITIONS = {
    Factor.BUSINESS_UNDERSTANDING: _(
        "You know how we earn our living, and it shows in what you advise."
    ),
    Factor.DELIVERABLE_QUALITY: _("What you hand over meets our criteria the first time."),
    Factor.TIMELINESS: _(
        "What was promised for a date is in our hands, and accepted, by that date."
    ),
    Factor.COST_CONTROL: _(
        "We know the cost before the work begins, and the invoice holds no surprise."
    ),
    Factor.COMMUNICATION: _(
        "We hear what we need to know, complete and exact, without having to ask."
    ),
    Factor.RESPONSIVENESS: _("When we ask, you answer soon, and the answer settles the matter."),
    Factor.FORESIGHT: _("You see what we will need before we have to say it."),
    Factor.KNOWLEDGE_TRANSFER: _("What you learn with us stays with us: our people can carry on."),
    Factor.PROFESSIONALISM: _("You keep your word, act with integrity and answer for the outcome."),
    Factor.TEAMWORK: _(
        "With your people and ours at the table, one cannot tell who works for whom."
    ),
    Factor.AUTONOMY: _("The work moves forward without taking our people away from theirs."),
    Factor.PRODUCTIVITY: _(
        "The people and means you engage are in fair proportion to what we receive."
    ),
    Factor.COMPLIANCE: _(
        "Our rules and standards are followed everywhere, even where no one looks."
    ),
}
