"""One view for all sections: show, add and remove rows, save, confirm, set aside."""

import re
from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.forms import BoundField
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reviews.access import RoomRequest, in_the_room, insist_on_writer
from reviews.changes import Since, changes_since, drafts_of
from reviews.forms import SetAsideForm
from reviews.merging import Conflict, merge
from reviews.models import Draft, Review
from reviews.progress import (
    Progress,
    Step,
    confirm_section,
    keep_section,
    put_aside,
    read_record,
    set_aside_last_time,
)
from reviews.rows import Forms, Rows, hush, tell, with_removal, with_row
from reviews.sections import KEYS, Missing
from reviews.services import locked
from reviews.typed import as_data, each_typed, texts_of, words_of
from scorecards.models import KEY_LENGTH
from valuereview.errors import each_form, summary_of_errors
from valuereview.kinds import of_kind

ASIDE = "set-aside"
BUTTONS = {
    "csrfmiddlewaretoken", "version", "tab",
    "save", "next", "confirm", "set_aside", "take_up", "turn_to",
}  # fmt: skip


# Whoever comes back to the page sees what stands there now, not what the browser kept of it.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@in_the_room
def section(request: RoomRequest, review: Review, key: str) -> HttpResponse:
    """Show one section of a review, or take what was typed in it."""
    if key not in KEYS:
        raise Http404
    if request.method == "POST":
        insist_on_writer(request)
        with transaction.atomic():
            return _take(request, locked(review), key)
    progress = Progress(review)
    step = progress.step(key)
    if step.is_locked:
        return _to_the_open_one(request, progress, step)
    if not review.is_open or not request.may_write:
        return _show_read_only(request, progress, step)
    return _show_record(request, progress, step)


def _show_record(request: RoomRequest, progress: Progress, step: Step) -> HttpResponse:
    """Show what the record has of a section, and in its place what is kept as a draft."""
    forms = step.section.forms()
    drafts = drafts_of(progress.review, step.section.key) if request.has_drafts else []
    if drafts:
        texts = {draft.field: draft.text for draft in drafts}
        forms = step.section.forms(as_data(forms, texts))
    return _show(request, progress, step, forms, drafts=drafts)


def _take(request: RoomRequest, review: Review, key: str) -> HttpResponse:
    """Take a submission, in the transaction that holds the review's row."""
    progress = Progress(review)
    step = progress.step(key)
    if not review.is_open:
        messages.error(request, _("This review can’t change any more. Nothing was saved."))
        return _show_read_only(request, progress, step, status=409)
    if step.is_locked and not request.POST.keys() - BUTTONS:
        return _to_the_open_one(request, progress, step)
    data, conflicts = merge(step.section, request.POST, _since(request, review, key))
    if step.is_locked:
        # An earlier section was reopened meanwhile: what was typed here stays on the page.
        messages.error(request, _why_locked(step) + " " + _("Nothing was saved."))
        forms = step.section.forms(data)
        hush(forms)
        return _show(request, progress, step, forms, data=data, conflicts=conflicts, status=409)
    reshaped = _reshape(step, data)
    if reshaped is not None:
        forms = step.section.forms(reshaped)
        hush(forms)
        if "add" in data:
            of_kind(Rows, forms[request.POST["add"]]).focus_on_last()
        return _show(request, progress, step, forms, data=reshaped, conflicts=conflicts)
    if conflicts:
        forms = step.section.forms(data)
        hush(forms)
        return _show(request, progress, step, forms, data=data, conflicts=conflicts, status=409)
    return _save(request, progress, step, data)


def _since(request: RoomRequest, review: Review, key: str) -> Mapping[str, Since]:
    """Return what others changed in the section since the version that the page shows."""
    seen = request.POST.get("version", "")
    if not re.fullmatch(r"[0-9]{1,9}", seen) or int(seen) >= review.version:
        return {}
    return changes_since(review, key, int(seen), tab=request.POST.get("tab", ""))


