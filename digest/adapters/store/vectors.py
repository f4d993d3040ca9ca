"""Vectors of texts, by model and text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from digest.adapters.store.schema import vectors

_AT_ONCE = 500  # keys in one question, below what SQLite takes


class Vectors:
    """Reads and writes vectors in the open transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of(self, model: str, keys: Iterable[str]) -> dict[str, bytes]:
        """Return the kept vectors of a model, by key."""
        wanted = sorted(set(keys))
        found: dict[str, bytes] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            query = sa.select(vectors.c.key, vectors.c.vector).where(
                vectors.c.model == model, vectors.c.key.in_(part)
            )
            found.update({row.key: bytes(row.vector) for row in self._connection.execute(query)})
        return found

    def save(self, model: str, held: Mapping[str, bytes]) -> None:
        """Keep vectors; one that is there already stays."""
        if held:
            rows = [{"model": model, "key": key, "vector": v} for key, v in sorted(held.items())]
            self._connection.execute(insert(vectors).on_conflict_do_nothing(), rows)
