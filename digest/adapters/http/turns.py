"""When a request may start: not too many at once, not too fast to one domain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class Turns:
    """Turns to ask: ``concurrency`` at once in all, ``per_domain`` at once and spaced in a domain.

    ``interval`` is the least number of seconds between two starts in one domain. Whoever waits for
    a domain holds none of the places in all, so a slow domain never keeps the others waiting.
    """

    def __init__(
        self,
        *,
        concurrency: int,
        per_domain: int,
        interval: float,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._places = asyncio.Semaphore(concurrency)
        self._per_domain = per_domain
        self._interval = interval
        self._clock = clock
        self._sleep = sleep
        self._domains: dict[str, _Domain] = {}

    @asynccontextmanager
    async def turn(
        self, domain: str, pause: float = 0.0, check: Callable[[], None] = lambda: None
    ) -> AsyncIterator[Place]:
        """Hold a turn for one request to ``domain``; first come, first served.

        ``pause`` is the least number of seconds since the start before, where that is more than
        ``interval``. ``check``, called when the turn comes and after a pause, may call it off by
        raising; as it cannot wait, it cannot wait for another turn of this domain. The place among
        all requests is given up with the turn, unless its holder keeps it.
        """
        state = self._domains.setdefault(domain, _Domain(self._per_domain))
        async with state.places:
            async with state.start:
                check()
                if state.started is not None:
                    wait = state.started + max(self._interval, pause) - self._clock()
                    if wait > 0:
                        await self._sleep(wait)
                        check()
                await self._places.acquire()
                # Noted here, not before the wait for a place: the next start is spaced from the
                # true one.
                state.started = self._clock()
            place = Place(self._places)
            try:
                yield place
            finally:
                if not place.kept:
                    place.release()


class Place:
    """One of the places in all; ``keep`` makes whoever called it the one to release it."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._held = [places]
        self.kept = False

    async def add(self, places: asyncio.Semaphore) -> None:
        """Wait for a place among others too, and hold it as long as this one."""
        await places.acquire()
        self._held.append(places)

    def keep(self) -> None:
        """Hold the place beyond the turn."""
        self.kept = True

    def release(self) -> None:
        """Give the place up."""
        for places in self._held:
            places.release()


class _Domain:
    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.start = asyncio.Lock()
        self.started: float | None = None
