"""What a delivery came to, in counts and words; no address is among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from digest.models import Delivery, DeliveryStatus
from digest.render.wording import count

_WAITING = (DeliveryStatus.DEFERRED, DeliveryStatus.FAILED)


class Account:
    """How those who were to get an edition fared.

    ``standing`` is the last word on each address: none where it was not tried, None where it is
    not to have it any more. ``earlier`` are the rows before.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        standing: Mapping[str, Delivery | None],
        earlier: Iterable[Delivery],
    ) -> None:
        ends = [standing[address] for address in addresses if address in standing]
        self._ends = [end for end in ends if end is not None]
        self._by_status = Counter(end.status for end in self._ends)
        rows = {row.address: row for row in earlier} | {end.address: end for end in self._ends}
        self._uncertain = sum(r.status is DeliveryStatus.UNCERTAIN for r in rows.values())
        self.untried = len(addresses) - len(ends)
        self.left_out = len(ends) - len(self._ends)

    @property
    def waiting(self) -> int:
        """Return how many have not got it and still may."""
        return self.untried + sum(self._by_status[status] for status in _WAITING)

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
        if self._uncertain:
            parts.append(uncertain_words(self._uncertain))
        if not_taken := self.waiting - self.untried:
            parts.append(f"{not_taken:,} not taken yet ({self._reason()})")
        if self.untried:
            parts.append(f"{self.untried:,} not tried")
        if self.waiting:
            waits = count(self.waiting, "waits", "wait")
            parts.append(f"{waits} for the edition to be delivered again")
        return "; ".join(parts)

    def _reason(self) -> str:
        said = Counter(end.detail for end in self._ends if end.status in _WAITING)
        return said.most_common(1)[0][0]


def uncertain_words(number: int) -> str:
    """Return what an uncertain message means and what can be done about it."""
    return (
        f"{number:,} uncertain: the mail may have arrived; "
        "`digest editions deliver ID --resend-uncertain` sends it again"
    )