def _reshape(step: Step, data: QueryDict) -> QueryDict | None:
    """Return the typed data with a row more or less, if that is what was asked; else None."""
    if "add" in data:
        rows = step.section.forms().get(data.get("add", ""))
        if not isinstance(rows, Rows):
            raise BadRequest(_("The form arrived incomplete. Nothing was saved."))
        return with_row(data, data.get("add", ""), rows.defaults())
    if "remove_row" in data:
        return with_removal(data, data.get("remove_row", ""), removed=True)
    if "undo" in data:
        return with_removal(data, data.get("undo", ""), removed=False)
    for name, change in step.section.buttons().items():
        if name in data:
            return change(data, data.get(name, ""))
    return None


def _save(request: RoomRequest, progress: Progress, step: Step, data: QueryDict) -> HttpResponse:
    """Keep what was typed; then confirm, set aside or take up again if that was the button."""
    section, review = step.section, progress.review
    forms = section.forms(data)
    aside: SetAsideForm | None = None
    if "set_aside" in request.POST:
        # Only who sets aside is asked why.
        if not section.can_be_set_aside or review.state != Review.State.IN_PROGRESS:
            raise BadRequest(_("This section can’t be set aside."))
        aside = SetAsideForm(data, prefix=ASIDE, instance=section.set_aside)
    valid = [form.is_valid() for form in (*forms.values(), aside) if form is not None]
    if not all(valid):
        return _show(request, progress, step, forms, aside=aside, data=data, refused=True)
    drafts = drafts_of(review, section.key) if request.has_drafts else []
    shown = texts_of(forms) if drafts else {}
    keep_section(
        section=section,
        forms=forms,
        drafts={draft.field: draft.text for draft in drafts if draft.field in shown},
        by=request.user,
        tab=request.POST.get("tab", "")[:KEY_LENGTH],
    )
    review = section.review
    if aside is not None:
        put_aside(review=review, key=section.key, fields=aside.cleaned_data, by=request.user)
        return _go_on(request, review, section.key)
    if "take_up" in request.POST:
        put_aside(review=review, key=section.key, fields=None, by=request.user)
        return redirect("review-section", review.pk, section.key)
    if "confirm" in request.POST and review.state == Review.State.IN_PROGRESS:
        if _are_on_the_page(section.key, [row for row in drafts if row.field not in shown], review):
            messages.error(
                request, _("Saved. Meanwhile something else was typed here: look at it first.")
            )
            return redirect("review-section", review.pk, section.key)
        kept = read_record(review.pk)
        missing = confirm_section(review=kept, key=section.key, by=request.user)
        if not missing:
            return _go_on(request, review, section.key)
        progress = Progress(read_record(review.pk))
        step = progress.step(section.key)
        forms = step.section.forms()
        for item in missing:
            tell(forms, item.anchor, str(item.text))
        return _show(request, progress, step, forms, missing=missing, refused=True, saved=True)
    messages.success(request, _("Saved."))
    if request.POST.get("turn_to") in KEYS:
        return redirect("review-section", review.pk, request.POST["turn_to"])
    if "next" in request.POST:
        return _go_on(request, review, section.key)
    return redirect("review-section", review.pk, section.key)


def _are_on_the_page(key: str, drafts: Sequence[Draft], review: Review) -> bool:
    """Whether the page of a section shows some of these drafts; that of a freed factor doesn't."""
    if not drafts:
        return False
    section = Progress(read_record(review.pk)).section(key)
    texts = {draft.field: draft.text for draft in drafts}
    forms = section.forms(as_data(section.forms(), texts))
    return not texts.keys().isdisjoint(texts_of(forms))


def _go_on(request: RoomRequest, review: Review, key: str) -> HttpResponse:
    """Go to the section that follows; after the last, to the last look before closing."""
    following = Progress(review).after(key)
    if following is not None:
        return redirect("review-section", review.pk, following.key)
    if review.state == Review.State.IN_PROGRESS:
        return redirect("review-close", review.pk)
    return redirect("review", review.pk)


def _to_the_open_one(request: RoomRequest, progress: Progress, step: Step) -> HttpResponse:
    messages.info(request, _why_locked(step))
    return redirect("review-section", progress.review.pk, progress.current.section.key)


