"""Questions of every page, put into SQL once.

To put a question into SQL takes longer than its answer: a review with all that hangs on it is a
hundred columns, written anew for each page. A question marked `prepared` is written down when it is
first asked, in each thread, and asked again with other values (docs/adr/0014).
"""

import datetime
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache, update_wrapper
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import ForeignKey, Model, QuerySet
from django.db.models.query import ModelIterable, ValuesIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler

Record = TypeVar("Record")
# What a question is asked with. What is missing, or is one of several, is another question.
Value = int | str | datetime.date
MOST_BITS = 63


class Prepared(Generic[Record]):
    """A question, given as a function that returns its queryset; called, it returns its records.

    The function is called once in a thread, with stand-ins for its values, so what it does may not
    depend on them; each has to come into the SQL as it is. What it may depend on is its shape,
    given by place: it is called once for each. Of a queryset of `values` or `values_list` the
    records are dicts or tuples.
    """

    def __init__(self, question: Callable[..., QuerySet[Any, Record]]) -> None:
        self.question = question
        self._kept = threading.local()
        update_wrapper(self, question)

    def __call__(self, *shape: Hashable, **values: Value) -> list[Record]:
        """Return the records for these values; none for a number that no database holds."""
        numbers = [value for value in values.values() if isinstance(value, int)]
        if any(number.bit_length() > MOST_BITS for number in numbers):
            return []
        return self._written(shape, values).answer(values)

    def first(self, *shape: Hashable, **values: Value) -> Record | None:
        """Return the first of the records, or None."""
        return next(iter(self(*shape, **values)), None)

    def _written(
        self, shape: tuple[Hashable, ...], values: Mapping[str, Value]
    ) -> "_Written[Record]":
        kept: dict[object, _Written[Record]] = vars(self._kept).setdefault("written", {})
        written = kept.get(shape)
        if written is None or written.is_of_another_connection():
            stand_ins = {
                name: _stand_in(value, number)
                for number, (name, value) in enumerate(values.items(), start=1)
            }
            question = self.question(*shape, **stand_ins)
            written = kept[shape] = _Written(question, stand_ins)
        return written


def prepared(question: Callable[..., QuerySet[Any, Record]]) -> Prepared[Record]:
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
    if isinstance(value, datetime.datetime):
        return datetime.datetime(1000, 1, number, tzinfo=datetime.UTC)
    return datetime.date(1000, 1, number)


class _Written(Generic[Record]):
    """A question as SQL for the thread's connection, and how its rows become records."""

    def __init__(self, queryset: QuerySet[Any, Record], stand_ins: Mapping[str, Value]) -> None:
        self.alias = queryset.db
        self.connection = connections[self.alias]
        compiler = queryset.query.get_compiler(connection=self.connection)
        self.sql, parameters = compiler.as_sql()
        names = {str(self._adapted(value)): name for name, value in stand_ins.items()}
        # Each parameter, and the value that takes its place, if one does.
        self.parameters = [(names.get(str(one)), one) for one in parameters]
        if absent := stand_ins.keys() - {name for name, _one in self.parameters}:
            raise ValueError(f"the question doesn't ask for {absent}")
        columns: Any = compiler.select[: compiler.col_count]
        self.compiler = compiler
        self.converters = compiler.get_converters([column for column, _sql, _as in columns])
        is_whole = issubclass(queryset._iterable_class, ModelIterable)
        self.record = self._whole(compiler) if is_whole else self._plain(queryset)

    def _adapted(self, value: Value) -> object:
        """Return a value as the database takes it: SQLite takes days as text."""
        if isinstance(value, datetime.datetime):
            return self.connection.ops.adapt_datetimefield_value(value)
        if isinstance(value, datetime.date):
            return self.connection.ops.adapt_datefield_value(value)
        return value

    def _whole(self, compiler: SQLCompiler) -> Callable[[Sequence[Any]], Record]:
        """Return what makes a record of a model of a row, as a queryset does each time anew."""
        columns: Any = compiler.select
        found: Any = compiler.klass_info
        model, start, end = found["model"], found["select_fields"][0], found["select_fields"][-1]
        fields = [column.target.attname for column, *_ in columns[start : end + 1]]
        # The types are those of the next Django, which asks for one thing more.
        of_related: Any = get_related_populators
        populators = of_related(found, columns, self.alias)
        annotations = list((compiler.annotation_col_map or {}).items())

        def whole(row: Sequence[Any]) -> Record:
            record: Record = model.from_db(self.alias, fields, row[start : end + 1])
            for populator in populators:
                populator.populate(row, record)
            for name, place in annotations:
                setattr(record, name, row[place])
            return record

        return whole

    def _plain(self, queryset: QuerySet[Any, Record]) -> Callable[[Sequence[Any]], Any]:
        """Return what makes a dict of a row of `values`, and a tuple of another."""
        if not issubclass(queryset._iterable_class, ValuesIterable):
            return tuple
        query: Any = queryset.query
        names = query.selected or [*query.values_select, *query.annotation_select]
        return lambda row: dict(zip(names, row, strict=True))

    def is_of_another_connection(self) -> bool:
        return connections[self.alias] is not self.connection

    def answer(self, values: Mapping[str, Value]) -> list[Record]:
        """Return the records."""
        parameters: list[Any] = [
            one if name is None else self._adapted(values[name]) for name, one in self.parameters
        ]
        with self.connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            rows = cursor.fetchall()
        if self.converters:
            rows = self.compiler.apply_converters(rows, self.converters)
        return [self.record(row) for row in rows]


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
