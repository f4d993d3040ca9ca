"""The half of the store that mailing needs: readers, and what was sent to whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from digest.models import Delivery, Reader, Recipient, Suppression
from digest.ports import LeftOut

if TYPE_CHECKING:
    from digest.adapters.store.database import Database
    from digest.adapters.store.ledger import Ledger
    from digest.adapters.store.readers import Readers


class Mail:
    """The Readers and the Ledger of the ports. What they write waits for the disk."""

    def __init__(self, database: Database, new_token: Callable[[], str]) -> None:
        self._database = database
        self._new_token = new_token

    @cached_property
    def _readers(self) -> Readers:
        from digest.adapters.store.readers import Readers  # takes 5 ms, and few commands mail

        return Readers(self._database.connection, self._new_token)

    @cached_property
    def _ledger(self) -> Ledger:
        from digest.adapters.store.ledger import Ledger

        return Ledger(self._database.connection, self._readers)

    # --- readers ---

    def readers(self) -> list[Reader]:
        with self._database.transaction():
            return self._readers.readers()

    def add_readers(self, addresses: Iterable[str], now: datetime) -> set[str]:
        with self._database.transaction(durable=True):
            return self._readers.add(addresses, now)

    def remove_reader(self, address: str) -> bool:
        with self._database.transaction(durable=True):
            return self._readers.remove(address)

    def suppress(self, suppressions: Iterable[Suppression]) -> None:
        with self._database.transaction(durable=True):
            self._readers.suppress(suppressions)

    def unsuppress(self, address: str) -> bool:
        """Let an address get mail again, and forget its soft bounces."""
        with self._database.transaction(durable=True):
            return self._readers.unsuppress(address)

    def suppressions(self) -> list[Suppression]:
        with self._database.transaction():
            return self._readers.suppressions()

    def address_of(self, token: str) -> str | None:
        with self._database.transaction():
            return self._readers.address_of(token)

    def soft_bounce(self, address: str, now: datetime) -> int:
        with self._database.transaction(durable=True):
            return self._readers.soft_bounce(address, now)

    # --- deliveries ---

    def open_delivery(
        self,
        edition_id: str,
        output: str,
        *,
        addresses: Sequence[str] | None,
        resend_uncertain: bool,
        now: datetime,
    ) -> list[Recipient]:
        """Return who has still to get the edition: readers as they came, a fixed list as it is.

        Those never tried come first. Raises StoreError where readers are to get an edition that is
        not stored.
        """
        with self._database.transaction(durable=True):
            return self._ledger.open(edition_id, output, addresses, resend_uncertain, now)

    def left_out(self, edition_id: str, *, addresses: Sequence[str] | None) -> LeftOut:
        """Return how many the edition does not go to; raises StoreError as `open_delivery`."""
        with self._database.transaction():
            return self._ledger.left_out(edition_id, addresses)

    def note(
        self, results: Sequence[Delivery], claims: Sequence[Delivery], *, now: datetime
    ) -> frozenset[str]:
        """Store results and make claims; raises StoreError for a result that nobody claimed.

        It is on the disk when this returns.
        """
        with self._database.transaction(durable=True):
            return self._ledger.note(results, claims, now)

    def deliveries(self, edition_id: str, output: str) -> list[Delivery]:
        with self._database.transaction():
            return self._ledger.deliveries(edition_id, output)

    def finish_output(self, edition_id: str, output: str, now: datetime) -> None:
        with self._database.transaction(durable=True):
            self._ledger.finish([(edition_id, output, now)])

    def finished_outputs(self, edition_id: str) -> frozenset[str]:
        with self._database.transaction():
            return self._ledger.finished(edition_id)

    def mailed_outputs(self, edition_id: str) -> frozenset[str]:
        """Return the keys of the outputs that sent, or tried to send, messages of an edition."""
        with self._database.transaction():
            return self._ledger.outputs(edition_id)

    def delivery_began(self, edition_id: str) -> bool:
        with self._database.transaction():
            return self._ledger.began(edition_id)
