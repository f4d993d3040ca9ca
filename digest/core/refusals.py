"""Whether refusals are to be believed: a server that refuses everyone says nothing of anyone.

An address that is refused for good is suppressed, so a server that is set up wrongly could empty
the whole list. Refusals of addresses therefore count only while enough other addresses are taken,
and a delivery ends early where what is refused tells of the server: addresses of several mail
domains, one after the other, or very many of one. What one domain refuses is that domain's affair.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from digest.core.addresses import domain
from digest.models import Delivery, DeliveryStatus

# Plain choices, not measured.
BELIEVED = 3  # refused addresses for each one that is taken
IN_A_ROW = 3  # refusals in a row that are not the addresses' fault, while nobody has it
MANY_IN_A_ROW = 20  # such refusals in a row, of any domains, whoever has it
DOUBTFUL = 20  # refused addresses in a row not believed: more are not asked for
MANY_DOUBTFUL = 200  # such addresses in a row, of any domains
DOMAINS = 3  # mail domains whose refusals tell of the server
MOST_TRIES = 5  # of one address with one edition, where the server refuses it
MOST_DEFERRED = 40  # where it says "later": ten deliveries of four tries (core.pace)


class Refusals:
    """Weighs the answers to one edition by one output, as they come."""

    def __init__(self, earlier: Iterable[Delivery] = ()) -> None:
        rows = list(earlier)
        self._sent = sum(row.status is DeliveryStatus.SENT for row in rows)
        self._refused = sum(row.status is DeliveryStatus.REFUSED for row in rows)
        self._refused_before = {r.address for r in rows if r.status is DeliveryStatus.FAILED}
        self._held: list[Delivery] = []
        self._doubts = _Row()
        self._failures = _Row()
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
                self._doubts, self._failures = _Row(), _Row()
            case DeliveryStatus.REFUSED:
                if self._believes(delivery):
                    self._refused += 1
                    return delivery
                self._held.append(delivery)
                self._doubts.add(delivery)
                if self._doubts.tells(DOUBTFUL, MANY_DOUBTFUL):
                    self._stop("the server refuses nearly every address, so none of them is blamed")
                return replace(delivery, status=DeliveryStatus.FAILED)
            case DeliveryStatus.FAILED:
                self._failures.add(delivery)
                few = MANY_IN_A_ROW if self._sent else IN_A_ROW
                if self._failures.tells(few, MANY_IN_A_ROW):
                    self._stop("the server refuses the messages, whoever they are for")
        return delivery

    def _believes(self, delivery: Delivery) -> bool:
        """One refused in an earlier delivery, too, counts whatever else is in doubt."""
        in_doubt = 0 if delivery.address in self._refused_before else self.doubted
        return self._refused + in_doubt < BELIEVED * self._sent

    def believed(self) -> list[Delivery]:
        """Return, once, the refusals that were held back and are believed now."""
        if self._refused + self.doubted > BELIEVED * self._sent:
            return []
        believed, self._held = self._held, []
        self._refused += len(believed)
        return believed

    def _stop(self, reason: str) -> None:
        self.reason = self.reason or reason


class _Row:
    """Refusals one after the other, with no message taken between them."""

    def __init__(self) -> None:
        self._number = 0
        self._domains: set[str] = set()

    def add(self, delivery: Delivery) -> None:
        self._number += 1
        self._domains.add(domain(delivery.address))

    def tells(self, few: int, many: int) -> bool:
        """Return whether they tell of the server: a few of several domains, or many of any."""
        return self._number >= many or (self._number >= few and len(self._domains) >= DOMAINS)


def given_up(rows: Collection[Delivery]) -> frozenset[str]:
    """Return the addresses of an edition and output that have been tried often enough.

    ``rows`` are all there are of them. Where nobody has it, and more than one or two were tried,
    it may be the server's fault, and nobody is given up.
    """
    if len(rows) >= IN_A_ROW and not any(row.status is DeliveryStatus.SENT for row in rows):
        return frozenset()
    return frozenset(
        row.address
        for row in rows
        if (row.status is DeliveryStatus.FAILED and row.tries >= MOST_TRIES)
        or (row.status is DeliveryStatus.DEFERRED and row.tries >= MOST_DEFERRED)
    )