def _why_locked(step: Step) -> str:
    return _("Section {number} opens once section {before} is complete or set aside.").format(
        number=step.number, before=step.number - 1
    )


def _page(progress: Progress, step: Step, request: RoomRequest) -> dict[str, object]:
    key = step.section.key
    return {
        "nav_current": "reviews",
        "room_language": request.room_language,
        "review": progress.review,
        "account": progress.review.account,
        "progress": progress.steps,
        "step": step,
        "section": step.section,
        "previous": progress.before(key),
        "following": progress.after(key),
        "left_for_later": [
            row for row in set_aside_last_time(progress.review) if row.section == key
        ],
    }


def _told(conflict: Conflict, forms: Forms) -> dict[str, object]:
    """Return what the page says of a field that two people changed."""
    theirs = conflict.theirs
    field = _fields(forms).get(conflict.field)
    return {
        "field": conflict.field,
        "label": field.label if field else "",
        "anchor": field.auto_id if field else "section-form",
        "is_gone": conflict.is_gone,
        "theirs": theirs.after if theirs else "",
        "theirs_told": words_of(field, theirs.after) if field and theirs else "",
        "yours_told": words_of(field, str(field.value() or "")) if field else "",
        "by": theirs.by if theirs else "",
        "at": theirs.at if theirs else None,
    }


def _of_draft(draft: Draft, forms: Forms) -> dict[str, object]:
    """Return what the page says of a field whose text isn't in the record yet."""
    names = {
        typed.lasting(name): typed.form[name]
        for typed in each_typed(forms)
        for name in typed.names()
    }
    field = names.get(draft.field)
    return {
        "text": draft.text,
        "by": draft.by.name,
        "at": draft.at,
        "label": field.label if field else "",
        "anchor": field.auto_id if field else "section-form",
    }


def _fields(forms: Forms) -> dict[str, BoundField]:
    """Return the fields of a page by their names there."""
    return {field.html_name: field for form in each_form(forms.values()) for field in form}


def _show_read_only(
    request: RoomRequest, progress: Progress, step: Step, status: int = 200
) -> HttpResponse:
    context = _page(progress, step, request) | step.section.context()
    context |= {"set_aside": step.section.set_aside, "blank": False}
    following = progress.after(step.section.key)
    if following is not None and progress.step(following.key).is_locked:
        # Who only reads can't open it either.
        context["following"] = None
    return render(request, "reviews/section_read.html", context, status=status)


def _show(
    request: RoomRequest,
    progress: Progress,
    step: Step,
    forms: Forms,
    *,
    aside: SetAsideForm | None = None,
    data: QueryDict | None = None,
    missing: Sequence[Missing] = (),
    refused: bool = False,
    saved: bool = False,
    conflicts: Sequence[Conflict] = (),
    drafts: Sequence[Draft] = (),
    status: int | None = None,
) -> HttpResponse:
    section = step.section
    if aside is None:
        aside = SetAsideForm(data, prefix=ASIDE, instance=section.set_aside)
        if data is not None:
            hush({ASIDE: aside})
    errors: list[tuple[str, str]] = []
    if refused:
        errors = [(str(item.text), item.anchor) for item in missing] or summary_of_errors(
            *forms.values(), aside
        )
    for form in each_form([*forms.values(), aside]):
        for field in form.fields.values():
            # A browser would cut what is pasted, without a word: here too long is told, and kept.
            field.widget.attrs.pop("maxlength", None)
    context = (
        _page(progress, step, request)
        | {
            "forms": forms,
            "aside": aside,
            "errors": errors,
            "saved": saved,
            "missing": [] if refused else step.missing,
            "conflicts": [_told(conflict, forms) for conflict in conflicts],
            "drafts": [_of_draft(draft, forms) for draft in drafts],
            "is_unsaved": data is not None,
            "clock": request.clock,
            "just_removed": request.POST.get("remove_row", ""),
            "is_planned": progress.review.state == Review.State.PLANNED,
        }
        | section.aids(forms)
    )
    return render(
        request, "reviews/section.html", context, status=status or (422 if refused else 200)
    )
