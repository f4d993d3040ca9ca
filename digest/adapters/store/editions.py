"""Frozen editions and run reports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from digest.adapters.store import schema
from digest.models import StoredEdition, Window

_editions = schema.editions
_runs = schema.runs


class Editions:
    """Reads and writes editions and runs; the caller opens and ends the transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def save(self, edition: StoredEdition, *, replace: bool) -> bool:
        """Return whether it was stored: an existing one stays unless it may be replaced."""
        row = {
            "id": edition.id,
            "name": edition.name,
            "date": edition.date,
            "opens": edition.window.opens,
            "closes": edition.window.closes,
            "record": edition.record,
        }
        statement = insert(_editions)
        if replace:
            changed = {c.name: statement.excluded[c.name] for c in _editions.c if c.name != "id"}
            statement = statement.on_conflict_do_update(index_elements=["id"], set_=changed)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=["id"])
        return self._connection.execute(statement, row).rowcount == 1

    def edition(self, edition_id: str) -> StoredEdition | None:
        query = sa.select(_editions).where(_editions.c.id == edition_id)
        row = self._connection.execute(query).first()
        return None if row is None else _edition(row)

    def editions(self, name: str | None, limit: int | None) -> list[StoredEdition]:
        query = sa.select(_editions)
        if name is not None:
            query = query.where(_editions.c.name == name)
        newest = (_editions.c.date.desc(), _editions.c.closes.desc(), _editions.c.id)
        rows = self._connection.execute(query.order_by(*newest).limit(limit))
        return [_edition(row) for row in rows]

    def save_run(self, run_id: str, started_at: datetime, report: str) -> None:
        self._connection.execute(sa.delete(_runs).where(_runs.c.run_id == run_id))
        row = {"run_id": run_id, "started_at": started_at, "report": report}
        self._connection.execute(sa.insert(_runs), row)

    def last_run(self) -> str | None:
        """The one stored last: one run at a time holds the lease, and ``--at`` may lie."""
        query = sa.select(_runs.c.report).order_by(_runs.c.n.desc()).limit(1)
        return self._connection.execute(query).scalar()


def _edition(row: Any) -> StoredEdition:
    return StoredEdition(
        id=row.id,
        name=row.name,
        date=row.date,
        window=Window(row.opens, row.closes),
        record=row.record,
    )
