"""The delivery ledger: who has what, who is still to get it, and what nobody can know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from digest.adapters.store import schema
from digest.adapters.store.chunks import chunks
from digest.adapters.store.readers import Readers
from digest.errors import StoreError
from digest.models import (
    Delivery,
    DeliveryStatus,
    Recipient,
    Suppression,
    SuppressionReason,
)
from digest.ports import LeftOut

# They have not got it, and may: one refused is given out again when it is no more suppressed.
_OPEN = (DeliveryStatus.DEFERRED, DeliveryStatus.FAILED, DeliveryStatus.REFUSED)

_TIME = schema.UtcTime()

_editions = schema.editions
_addresses = schema.addresses
_readers = schema.readers
_suppressions = schema.suppressions
_deliveries = schema.deliveries
_finished = schema.finished_outputs

_OF_THIS = (
    _deliveries.c.edition_id == sa.bindparam("edition"),
    _deliveries.c.output == sa.bindparam("by"),
)

_LEFT_IN_FLIGHT = (
    sa.update(_deliveries)
    .where(*_OF_THIS, _deliveries.c.status == DeliveryStatus.SENDING)
    .values(
        status=DeliveryStatus.UNCERTAIN.value,
        detail=sa.literal("claimed at ", sa.Text)
        + sa.type_coerce(_deliveries.c.at, sa.Text)
        + ", and what became of it was never noted",
        at=sa.bindparam("now", type_=_deliveries.c.at.type),
    )
)

# These two run for every message. They are given to the driver itself: what SQLAlchemy adds to
# each is several times what SQLite takes, and every sender waits for it (benchmarks.delivery).
_SETTLE = f"""
    UPDATE deliveries SET status = ?, at = ?, detail = ?
    WHERE edition_id = ? AND output = ?
      AND address_n = (SELECT n FROM addresses WHERE address = ?)
      AND (status = '{DeliveryStatus.SENDING.value}'
           OR status = '{DeliveryStatus.FAILED.value}' AND ? = '{DeliveryStatus.REFUSED.value}')
"""  # noqa: S608 - made of our own constants
# Makes the row of an address that is not suppressed, or takes one that is open again. Readers are
# still on the list, too, and were when the edition was frozen; no number stands for a fixed list.
_CLAIM = f"""
    INSERT INTO deliveries (edition_id, output, address_n, status, at, detail, tries)
    SELECT ?, ?, n, '{DeliveryStatus.SENDING.value}', ?, '', 1 FROM addresses
    WHERE address = ?
      AND NOT EXISTS (SELECT 1 FROM suppressions WHERE address_n = addresses.n)
      AND (? IS NULL OR EXISTS (SELECT 1 FROM readers WHERE address_n = addresses.n AND n <= ?))
    ON CONFLICT (edition_id, output, address_n) DO UPDATE
    SET status = excluded.status, at = excluded.at, detail = '', tries = deliveries.tries + 1
    WHERE deliveries.status IN ({", ".join(f"'{status.value}'" for status in _OPEN)})
       OR (? AND deliveries.status = '{DeliveryStatus.UNCERTAIN.value}')
