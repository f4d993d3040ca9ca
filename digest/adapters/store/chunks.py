"""Long lists of values in one query: in parts, as SQLite bounds its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_MOST = 500  # parameters in one IN list; SQLite before 3.32 takes no more than 999


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the values in their order, as many at a time as one IN list takes."""
    for start in range(0, len(values), _MOST):
        yield values[start : start + _MOST]
