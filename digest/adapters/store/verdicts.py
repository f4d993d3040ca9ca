"""What a judge answered, by the judge and the question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from digest.adapters.store.chunks import chunks
from digest.adapters.store.schema import verdicts


class Verdicts:
    """Reads and writes verdicts in the open transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of(self, judge: str, keys: Iterable[str]) -> dict[str, bool]:
        """Return the kept answers of a judge, by the key of their question."""
        found: dict[str, bool] = {}
        for part in chunks(sorted(set(keys))):
            query = sa.select(verdicts.c.key, verdicts.c.answer).where(
                verdicts.c.judge == judge, verdicts.c.key.in_(part)
            )
            found.update({row.key: row.answer for row in self._connection.execute(query)})
        return found

    def save(self, judge: str, answers: Mapping[str, bool]) -> None:
        """Keep answers; one that is there already stays."""
        if answers:
            rows = [{"judge": judge, "key": k, "answer": a} for k, a in sorted(answers.items())]
            self._connection.execute(insert(verdicts).on_conflict_do_nothing(), rows)
