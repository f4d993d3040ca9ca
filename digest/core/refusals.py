"""Whether refusals are to be believed: a server that refuses everyone says nothing of anyone.

An address that is refused for good is suppressed, so a server that is set up wrongly could empty
the whole list. Refusals of addresses therefore count only while enough other addresses are taken,
and a delivery in which everything is refused ends early.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from digest.models import Delivery, DeliveryStatus

BELIEVED = 3  # refused addresses for each one that is taken; a plain choice, not measured
DOUBTFUL = 20  # refused addresses not believed: more are not asked for
IN_A_ROW = 3  # refusals in a row that are not the addresses' fault


class Refusals:
    """Weighs the answers to one edition by one output, as they come."""

    def __init__(self, earlier: Iterable[Delivery] = ()) -> None:
        statuses = [delivery.status for delivery in earlier]
        self._sent = statuses.count(DeliveryStatus.SENT)
        self._refused = statuses.count(DeliveryStatus.REFUSED)
        self._held: list[Delivery] = []
        self._in_a_row = 0
        self.reason = ""  # why no more should be sent; "" while all is well

    @property
    def doubted(self) -> int:
        """Return how many refused addresses are not believed to be dead."""
        return len(self._held)

    def weigh(self, delivery: Delivery) -> Delivery:
        """Return what the ledger should hear of a delivery.

        A refused address is FAILED (tried again with the next delivery) until it is believed.
        """
        match delivery.status:
            case DeliveryStatus.SENT:
                self._sent += 1
                self._in_a_row = 0
            case DeliveryStatus.REFUSED:
                if self._refused + self.doubted < BELIEVED * self._sent:
                    self._refused += 1
                    return delivery
                self._held.append(delivery)
                if self.doubted >= DOUBTFUL:
                    self._stop("the server refuses nearly every address, so none of them is blamed")
                return replace(delivery, status=DeliveryStatus.FAILED)
            case DeliveryStatus.FAILED:
                self._in_a_row += 1
                if self._in_a_row >= IN_A_ROW:
                    self._stop("the server refuses the messages, whoever they are for")
        return delivery

    def believed(self) -> list[Delivery]:
        """Return, once, the refusals that were held back and are believed now."""
        if self._refused + self.doubted > BELIEVED * self._sent:
            return []
        believed, self._held = self._held, []
        self._refused += len(believed)
        return believed

    def _stop(self, reason: str) -> None:
        self.reason = self.reason or reason
