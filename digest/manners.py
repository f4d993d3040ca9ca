"""What sites ask of their visitors: to be left alone for a while, and by robots.txt.

A site that answers 429 or 503 is put off, in this run and in later ones. Before article pages its
robots.txt is asked for, once a day, and read in a worker: its patterns are a stranger's. Feeds
that a user chose are asked for whatever robots.txt says.

A put-off is known by the name of its host, whatever the scheme and the port; a robots.txt by its
origin. Both are in the store alone: another process may add to them, and texts may be large.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from digest import ports
from digest.core import robots, urls, wishes
from digest.core.polling import moment
from digest.core.robots import Verdict
from digest.errors import AddressError, FetchError, PutOffError, RobotsError, WorkerError
from digest.models import HostState, Wishes

KEPT: Final = timedelta(days=1)  # a robots.txt (RFC 9309, 2.4)
AGAIN: Final = timedelta(hours=1)  # after one that could not be had
MOST_DELAY: Final = 10.0  # seconds; of what Crawl-delay asks
UNTOLD: Final = timedelta(minutes=15)  # where 429 or 503 came without Retry-After
SHORTEST: Final = timedelta(minutes=1)  # where it came with one of 0, or a time that is past
LONGEST: Final = timedelta(days=1)
SLACK: Final = timedelta(hours=1)  # what is put off for longer was so by a clock that went wrong
MOST_AT_ONCE: Final = 4  # texts of robots.txt in memory


class Manners:
    """The manners of one run, over what the store remembers of sites.

    ``agent`` is the User-Agent requests carry; robots.txt knows us by its first word. ``now`` is
    the true time, whatever moment the run is for. Two faces are handed to the fetcher: ``feeds``
    minds put-offs only, ``pages`` also where robots.txt lets programs go and how fast, unless
    ``respect_robots`` is off. What it wishes for texts counts either way.
    """

    feeds: ports.Manners
    pages: ports.Manners
    agent: str  # the name alone

    def __init__(
        self,
        store: ports.Store,
        fetcher: ports.Fetcher,
        workers: ports.Workers,
        *,
        agent: str,
        now: Callable[[], datetime],
        respect_robots: bool = True,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._workers = workers
        self.agent = product(agent)
        self._now = now
        self._asking: dict[str, asyncio.Lock] = {}  # by origin: one request for robots.txt at once
        self._reading = asyncio.Semaphore(MOST_AT_ONCE)
        self._heard: set[str] = set()  # origins whose robots.txt, if any, is known for this run
        self._closed: set[str] = set()  # origins at addresses that may not be reached
        self._read: dict[str, dict[str, tuple[Verdict, Wishes]]] = {}  # by origin and address
        self._answers: dict[str, int] = {}  # by origin, what came in place of its robots.txt
        self._unreadable: dict[str, str] = {}  # those whose robots.txt cannot be read, and why
        self.feeds = _Feeds(self)
        self.pages = _Pages(self) if respect_robots else self.feeds

    async def wishes(self, url: str) -> Wishes:
        """Return what the robots.txt of a site wishes for an address; it is asked for if need be.

        Nothing where it could not be read.
        """
        return await self.known_wishes(url) or wishes.NONE

    async def known_wishes(self, url: str) -> Wishes | None:
        """Return the same, or None where robots.txt could not be read.

        Where it cannot be had today, what it said before counts.
        """
        try:
            with suppress(PutOffError, RobotsError):
                await self._ask_robots(url)
            return (await self._judged(url))[1]
        except AddressError:
            return wishes.NONE
        except FetchError:
            return None

    def put_off(self, url: str) -> PutOffError | None:
        """Return the error for an address whose site asked to be left alone, or None."""
        now, host = self._now(), host_of(url)
        state = self._store.host(host)
        until = left_alone(state, now)
        if state is None or until is None:
            return None
        why = f" ({state.put_off_why})" if state.put_off_why else ""
        return PutOffError(
            url,
            f"{host} asked to be left alone until {moment(until, now)}{why}",
            retry_after=(until - now).total_seconds(),
        )

    def refused(self, url: str, status: int, retry_after: float | None) -> None:
        """Put a site off for as long as it asks: at least a minute, at most a day."""
        now, host = self._now(), host_of(url)
        asked = UNTOLD if retry_after is None else timedelta(seconds=retry_after)
        until = now + min(max(asked, SHORTEST), LONGEST)
        state = self._store.host(host) or HostState(host)
        if (known := left_alone(state, now)) is not None and known >= until:
            return
        why = f"answered {status}"
        self._store.save_host(replace(state, put_off_until=until, put_off_why=why))

    async def ask(self, url: str) -> float:
        """Return the pause robots.txt asks for; raises RobotsError where it keeps us out.

        Also where it could not be read; ``retry_after`` then says when to ask again.
        """
        origin = origin_of(url)
        if origin not in self._closed:
            try:
                await self._ask_robots(url)
            except AddressError:
                self._closed.add(origin)
        if origin in self._closed:
            return 0.0  # the page will be refused too, and say why
        verdict, _ = await self._judged(url)
        if not verdict.allowed:
            raise RobotsError(url, f"the robots.txt of {origin} keeps programs out of it")
        return min(verdict.delay, MOST_DELAY)

    async def _ask_robots(self, url: str) -> None:
        """Ask a site for its robots.txt, where it is time to; raises FetchError without one.

        That is one that could not be had for an hour, not one that is known not to be there.
        """
        origin = origin_of(url)
        if origin in self._heard:
            return
        async with self._lock(origin):
            if origin in self._heard:
                return
            state = self._store.host(origin) or HostState(origin)
            if not self._fresh(state):
                state = await self._fetched(state, url)
            if _lost(state):
                answer = self._answers.get(origin)
                raise _unread(url, f" (it answered {answer})" if answer else "")
            self._heard.add(origin)

    async def _judged(self, url: str) -> tuple[Verdict, Wishes]:
        """Return what the robots.txt that a site last gave says of an address.

        Raises RobotsError where it never gave one, or none that can be read.
        """
        origin = origin_of(url)
        read = self._read.setdefault(origin, {})
        if url in read:
            return read[url]
        async with self._lock(origin), self._reading:
            if url in read:
                return read[url]
            if origin in self._unreadable:
                raise _unread(url, self._unreadable[origin])
            state = self._store.host(origin)
            if state is None or state.robots is None:
                raise _unread(url, "")
            told = (Verdict(), wishes.NONE)
            if state.robots.strip():
                try:
                    told = await self._workers.run(evaluate, state.robots, url, self.agent)
                except WorkerError as error:  # one is enough: it cost a worker
                    self._unreadable[origin] = f" ({error})"
                    raise _unread(url, self._unreadable[origin]) from error
            read[url] = told
            return told

    def _lock(self, origin: str) -> asyncio.Lock:
        return self._asking.setdefault(origin, asyncio.Lock())

    def _fresh(self, state: HostState) -> bool:
        if state.robots_at is None:
            return False
        age = self._now() - state.robots_at
        return timedelta() <= age < (AGAIN if _lost(state) else KEPT)

    async def _fetched(self, state: HostState, url: str) -> HostState:
        """Ask a site for its robots.txt, and remember what came of it (RFC 9309, 2.3.1).

        One larger than any answer may be could not be had: it keeps us out, though RFC 9309 would
        have us read its beginning. So could not one that leads to where nobody may go.
        """
        text: str | None
        hops = _Hops(self)
        try:
            address = f"{state.origin}/robots.txt"
            async with self._fetcher.answer(address, manners=hops) as answer:
                text = robots.meant_for(self.agent, robots.decoded(answer.body))
        except FetchError as error:
            if isinstance(error, AddressError) and not hops.left(state.origin):
                raise
            if (off := self.put_off(url)) is not None:
                raise off from error
            # 200 with an error: it is empty. 429 says "not now", which is no "there is none".
            none = error.status is not None and error.status < 500 and error.status != 429
            text = "" if none else None
            if error.status is not None:
                self._answers[state.origin] = error.status
        if text is None:  # what was heard before is kept for its wishes
            state = replace(state, robots_at=self._now(), robots_lost=True)
        else:
            state = replace(state, robots=text, robots_at=self._now(), robots_lost=False)
            self._read.pop(state.origin, None)
            self._unreadable.pop(state.origin, None)
        self._store.save_host(state)
        return state


@dataclass(frozen=True)
class _Feeds:
    """Put-offs only."""

    manners: Manners

    async def before(self, url: str) -> float:
        if (off := self.manners.put_off(url)) is not None:
            raise off
        return 0.0

    def put_off(self, url: str) -> PutOffError | None:
        return self.manners.put_off(url)

    def refused(self, url: str, status: int, retry_after: float | None) -> None:
        self.manners.refused(url, status, retry_after)


@dataclass(frozen=True)
class _Hops(_Feeds):
    """Put-offs, and where a request was led."""

    asked: list[str] = field(default_factory=list)

    async def before(self, url: str) -> float:
        self.asked.append(url)
        return await _Feeds.before(self, url)

    def left(self, origin: str) -> bool:
        """Decide whether the last request went to another origin."""
        return bool(self.asked) and origin_of(self.asked[-1]) != origin


@dataclass(frozen=True)
class _Pages(_Feeds):
    """Put-offs and robots.txt."""

    async def before(self, url: str) -> float:
        await _Feeds.before(self, url)
        return await self.manners.ask(url)


def _unread(url: str, why: str) -> RobotsError:
    message = f"the robots.txt of {origin_of(url)} could not be read{why}"
    message += ", so its pages are not opened for an hour"
    return RobotsError(url, message, retry_after=AGAIN.total_seconds())


def _lost(state: HostState) -> bool:
    """Decide whether a site's robots.txt could not be had when it was last asked for."""
    return state.robots_lost or state.robots is None


def left_alone(host: HostState | None, now: datetime) -> datetime | None:
    """Return until when a host is to be left alone, None where it may be asked.

    What lies beyond a day was noted while the clock was ahead, and does not count.
    """
    until = host.put_off_until if host else None
    return until if until is not None and now < until <= now + LONGEST + SLACK else None


def evaluate(rules: str, url: str, agent: str) -> tuple[Verdict, Wishes]:
    """Return what a robots.txt allows and wishes for an address; for a worker."""
    return robots.judge(rules, url, agent), wishes.of_robots(rules, url, agent)


def product(user_agent: str) -> str:
    """Return the name that robots.txt knows a program by: "x" for "x/1.0 (+https://…)"."""
    first = user_agent.split()
    return first[0].partition("/")[0] if first else ""


def origin_of(url: str) -> str:
    """Return "https://example.org" for an address, with a port where it is not the scheme's own."""
    return urls.origin(url)


def host_of(url: str) -> str:
    """Return the name of an address's host: "example.org", whatever the scheme and the port."""
    return urlsplit(origin_of(url)).hostname or ""
