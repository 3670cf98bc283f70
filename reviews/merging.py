"""What two people typed in one section, put together field by field.

A page says which version of the review it shows. Where it sends what it was shown, it meant to
change nothing, and what others changed since stays; where both changed a field, nobody decides for
them (`product.md` 7).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import QueryDict

from reviews.changes import REMOVED, Since, removal
from reviews.rows import Forms, Rows, name_of, new_key, total_rows
from reviews.sections import Section
from reviews.typed import Texts, Typed, are_same, names_of_new_rows

CHOOSE, THEIRS = "choose-", "theirs-"


@dataclass(frozen=True)
class Conflict:
    """A field that two people changed, by its name; or one that is gone, with what said so."""

    field: str
    theirs: Since | None
    is_gone: bool = False


def sort_out(
    texts: Texts, shown: Forms, record: Texts, since: Mapping[str, Since]
) -> tuple[dict[str, str], list[Conflict]]:
    """Return the texts that nobody else stands in the way of, and the conflicts of the others.

    `texts`, `record` (what the unbound forms `shown` hold) and `since` go by lasting names.
    """
    new = {
        f"{rows.prefix}-{row}-{name}"
        for rows in shown.values()
        if isinstance(rows, Rows)
        for row in names_of_new_rows(texts, rows)
        for name in Typed(rows.prefix or "", rows.empty_form).names()
    }
    free: dict[str, str] = {}
    conflicts: list[Conflict] = []
    for name, text in texts.items():
        prefix = name.rpartition("-")[0]
        change, gone = since.get(name), since.get(removal(prefix))
        if name not in record and (name not in new or _is_removed(gone)):
            conflicts.append(Conflict(name, gone, is_gone=True))
        elif change is None or are_same(text, change.after):
            free[name] = text
        elif not are_same(text, change.before):
            conflicts.append(Conflict(name, change))
    return free, conflicts


def merge(
    section: Section, data: QueryDict, since: Mapping[str, Since]
) -> tuple[QueryDict, list[Conflict]]:
    """Return what a page sent with what others changed since, and what both changed.

    In a conflict what the page sent stays. A row that somebody removed is sent no more if it was
    left as it was shown, and else as a new one. The conflicts go by the names of the page's fields.
    """
    merged, conflicts = _chosen(data), list[Conflict]()
    if not since:
        return merged, conflicts
    merged = merged.copy()
    for of_list in section.forms().values():
        if isinstance(of_list, Rows):
            conflicts += _merge_rows(merged, of_list, since)
        elif isinstance(of_list, BaseForm):
            prefix = of_list.prefix or ""
            may_be_left_out = prefix.startswith(tuple(f"{name}-" for name in section.apart))
            if may_be_left_out and not any(name.startswith(f"{prefix}-") for name in merged):
                continue
            typed = Typed(prefix, of_list)
            conflicts += _merge_fields(merged, prefix, prefix, typed.names(), since)
    return merged, conflicts


def _chosen(data: QueryDict) -> QueryDict:
    """Return the data with the texts of others where the page was told to take them."""
    taken = [
        name.removeprefix(CHOOSE)
        for name, choice in data.items()
        if name.startswith(CHOOSE) and choice == "theirs"
    ]
    if not taken:
        return data
    changed = data.copy()
    for name in taken:
        _put(changed, name, data.get(f"{THEIRS}{name}", ""))
    return changed


def _put(data: QueryDict, name: str, text: str) -> None:
    if text:
        data[name] = text
    else:
        data.pop(name, None)


def _merge_rows(data: QueryDict, rows: Rows[Any], since: Mapping[str, Since]) -> list[Conflict]:
    conflicts: list[Conflict] = []
    names = Typed(rows.prefix or "", rows.empty_form).names()
    for index in range(total_rows(data, rows.prefix or "")):
        place = f"{rows.prefix}-{index}"
        row = data.get(f"{place}-row", "")
        record = rows.by_name.get(row)
        lasting = f"{rows.prefix}-{name_of(record) if record else row}"
        gone = since.get(removal(lasting))
        if record and data.get(f"{place}-{DELETION_FIELD_NAME}"):
            conflicts += _merge_removal(data, place, lasting, names, since)
            continue
        if record or not row or not _is_removed(gone):
            conflicts += _merge_fields(data, place, lasting, names, since)
            continue
        is_untouched = all(
            are_same(data.get(f"{place}-{name}", ""), since[f"{lasting}-{name}"].before)
            for name in names
            if f"{lasting}-{name}" in since
        )
        data[f"{place}-row"] = new_key()
        if is_untouched:
            values = rows.defaults()
            for name in names:
                _put(data, f"{place}-{name}", values.get(name, ""))
        else:
            conflicts.append(Conflict(f"{place}-{names[0]}", gone, is_gone=True))
    return conflicts


def _merge_fields(
    data: QueryDict, place: str, lasting: str, names: list[str], since: Mapping[str, Since]
) -> list[Conflict]:
    conflicts: list[Conflict] = []
    for name in names:
        change = since.get(f"{lasting}-{name}")
        if change is None:
            continue
        mine = data.get(f"{place}-{name}", "")
        if are_same(mine, change.after):
            continue
        if are_same(mine, change.before):
            _put(data, f"{place}-{name}", change.after)
        else:
            conflicts.append(Conflict(f"{place}-{name}", change))
    return conflicts


def _merge_removal(
    data: QueryDict, place: str, lasting: str, names: list[str], since: Mapping[str, Since]
) -> list[Conflict]:
    """Let a row stay that the page removes without having shown what others wrote in it."""
    unseen = [
        Conflict(f"{place}-{name}", change)
        for name in names
        if (change := since.get(f"{lasting}-{name}"))
        and not are_same(data.get(f"{place}-{name}", ""), change.after)
    ]
    if unseen:
        data[f"{place}-{DELETION_FIELD_NAME}"] = ""
    return unseen


def _is_removed(change: Since | None) -> bool:
    return change is not None and change.after == REMOVED
