"""Readers, their tokens, and who gets no more mail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from digest.adapters.store import schema
from digest.adapters.store.chunks import chunks
from digest.models import Reader, Suppression, SuppressionReason

_BOUNCES_COUNT = timedelta(days=30)
_MOST_BOUNCES = 100  # that are kept of one address: far more than anyone waits for

_addresses = schema.addresses
_readers = schema.readers
_suppressions = schema.suppressions
_bounces = schema.soft_bounces

_ADD_ADDRESS = insert(_addresses).on_conflict_do_nothing(index_elements=["address"])
_NUMBER = (
    sa.select(_addresses.c.n).where(_addresses.c.address == sa.bindparam("of")).scalar_subquery()
)
_ADD_READER = (
    insert(_readers).values(address_n=_NUMBER).on_conflict_do_nothing(index_elements=["address_n"])
)
_SUPPRESS = (
    insert(_suppressions)
    .values(address_n=_NUMBER)
    .on_conflict_do_nothing(index_elements=["address_n"])
)
_READERS = (
    sa.select(
        _addresses.c.address,
        _addresses.c.token,
        _readers.c.added_at,
        _suppressions.c.reason,
        _suppressions.c.at,
        _suppressions.c.detail,
    )
    .select_from(_readers)
    .join(_addresses, _addresses.c.n == _readers.c.address_n)
    .outerjoin(_suppressions, _suppressions.c.address_n == _readers.c.address_n)
    .order_by(_readers.c.n)
)
_SUPPRESSED = (
    sa.select(
        _addresses.c.address, _suppressions.c.reason, _suppressions.c.at, _suppressions.c.detail
    )
    .join(_addresses, _addresses.c.n == _suppressions.c.address_n)
    .order_by(_suppressions.c.at, _suppressions.c.address_n)
)


class Readers:
    """Reads and writes addresses, readers and suppressions; the caller has the transaction."""

    def __init__(self, connection: sa.Connection, new_token: Callable[[], str]) -> None:
        self._connection = connection
        self._new_token = new_token

    def know(self, addresses: Iterable[str]) -> None:
        """Give a token to each address that never had one."""
        rows = [{"address": each, "token": self._new_token()} for each in addresses]
        if rows:
            self._connection.execute(_ADD_ADDRESS, rows)

    def add(self, addresses: Iterable[str], now: datetime) -> set[str]:
        """Put addresses on the list, in their order; return those that were not there."""
        wanted = list(dict.fromkeys(map(schema.plain, addresses)))
        there = self._on_the_list(wanted)
        new = [each for each in wanted if each not in there]
        self.know(new)
        if new:
            self._connection.execute(_ADD_READER, [{"of": each, "added_at": now} for each in new])
        return set(new)

    def _on_the_list(self, wanted: Sequence[str]) -> set[str]:
        found: set[str] = set()
        query = sa.select(_addresses.c.address).join(
            _readers, _readers.c.address_n == _addresses.c.n
        )
        for chunk in chunks(wanted):
            some = query.where(_addresses.c.address.in_(chunk))
            found.update(self._connection.execute(some).scalars())
        return found

    def readers(self) -> list[Reader]:
        return [
            Reader(
                address=row.address,
                token=row.token,
                added_at=row.added_at,
                suppressed=None if row.reason is None else _suppression(row),
            )
            for row in self._connection.execute(_READERS)
        ]

    def remove(self, address: str) -> bool:
        statement = sa.delete(_readers).where(_readers.c.address_n == _NUMBER)
        return self._connection.execute(statement, {"of": address}).rowcount > 0

    def suppress(self, suppressions: Iterable[Suppression]) -> None:
        rows = [
            {"of": each.address, "reason": each.reason.value, "at": each.at, "detail": each.detail}
            for each in suppressions
        ]
        if rows:
            self.know(str(row["of"]) for row in rows)
            self._connection.execute(_SUPPRESS, rows)

    def unsuppress(self, address: str) -> bool:
        """Also forget its soft bounces: the next one must not suppress it again at once."""
        bounces = sa.delete(_bounces).where(_bounces.c.address_n == _NUMBER)
        self._connection.execute(bounces, {"of": address})
        statement = sa.delete(_suppressions).where(_suppressions.c.address_n == _NUMBER)
        return self._connection.execute(statement, {"of": address}).rowcount > 0

    def suppressions(self) -> list[Suppression]:
        return [_suppression(row) for row in self._connection.execute(_SUPPRESSED)]

    def address_of(self, token: str) -> str | None:
        query = sa.select(_addresses.c.address).where(_addresses.c.token == token)
        return self._connection.execute(query).scalar()

    def soft_bounce(self, address: str, now: datetime) -> int:
        self.know([address])
        query = sa.select(_addresses.c.n).where(_addresses.c.address == address)
        number = self._connection.execute(query).scalar_one()
        theirs = _bounces.c.address_n == number
        add = sa.insert(_bounces).values(address_n=number, at=now)
        self._connection.execute(add)
        newest = (
            sa.select(_bounces.c.n)
            .where(theirs)
            .order_by(_bounces.c.at.desc())
            .limit(_MOST_BOUNCES)
        )
        passed = (_bounces.c.at <= now - _BOUNCES_COUNT) | _bounces.c.n.not_in(newest)
        self._connection.execute(sa.delete(_bounces).where(theirs, passed))
        count = sa.select(sa.func.count()).select_from(_bounces).where(theirs)
        return self._connection.execute(count).scalar_one()


def _suppression(row: Any) -> Suppression:
    return Suppression(
        address=row.address, reason=SuppressionReason(row.reason), at=row.at, detail=row.detail
    )
