"""Questions of every page, put into SQL once.

To put a question into SQL takes longer than its answer: a review with all that hangs on it is a
hundred columns, written anew for each page. A question marked `prepared` is written down when it is
first asked, in each thread, and asked again with other values (docs/adr/0014).
"""

import datetime
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, update_wrapper
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import ForeignKey, Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

Record = TypeVar("Record", bound=Model)
# What a question is asked with. What is missing, or is one of several, is another question.
Value = int | str | datetime.date
MOST_BITS = 63


class Prepared(Generic[Record]):
    """A question, given as a function that returns its queryset; called, it returns its records.

    The function is called once in a thread, with stand-ins, so what it does may not depend on the
    values; each of them has to come into the SQL as it is.
    """

    def __init__(self, question: Callable[..., QuerySet[Record]]) -> None:
        self.question = question
        self._kept = threading.local()
        update_wrapper(self, question)

    def __call__(self, **values: Value) -> list[Record]:
        """Return the records for these values; none for a number that no database holds."""
        numbers = [value for value in values.values() if isinstance(value, int)]
        if any(number.bit_length() > MOST_BITS for number in numbers):
            return []
        return self._written(values).answer(values)

    def first(self, **values: Value) -> Record | None:
        """Return the first of the records, or None."""
        return next(iter(self(**values)), None)

    def _written(self, values: Mapping[str, Value]) -> "_Written[Record]":
        written: _Written[Record] | None = getattr(self._kept, "written", None)
        if written is None or written.is_of_another_connection():
            stand_ins = {
                name: _stand_in(value, number)
                for number, (name, value) in enumerate(values.items(), start=1)
            }
            written = self._kept.written = _Written(self.question(**stand_ins), stand_ins)
        return written


def prepared(question: Callable[..., QuerySet[Record]]) -> Prepared[Record]:
    """Mark a function that returns a queryset as a question that is put into SQL once."""
    return Prepared(question)


def _stand_in(value: Value, number: int) -> Value:
    """Return a value of the same kind that nothing else in a question has."""
    if isinstance(value, bool) or not isinstance(value, Value):
        raise TypeError(f"a question isn't prepared for {value!r}")
    if isinstance(value, int):
        return 2_100_000_000 + number
    if isinstance(value, str):
        return f"stands in for value {number}"
    return datetime.date(1, 1, number)


def _like(parameter: object, value: Value) -> object:
    """Return a value as the database takes it: SQLite takes a day as text."""
    return str(value) if isinstance(parameter, str) else value


class _Written(Generic[Record]):
    """A question as SQL for the thread's connection, and how its rows become records."""

    def __init__(self, queryset: QuerySet[Record], stand_ins: Mapping[str, Value]) -> None:
        self.alias = queryset.db
        self.connection = connections[self.alias]
        compiler = queryset.query.get_compiler(connection=self.connection)
        self.sql, parameters = compiler.as_sql()
        names = {str(value): name for name, value in stand_ins.items()}
        # Each parameter, and the value that takes its place, if one does.
        self.parameters = [(names.get(str(one)), one) for one in parameters]
        if absent := stand_ins.keys() - {name for name, _one in self.parameters}:
            raise ValueError(f"the question doesn't ask for {absent}")
        self._learn_rows(compiler)

    def _learn_rows(self, compiler: SQLCompiler) -> None:
        """Keep what Django's own iteration of a queryset finds out each time."""
        columns: Any = compiler.select
        self.compiler = compiler
        self.converters = compiler.get_converters([column for column, _sql, _as in columns])
        found: Any = compiler.klass_info
        self.model: type[Record] = found["model"]
        self.start, self.end = found["select_fields"][0], found["select_fields"][-1] + 1
        self.fields = [column.target.attname for column, *_ in columns[self.start : self.end]]
        # The types are those of the next Django, which asks for one thing more.
        populators: Any = get_related_populators
        self.populators = populators(found, columns, self.alias)
        self.annotations = list((compiler.annotation_col_map or {}).items())

    def is_of_another_connection(self) -> bool:
        return connections[self.alias] is not self.connection

    def answer(self, values: Mapping[str, Value]) -> list[Record]:
        """Return the records."""
        parameters: list[Any] = [
            one if name is None else _like(one, values[name]) for name, one in self.parameters
        ]
        with self.connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            rows = cursor.fetchall()
        if self.converters:
            rows = self.compiler.apply_converters(rows, self.converters)
        return [self._record(row) for row in rows]

    def _record(self, row: Sequence[Any]) -> Record:
        record = self.model.from_db(self.alias, self.fields, row[self.start : self.end])
        for populator in self.populators:
            populator.populate(row, record)
        for name, place in self.annotations:
            setattr(record, name, row[place])
        return record


def read_lists(records: Sequence[Model], *names: str) -> None:
    """Read lists of a few records of one kind, each list in one question, unless they were read.

    As `prefetch_related_objects` does; the lists are those of foreign keys, by their names.
    """
    for name in names:
        relation: Any = records[0]._meta.get_field(name)
        kept = relation.cache_name
        owners = {
            record.pk: record
            for record in records
            if kept not in getattr(record, "_prefetched_objects_cache", ())
        }
        if not owners:
            continue
        field, found = relation.field, {pk: list[Model]() for pk in owners}
        for row in _rows_of(field, len(owners))(**{f"owner{n}": pk for n, pk in enumerate(owners)}):
            pk = getattr(row, field.attname)
            field.set_cached_value(row, owners[pk])
            found[pk].append(row)
        for pk, record in owners.items():
            queryset = getattr(record, name).get_queryset()
            queryset._result_cache, queryset._prefetch_done = found[pk], True
            vars(record).setdefault("_prefetched_objects_cache", {})[kept] = queryset


@lru_cache(maxsize=200)
def _rows_of(field: ForeignKey[Any, Any], owners: int) -> Prepared[Any]:
    """Return the question for the rows that name one of so many records."""
    return Prepared(
        lambda **values: field.model._default_manager.filter(
            **{f"{field.name}__in": list(values.values())}
        )
    )
