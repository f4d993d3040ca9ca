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
        self, domain: str, pause: Callable[[], Awaitable[float]] | None = None
    ) -> AsyncIterator[Place]:
        """Hold a turn for one request to ``domain``; first come, first served.

        ``pause`` gives the least seconds since the start before, where that may be more than
        ``interval``; asked when the turn comes and when it starts, it may also call it off.
        The place among all requests is given up with the turn, unless its holder keeps it.
        """
        state = self._domains.setdefault(domain, _Domain(self._per_domain))
        async with state.places:
            async with state.start:
                apart = max(self._interval, await pause() if pause else 0.0)
                if state.started is not None:
                    wait = state.started + apart - self._clock()
                    if wait > 0:
                        await self._sleep(wait)
                if pause:
                    await pause()
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
