"""What many tests begin with is built once: from then on its rows are written as they were.

To hold a meeting takes seven sections through their forms and rules, some 150 statements; to write
what it leaves takes twenty. What a builder left is remembered by what stood in the database before,
so that a world that differs in anything but its moments is built as ever, and so is one at another
time than now, or with a worksheet that is printed.
"""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone, translation

from reviews import documents

NOW = timezone.now
WORKSHEET = documents.worksheet
MODELS = [
    model
    for label in ("accounts", "scorecards", "reviews")
    for model in apps.get_app_config(label).get_models(include_auto_created=True)
]
FIELDS = {model: [field.attname for field in model._meta.concrete_fields] for model in MODELS}
# Moments, and what is hashed with a salt or drawn by lot, differ each time and change nothing.
OTHERWISE_EACH_TIME = {
    model: {
        index
        for index, field in enumerate(model._meta.concrete_fields)
        if isinstance(field, models.DateTimeField) or field.name in ("password", "row_key")
    }
    for model in MODELS
}

Rows = dict[type[models.Model], dict[Any, tuple]]
P = ParamSpec("P")
R = TypeVar("R", bound=models.Model)


class Change:
    """The rows that a builder added, and those that it changed; nothing that it removed."""

    def __init__(self, before: Rows, after: Rows):
        self.removes = any(before[model].keys() - after[model].keys() for model in MODELS)
        self.added = {}
        self.changed = {}
        for model in MODELS:
            rows = after[model].items()
            added = [row for key, row in rows if key not in before[model]]
            changed = [
                (key, dict(zip(FIELDS[model], row, strict=True)))
                for key, row in rows
                if before[model].get(key, row) != row
            ]
            if added:
                self.added[model] = added
            if changed:
                self.changed[model] = changed

    def write(self) -> None:
        with transaction.atomic():
            for model, changed in self.changed.items():
                for key, values in changed:
                    model._base_manager.filter(pk=key).update(**values)
            for model, rows in self.added.items():
                model._base_manager.bulk_create(
                    [model(**dict(zip(FIELDS[model], row, strict=True))) for row in rows]
                )
        number_on(list(self.added))


def number_on(of: list[type[models.Model]] = MODELS) -> None:
    """Let PostgreSQL's sequences go on where the rows end: from 1, where there are none.

    Its sequences outlive what a test rolls back; SQLite's are rolled back as well.
    """
    if sql := connection.ops.sequence_reset_sql(no_style(), of):
        with connection.cursor() as cursor:
            cursor.execute("".join(sql))


def remembered(build: Callable[P, R]) -> Callable[P, R]:
    """Remember what a builder, which returns a row, leaves in the database."""
    memory: dict[Any, tuple[type[R], Any, Change]] = {}

    @functools.wraps(build)
    def once(*arguments: P.args, **options: P.kwargs) -> R:
        if timezone.now is not NOW or documents.worksheet is WORKSHEET:
            return build(*arguments, **options)
        before = _rows()
        given = [_telling(argument) for argument in (*arguments, *options.values())]
        key = (*given, *options, translation.get_language(), _fingerprint(before))
        if key in memory:
            model, number, change = memory[key]
            change.write()
            return model._base_manager.get(pk=number)
        built = build(*arguments, **options)
        change = Change(before, _rows())
        if not change.removes:
            memory[key] = (type(built), built.pk, change)
        return built

    return once


def _rows() -> Rows:
    found = {}
    for model in MODELS:
        names = FIELDS[model]
        place = names.index(model._meta.pk.attname)
        rows = model._base_manager.order_by("pk").values_list(*names)
        found[model] = {row[place]: row for row in rows}
    return found


def _fingerprint(rows: Rows) -> int:
    told = []
    for model in MODELS:
        moments = OTHERWISE_EACH_TIME[model]
        for row in rows[model].values():
            told.append([value for place, value in enumerate(row) if place not in moments])
    return hash(repr(told))


def _telling(argument: Any) -> Any:
    if isinstance(argument, models.Model):
        return (argument._meta.label, argument.pk)
    return repr(argument)
