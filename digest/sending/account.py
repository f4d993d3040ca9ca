"""What a delivery came to, in counts and words; no address is among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet

from digest.core.refusals import given_up
from digest.models import Delivery, DeliveryStatus
from digest.ports import LeftOut
from digest.render.wording import count

_WAITING = (DeliveryStatus.DEFERRED, DeliveryStatus.FAILED)


class Account:
    """How those who were to get an edition fared.

    ``standing`` is the last word on each address: none where it was not tried, None where it is
    not to have it any more. ``earlier`` are the rows before. ``no_more`` are the addresses that
    have been tried often enough by now.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        standing: Mapping[str, Delivery | None],
        earlier: Collection[Delivery],
        no_more: AbstractSet[str],
    ) -> None:
        ends = [standing[address] for address in addresses if address in standing]
        self._ends = [end for end in ends if end is not None]
        self._by_status = Counter(end.status for end in self._ends)
        rows = {row.address: row for row in earlier} | {end.address: end for end in self._ends}
        self._uncertain = sum(r.status is DeliveryStatus.UNCERTAIN for r in rows.values())
        self._given_up = len(no_more)
        self._failing = [
            end for end in self._ends if end.status in _WAITING and end.address not in no_more
        ]
        self.untried = sum(each not in standing and each not in no_more for each in addresses)
        self.left_out = len(ends) - len(self._ends)

    @property
    def waiting(self) -> int:
        """Return how many have not got it and still may."""
        return self.untried + len(self._failing)

    def status(self) -> str:
        """Return the result's status."""
        if self.waiting:
            return "failed"
        return "uncertain" if self._uncertain else "done"

    def words(self) -> str:
        """Return the counts, and what the server said to most of those who wait."""
        parts = [f"{self._by_status[DeliveryStatus.SENT]:,} sent"]
        if refused := self._by_status[DeliveryStatus.REFUSED]:
            parts.append(f"{refused:,} refused for good and taken off the list")
        if self.left_out:
            parts.append(f"{self.left_out:,} left the list meanwhile")
        if self._given_up:
            parts.append(given_up_words(self._given_up))
        if self._uncertain:
            parts.append(uncertain_words(self._uncertain))
        if self._failing:
            parts.append(f"{len(self._failing):,} not taken yet ({self._reason()})")
        if self.untried:
            parts.append(f"{self.untried:,} not tried")
        if self.waiting:
            waits = count(self.waiting, "waits", "wait")
            parts.append(f"{waits} for the edition to be delivered again")
        return "; ".join(parts)

    def _reason(self) -> str:
        said = Counter(end.detail for end in self._failing)
        return said.most_common(1)[0][0]


class Standing:
    """How an edition stands where nobody is left to send it to; ``rows`` are those there are."""

    def __init__(self, rows: Collection[Delivery]) -> None:
        self._by_status = Counter(row.status for row in rows)
        self._given_up = len(given_up(rows))

    def status(self) -> str:
        """Return the result's status."""
        return "uncertain" if self._by_status[DeliveryStatus.UNCERTAIN] else "unchanged"

    def words(self) -> str:
        """Return the counts."""
        parts = [f"{self._by_status[DeliveryStatus.SENT]:,} have it"]
        if self._given_up:
            parts.append(given_up_words(self._given_up))
        if uncertain := self._by_status[DeliveryStatus.UNCERTAIN]:
            parts.append(uncertain_words(uncertain))
        return "; ".join(parts)


def nobody_words(left_out: LeftOut) -> str:
    """Return why an edition goes to nobody, in counts."""
    parts = []
    if number := left_out.suppressed:
        takes = "takes" if number == 1 else "take"
        parts.append(f"{number:,} unsubscribed or {takes} no mail")
    if number := left_out.late:
        gets = "gets" if number == 1 else "get"
        parts.append(f"{number:,} came after it was made and {gets} the next")
    if not parts:
        return "there are no readers"
    return f"nobody is to get this one: {', '.join(parts)}"


def given_up_words(number: int) -> str:
    """Return how many are tried no more with this edition."""
    return f"{number:,} given up after several tries"


def uncertain_words(number: int) -> str:
    """Return what an uncertain message means and what can be done about it."""
    return (
        f"{number:,} uncertain: the mail may have arrived; "
        "`digest editions deliver ID --resend-uncertain` sends it again"
    )