"""  # noqa: S608 - made of our own constants


def _recipients_statement() -> Any:
    """Addresses with their tokens, and the status of their row where there is one."""
    row = sa.and_(*_OF_THIS, _deliveries.c.address_n == _addresses.c.n)
    return (
        sa.select(_addresses.c.address, _addresses.c.token, _deliveries.c.status)
        .select_from(_addresses)
        .outerjoin(_deliveries, row)
        .where(
            ~sa.exists().where(_suppressions.c.address_n == _addresses.c.n),
            _deliveries.c.status.is_(None)
            | _deliveries.c.status.in_(_OPEN)
            | (
                sa.bindparam("again", type_=sa.Boolean)
                & (_deliveries.c.status == DeliveryStatus.UNCERTAIN)
            ),
        )
    )


_RECIPIENTS = _recipients_statement()
_READERS = (
    _RECIPIENTS.join(_readers, _readers.c.address_n == _addresses.c.n)
    .where(_readers.c.n <= sa.bindparam("until"))
    .order_by(_deliveries.c.status.is_not(None), _readers.c.n)
)
_LISTED = _RECIPIENTS.where(_addresses.c.address.in_(sa.bindparam("listed", expanding=True)))
_SUPPRESSED = (
    sa.select(sa.func.count())
    .select_from(_addresses)
    .join(_suppressions, _suppressions.c.address_n == _addresses.c.n)
    .where(_addresses.c.address.in_(sa.bindparam("listed", expanding=True)))
)
_LEFT_OUT = (
    sa.select(
        sa.func.count().filter(
            _suppressions.c.address_n.is_(None), _readers.c.n > sa.bindparam("until")
        ),
        sa.func.count(_suppressions.c.address_n),
    )
    .select_from(_readers)
    .outerjoin(_suppressions, _suppressions.c.address_n == _readers.c.address_n)
)
_ROWS = (
    sa.select(
        _addresses.c.address,
        _deliveries.c.status,
        _deliveries.c.at,
        _deliveries.c.detail,
        _deliveries.c.tries,
    )
    .join(_addresses, _addresses.c.n == _deliveries.c.address_n)
    .where(*_OF_THIS)
    .order_by(_addresses.c.address)
)


class Ledger:
    """Reads and writes deliveries; the caller opens and ends the transaction."""

    def __init__(self, connection: sa.Connection, readers: Readers) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection
        self._list = readers
        # Uncertain ones that were given out to be sent again, by edition and output.
        self._again: dict[tuple[str, str], set[str]] = {}
        # How far the list of readers goes that was given out; None for a fixed list.
        self._until: dict[tuple[str, str], int | None] = {}

    def open(
        self,
        edition_id: str,
        output: str,
        addresses: Sequence[str] | None,
        resend_uncertain: bool,
        now: datetime,
    ) -> list[Recipient]:
        this = {"edition": edition_id, "by": output, "again": resend_uncertain}
        until = self._readers_until(edition_id) if addresses is None else None
        self._connection.execute(_LEFT_IN_FLIGHT, this | {"now": now})
        if addresses is None:
            rows = self._connection.execute(_READERS, this | {"until": until}).all()
        else:
            rows = sorted(self._listed(addresses, this), key=lambda row: row.status is not None)
        self._until[edition_id, output] = until
        self._again[edition_id, output] = {
            row.address for row in rows if row.status == DeliveryStatus.UNCERTAIN
        }
        return [Recipient(row.address, row.token) for row in rows]

    def left_out(self, edition_id: str, addresses: Sequence[str] | None) -> LeftOut:
        if addresses is not None:
            wanted = list(dict.fromkeys(map(schema.plain, addresses)))
            return LeftOut(suppressed=sum(map(self._suppressed, chunks(wanted))))
        until = self._readers_until(edition_id)
        late, suppressed = self._connection.execute(_LEFT_OUT, {"until": until}).one()
        return LeftOut(suppressed=suppressed, late=late)

    def _suppressed(self, addresses: Sequence[str]) -> int:
        return self._connection.execute(_SUPPRESSED, {"listed": addresses}).scalar_one()

    def _readers_until(self, edition_id: str) -> int:
        query = sa.select(_editions.c.readers_until).where(_editions.c.id == edition_id)
        until: int | None = self._connection.execute(query).scalar()
        if until is None:
            raise StoreError(f"the edition {edition_id} is not stored, so nobody is to get it")
        return until

    def _listed(self, addresses: Sequence[str], this: dict[str, Any]) -> Iterator[Any]:
        """Those of a fixed list who are to get it, in its order, each once."""
        wanted = list(dict.fromkeys(map(schema.plain, addresses)))
        self._list.know(wanted)
        for chunk in chunks(wanted):
            rows = self._connection.execute(_LISTED, this | {"listed": chunk})
            found = {row.address: row for row in rows}
            yield from (found[each] for each in chunk if each in found)

    def note(
        self, results: Sequence[Delivery], claims: Sequence[Delivery], now: datetime
    ) -> frozenset[str]:
        for result in results:
            self._settle(result, now)
        return frozenset(self._claimed(claims))

    def _settle(self, result: Delivery, now: datetime) -> None:
        settled = self._driver.execute(
            _SETTLE,
            (
                result.status.value,
                _TIME.process_bind_param(result.at, None),
                schema.plain(result.detail),
                schema.plain(result.edition_id),
                schema.plain(result.output),
                schema.plain(result.address),
                result.status.value,
            ),
        )
        if settled.rowcount != 1 or result.status is DeliveryStatus.SENDING:
            raise StoreError(
                f"a result ({result.status}) came for a message of {result.edition_id} by "
                f"{result.output} that was not claimed: nothing of it was noted"
            )
        if result.status is DeliveryStatus.REFUSED:
            reason = SuppressionReason.BOUNCED
            self._list.suppress([Suppression(result.address, reason, now, result.detail)])

    def _claimed(self, claims: Sequence[Delivery]) -> Iterator[str]:
        if any(
            (each.edition_id, each.output, each.status)
            != (claims[0].edition_id, claims[0].output, DeliveryStatus.SENDING)
            for each in claims
        ):
            raise StoreError("claims are of one edition and output, and say that they are sending")
        for claim in claims:
            this = claim.edition_id, claim.output
            again = self._again.get(this, set())
            at = _TIME.process_bind_param(claim.at, None)
            texts = map(schema.plain, (claim.edition_id, claim.output, claim.address))
            edition_id, output, address = texts
            until = self._until.get(this)
            row = (edition_id, output, at, address, until, until, address in again)
            if self._driver.execute(_CLAIM, row).rowcount == 1:
                again.discard(address)
                yield claim.address

    def deliveries(self, edition_id: str, output: str) -> list[Delivery]:
        rows = self._connection.execute(_ROWS, {"edition": edition_id, "by": output})
        return [
            Delivery(
                edition_id=edition_id,
                output=output,
                address=row.address,
                status=DeliveryStatus(row.status),
                at=row.at,
                detail=row.detail,
                tries=row.tries,
            )
            for row in rows
        ]

    def finish(self, rows: Iterable[tuple[str, str, datetime]]) -> None:
        """Note (edition, output, when) of outputs that have all of it; the first time counts."""
        made = [{"edition_id": of, "output": by, "at": at} for of, by, at in rows]
        if made:
            statement = insert(_finished).on_conflict_do_nothing()
            self._connection.execute(statement, made)

    def finished(self, edition_id: str) -> frozenset[str]:
        query = sa.select(_finished.c.output).where(_finished.c.edition_id == edition_id)
        return frozenset(self._connection.execute(query).scalars())

    def outputs(self, edition_id: str) -> frozenset[str]:
        query = sa.select(_deliveries.c.output).where(_deliveries.c.edition_id == edition_id)
        return frozenset(self._connection.execute(query.distinct()).scalars())

    def began(self, edition_id: str) -> bool:
        sent = sa.exists().where(_deliveries.c.edition_id == edition_id)
        return bool(self._connection.execute(sa.select(sent)).scalar())
