"""Vectors of texts, by model and text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from digest.adapters.store.chunks import chunks
from digest.adapters.store.schema import vectors


class Vectors:
    """Reads and writes vectors in the open transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of(self, model: str, keys: Iterable[str]) -> dict[str, bytes]:
        """Return the kept vectors of a model, by key."""
        found: dict[str, bytes] = {}
        for part in chunks(sorted(set(keys))):
            query = sa.select(vectors.c.key, vectors.c.vector).where(
                vectors.c.model == model, vectors.c.key.in_(part)
            )
            found.update({row.key: bytes(row.vector) for row in self._connection.execute(query)})
        return found

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return how many vectors are kept of each model, and their bytes."""
        size = sa.func.sum(sa.func.length(vectors.c.vector))
        query = sa.select(vectors.c.model, sa.func.count(), size).group_by(vectors.c.model)
        return {model: (int(n), int(held)) for model, n, held in self._connection.execute(query)}

    def save(self, model: str, held: Mapping[str, bytes]) -> None:
        """Keep vectors, in the place of those that are there already."""
        if held:
            rows = [{"model": model, "key": key, "vector": v} for key, v in sorted(held.items())]
            put = insert(vectors)
            newer = put.on_conflict_do_update(
                index_elements=[vectors.c.model, vectors.c.key],
                set_={"vector": put.excluded.vector},
            )
            self._connection.execute(newer, rows)
