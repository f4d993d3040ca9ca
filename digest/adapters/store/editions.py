"""Frozen editions and run reports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from digest.adapters.store import schema
from digest.models import StoredEdition, Window

_editions = schema.editions
_runs = schema.runs
_finished = schema.finished_outputs
_SELECT = sa.select(*(column for column in _editions.c if column.name != "readers_until"))
_NOT_MAILED = ~sa.exists().where(schema.deliveries.c.edition_id == _editions.c.id)
_READERS_UNTIL = sa.select(sa.func.coalesce(sa.func.max(schema.readers.c.n), 0)).scalar_subquery()


class Editions:
    """Reads and writes editions and runs; the caller opens and ends the transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def save(self, edition: StoredEdition, *, replace: bool) -> bool:
        """Return whether it was stored: an existing one stays unless it may be replaced.

        With it is kept how far the list of readers goes just now. No output has a replaced one;
        one that was mailed, if only in part, is not replaced.
        """
        statement = insert(_editions).values(readers_until=_READERS_UNTIL)
        if replace:
            changed = {c.name: statement.excluded[c.name] for c in _editions.c if c.name != "id"}
            statement = statement.on_conflict_do_update(
                index_elements=["id"], set_=changed, where=_NOT_MAILED
            )
        else:
            statement = statement.on_conflict_do_nothing(index_elements=["id"])
        stored = self._connection.execute(statement, row_of(edition)).rowcount == 1
        if stored and replace:
            self._connection.execute(
                sa.delete(_finished).where(_finished.c.edition_id == edition.id)
            )
        return stored

    def edition(self, edition_id: str) -> StoredEdition | None:
        query = _SELECT.where(_editions.c.id == edition_id)
        row = self._connection.execute(query).first()
        return None if row is None else edition_of(row)

    def editions(
        self, name: str | None, before: date | None, limit: int | None
    ) -> list[StoredEdition]:
        query = _SELECT
        if name is not None:
            query = query.where(_editions.c.name == name)
        if before is not None:
            query = query.where(_editions.c.date < before)
        newest = (_editions.c.date.desc(), _editions.c.closes.desc(), _editions.c.id)
        rows = self._connection.execute(query.order_by(*newest).limit(limit))
        return [edition_of(row) for row in rows]

    def save_run(self, run_id: str, started_at: datetime, report: str) -> None:
        self._connection.execute(sa.delete(_runs).where(_runs.c.run_id == run_id))
        row = {"run_id": run_id, "started_at": started_at, "report": report}
        self._connection.execute(sa.insert(_runs), row)


def row_of(edition: StoredEdition) -> dict[str, Any]:
    return {
        "id": edition.id,
        "name": edition.name,
        "date": edition.date,
        "opens": edition.window.opens,
        "closes": edition.window.closes,
        "record": edition.record,
    }


def edition_of(row: Any) -> StoredEdition:
    return StoredEdition(
        id=row.id,
        name=row.name,
        date=row.date,
        window=Window(row.opens, row.closes),
        record=row.record,
    )
