"""What sites ask of their visitors: to be left alone for a while, and by robots.txt.

A site that answers 429 or 503 is put off, in this run and in later ones. Before article pages its
robots.txt is asked for, once a day, and read in a worker: its patterns are a stranger's. Feeds
that a user chose are asked for whatever robots.txt says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from digest import ports
from digest.core import robots, wishes
from digest.core.polling import moment
from digest.core.robots import Verdict
from digest.core.urls import canonical
from digest.errors import AddressError, FetchError, PutOffError, RobotsError, WorkerError
from digest.models import HostState, Wishes

KEPT: Final = timedelta(days=1)  # a robots.txt (RFC 9309, 2.4)
AGAIN: Final = timedelta(hours=1)  # after one that could not be had
MOST_DELAY: Final = 10.0  # seconds; of what Crawl-delay asks
SHORTEST: Final = timedelta(minutes=15)  # where 429 or 503 came without Retry-After
LONGEST: Final = timedelta(days=1)


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
        self._hosts: dict[str, HostState] = {}
        self._asking: dict[str, asyncio.Lock] = {}  # by origin: one request for robots.txt at once
        self._read: dict[str, tuple[Verdict, Wishes]] = {}  # by address
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
        """Return the same, or None where robots.txt could not be read."""
        try:
            return (await self._judged(url))[1]
        except FetchError:
            return None

    def put_off(self, url: str) -> PutOffError | None:
        """Return the error for an address whose site asked to be left alone, or None."""
        origin = origin_of(url)
        state = self._host(origin)
        until, now = state.put_off_until, self._now()
        if until is None or until <= now:
            return None
        why = f" ({state.put_off_why})" if state.put_off_why else ""
        return PutOffError(
            url,
            f"{origin} asked to be left alone until {moment(until, now)}{why}",
            retry_after=(until - now).total_seconds(),
        )

    def refused(self, url: str, status: int, retry_after: float | None) -> None:
        """Put a site off for as long as it asks, at most a day."""
        asked = SHORTEST if retry_after is None else timedelta(seconds=retry_after)
        until = self._now() + min(asked, LONGEST)
        state = self._host(origin_of(url))
        if state.put_off_until is not None and state.put_off_until >= until:
            return
        self._save(replace(state, put_off_until=until, put_off_why=f"answered {status}"))

    async def ask(self, url: str) -> float:
        """Return the pause robots.txt asks for; raises RobotsError where it keeps us out.

        Also where it could not be read; ``retry_after`` then says when to ask again.
        """
        verdict, _ = await self._judged(url)
        if not verdict.allowed:
            raise RobotsError(url, f"the robots.txt of {origin_of(url)} keeps programs out of it")
        return min(verdict.delay, MOST_DELAY)

    async def _judged(self, url: str) -> tuple[Verdict, Wishes]:
        """Return what robots.txt says of an address; raises FetchError where nothing is known."""
        origin = origin_of(url)
        if url in self._read:
            return self._read[url]
        async with self._asking.setdefault(origin, asyncio.Lock()):
            rules = await self._rules(origin, url)
            if origin in self._unreadable:
                raise _unread(url, self._unreadable[origin])
            told = (Verdict(), wishes.NONE)
            if rules.strip():
                try:
                    told = await self._workers.run(evaluate, rules, url, self.agent)
                except WorkerError as error:  # one is enough: it cost a worker
                    self._unreadable[origin] = f" ({error})"
                    raise _unread(url, self._unreadable[origin]) from error
        self._read[url] = told
        return told

    async def _rules(self, origin: str, url: str) -> str:
        """Return what a site's robots.txt says to us, as last heard; "" where that is nothing."""
        state = self._host(origin)
        if not self._fresh(state):
            state = await self._fetched(state, url)
        if state.robots is None:
            answer = self._answers.get(origin)
            raise _unread(url, f" (it answered {answer})" if answer else "")
        return state.robots

    def _fresh(self, state: HostState) -> bool:
        if state.robots_at is None:
            return False
        age = self._now() - state.robots_at
        return timedelta() <= age < (KEPT if state.robots is not None else AGAIN)

    async def _fetched(self, state: HostState, url: str) -> HostState:
        """Ask a site for its robots.txt, and remember what came of it (RFC 9309, 2.3.1)."""
        text: str | None
        try:
            address = f"{state.origin}/robots.txt"
            async with self._fetcher.answer(address, manners=self.feeds) as answer:
                text = robots.meant_for(self.agent, robots.decoded(answer.body))
        except PutOffError as error:
            raise PutOffError(url, str(error), retry_after=error.retry_after) from error
        except AddressError:
            text = ""  # the page will be refused too, and say why
        except FetchError as error:
            if (off := self.put_off(url)) is not None:
                raise off from error
            # 200 with an error: it is empty. 429 says "not now", which is no "there is none".
            none = error.status is not None and error.status < 500 and error.status != 429
            text = "" if none else None
            if error.status is not None:
                self._answers[state.origin] = error.status
        fresh = replace(self._host(state.origin), robots=text, robots_at=self._now())
        self._save(fresh)
        return fresh

    def _host(self, origin: str) -> HostState:
        state = self._hosts.get(origin)
        if state is None:
            state = self._store.host(origin) or HostState(origin)
            self._hosts[origin] = state
        return state

    def _save(self, state: HostState) -> None:
        self._hosts[state.origin] = state
        self._store.save_host(state)


@dataclass(frozen=True)
class _Feeds:
    """Put-offs only."""

    manners: Manners

    async def before(self, url: str) -> float:
        if (off := self.manners.put_off(url)) is not None:
            raise off
        return 0.0

    def refused(self, url: str, status: int, retry_after: float | None) -> None:
        self.manners.refused(url, status, retry_after)


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


def evaluate(rules: str, url: str, agent: str) -> tuple[Verdict, Wishes]:
    """Return what a robots.txt allows and wishes for an address; for a worker."""
    return robots.judge(rules, url, agent), wishes.of_robots(rules, url, agent)


def product(user_agent: str) -> str:
    """Return the name that robots.txt knows a program by: "x" for "x/1.0 (+https://…)"."""
    first = user_agent.split()
    return first[0].partition("/")[0] if first else ""


def origin_of(url: str) -> str:
    """Return "https://example.org" for an address, with a port where it is not the scheme's own."""
    parts = urlsplit(canonical(url) or url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
