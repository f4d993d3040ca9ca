"""Who is sent to next, and not before when: one rate for all, and patience with "later"."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from digest.models import Recipient


@dataclass(frozen=True, slots=True)
class Patience:
    """How often something is tried, and the seconds between; each wait is ``factor`` longer.

    Greylisting servers take an address on a second try some minutes later (five, by postgrey's
    own default), which the third wait of 240 s reaches.
    """

    tries: int = 4  # of one address
    wait: float = 60.0
    factor: float = 2.0
    jitter: float = 0.2  # a wait is up to this share shorter or longer
    pauses: int = 4  # of the whole delivery, while the server takes nothing from anyone
    pause: float = 5.0
    pause_factor: float = 3.0
    connects: int = 3  # tries to reach the server at all

    def wait_after(self, attempt: int, chance: float) -> float:
        """Return the seconds to the next try of an address; ``chance`` is from 0 to 1."""
        return self.wait * self.factor ** (attempt - 1) * self._spread(chance)

    def pause_after(self, troubles: int, chance: float) -> float:
        """Return the seconds in which nothing is sent, after so many troubles in a row."""
        return self.pause * self.pause_factor ** (troubles - 1) * self._spread(chance)

    def _spread(self, chance: float) -> float:
        return 1 + self.jitter * (2 * chance - 1)


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Turn:
    """The next to be sent to, not before ``at``; ``attempt`` counts from 1."""

    recipient: Recipient
    attempt: int
    at: float


class Agenda:
    """Everyone who is still to be sent to. Times are readings of one monotonic clock, in seconds.

    The rate is kept by giving each turn the earliest moment it may begin: a bucket of one token.
    """

    def __init__(
        self, recipients: Iterable[Recipient], *, rate: float | None, patience: Patience
    ) -> None:
        self._fresh = deque(recipients)
        self._later: list[tuple[float, int, Turn]] = []  # a heap; the number breaks ties
        self._deferred = 0
        self._between = 1 / rate if rate else 0.0
        self._patience = patience
        self._free_at = float("-inf")
        self._troubles = 0
        self._paused_until = float("-inf")
        self._stopped = False

    def next(self, now: float) -> Turn | float | None:
        """Return the next turn, the seconds until there may be one, or None: nobody is left.

        After None there may be turns again, where a turn still taken is put back.
        """
        if self._stopped or not (self._fresh or self._later):
            return None
        if now < self._paused_until:
            return self._paused_until - now
        if self._later and self._later[0][0] <= now:
            turn = heapq.heappop(self._later)[2]
            return Turn(turn.recipient, turn.attempt + 1, self._slot(now))
        if self._fresh:
            return Turn(self._fresh.popleft(), 1, self._slot(now))
        return self._later[0][0] - now

    def _slot(self, now: float) -> float:
        at = max(now, self._free_at)
        self._free_at = at + self._between
        return at

    def put_back(self, turn: Turn, now: float, chance: float) -> bool:
        """Return whether a turn that came to nothing is tried again, after a while."""
        if turn.attempt >= self._patience.tries or self._stopped:
            return False
        self._deferred += 1
        due = now + self._patience.wait_after(turn.attempt, chance)
        heapq.heappush(self._later, (due, self._deferred, turn))
        return True

    def trouble(self, now: float, chance: float) -> float:
        """Return for how many seconds all pause, as the server takes nothing from anyone just now.

        0 where they pause already. After too many pauses without a success it stops for good.
        """
        if self._stopped or now < self._paused_until:
            return 0.0
        self._troubles += 1
        if self._troubles > self._patience.pauses:
            self._stopped = True
            return 0.0
        pause = self._patience.pause_after(self._troubles, chance)
        self._paused_until = now + pause
        return pause

    def went_well(self) -> None:
        """Note that the server took a message."""
        self._troubles = 0

    def stop(self) -> None:
        """Give nobody out any more."""
        self._stopped = True

    @property
    def stopped(self) -> bool:
        return self._stopped
