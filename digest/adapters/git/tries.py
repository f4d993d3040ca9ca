"""How often something is tried again, and how long it waits before."""

from __future__ import annotations

from digest.adapters.git.command import Conduct
from digest.adapters.git.signs import Kind

_MOST = {
    Kind.RACE: 40,  # `patience` ends it sooner; of six racing writers one lost seven in a row
    Kind.LOCKED: 7,  # some three seconds
    Kind.PASSING: 3,
    Kind.OTHER_HASH: 2,
    Kind.BROKEN: 2,
}
_FIRST, _LONGEST = 0.1, 2.0  # seconds; doubled each time, and a random part of it is waited


class Tries:
    """The tries of one delivery, counted by what went wrong and bounded in time."""

    def __init__(self, conduct: Conduct) -> None:
        self._conduct = conduct
        self._until = conduct.clock() + conduct.patience
        self._counts = dict.fromkeys(Kind, 0)

    def allow(self, kind: Kind) -> bool:
        """Count a failure; return whether to try again."""
        self._counts[kind] += 1
        late = self._conduct.clock() >= self._until and kind is not Kind.BROKEN
        return not late and self._counts[kind] < _MOST.get(kind, 0)

    def pause(self, kind: Kind) -> None:
        """Wait before the next try."""
        longest = min(_LONGEST, _FIRST * 2.0 ** (self._counts[kind] - 1))
        self._conduct.sleep(longest * self._conduct.random())
