"""Say of what kind a value is, where what holds it can't."""

from typing import TypeVar

Kind = TypeVar("Kind")


def of_kind(kind: type[Kind], value: object) -> Kind:
    """Return `value`, known here to be of this kind; raises TypeError if it isn't."""
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} isn't of the kind {kind.__name__}")
    return value
