"""One feed asked: at its address, at the feed its page names, or at its fallbacks in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.core import discreet, feeds, health, polling, wishes
from digest.core.urls import registrable_domain
from digest.errors import AddressError, FetchError, ItemError, PutOffError, WebPageError, contained
from digest.manners import host_of, left_alone
from digest.models import (
    Feed,
    FeedOutcome,
    FeedState,
    ParsedFeed,
    Problem,
    Response,
    Validators,
)
from digest.ports import Store
from digest.world import World

MOST_NAMED = 3  # feeds tried of those a page names


@dataclass(frozen=True, slots=True)
class Heard:
    """What asking a feed gave.

    ``source`` is the state of the address it came from, the feed's own or a fallback's, and
    ``main`` that of the feed; they and ``parsed`` are to be stored together.
    """

    main: FeedState
    source: FeedState
    parsed: ParsedFeed | None = None  # None: nothing new to read
    outcome: FeedOutcome | None = None  # None: new or unchanged, as its entries tell
    silent: bool = False  # nothing to read, because of some trouble
    asked: bool = True
    reached: bool = True  # False: no HTTP answer came at all
    followed: bool = False  # it was read before
    error: str | None = None
    note: str | None = None
    changed: tuple[FeedState, ...] = ()  # other states to store
    problems: tuple[Problem, ...] = ()


def is_due(
    feed: Feed,
    states: Mapping[str, FeedState],
    now: datetime,
    least: timedelta,
    put_off: Callable[[str], object],
) -> bool:
    """Decide whether asking a feed at ``now`` would ask anybody.

    ``put_off`` gives something true for an address whose site is to be left alone.
    """
    for url in (feed.url, *feed.fallbacks):
        state = states.get(url, FeedState(url))
        wait = polling.waits(state, now, least)
        if wait is None and not put_off(state.address or url):
            return True
        if wait is not None and not wait.trouble:  # it has been read: no fallback is needed
            return False
    return False


def put_off_at(store: Store, now: datetime) -> Callable[[str], bool]:
    """Return what tells whether the site of an address asked to be left alone at ``now``."""

    def put_off(url: str) -> bool:
        return left_alone(store.host(host_of(url)), now) is not None

    return put_off


class Asking:
    """Asks feeds, each when it may be asked; stores nothing.

    ``states`` are those known before, ``least`` the least pause between two times a feed is asked,
    ``jitter`` gives numbers from 0 to 1; ``answered`` is called whenever an answer is here.
    """

    def __init__(
        self,
        world: World,
        states: Mapping[str, FeedState],
        *,
        now: datetime,
        least: timedelta,
        jitter: Callable[[], float],
        answered: Callable[[], None],
    ) -> None:
        self._world = world
        self._states = states
        self._now = now
        self._least = least
        self._jitter = jitter
        self._answered = answered

    def is_due(self, feed: Feed) -> bool:
        """Decide whether asking a feed would ask anybody now."""
        return is_due(feed, self._states, self._now, self._least, self._world.manners.put_off)

    async def ask(self, feed: Feed) -> Heard:
        """Return what the feed gave, or the first of its fallbacks that gives something."""
        addresses = (feed.url, *feed.fallbacks)
        followed = any(self._states[u].title for u in addresses if u in self._states)
        return replace(await self._first(feed), followed=followed)

    async def _first(self, feed: Feed) -> Heard:
        main = await self._at(feed, feed.url)
        if not main.silent:
            return main
        for url in feed.fallbacks:
            other = await self._at(feed, url)
            if not other.silent:
                return _stands_in(main, other)
            kept = (other.source,) if other.asked else ()
            main = replace(
                main,
                changed=(*main.changed, *kept),
                problems=(*main.problems, *other.problems),
            )
        return main

    async def _at(self, feed: Feed, url: str) -> Heard:
        """Ask one address of a feed, if it may be asked now."""
        state = self._states.get(url, FeedState(url))
        wait = polling.waits(state, self._now, self._least)
        if wait is not None:
            return Heard(
                state,
                state,
                outcome=FeedOutcome.GONE if state.gone else FeedOutcome.DEFERRED,
                silent=wait.trouble,
                asked=False,
                error=(state.error or "it gave no answer") if wait.trouble else None,
                note=wait.note,
            )
        try:
            async with contained(discreet.shown(url)):
                return await self._read(feed, state)
        except PutOffError as error:
            return self._put_off(state, error)
        except ItemError as error:
            return self._lost(feed, state, error)

    async def _read(self, feed: Feed, state: FeedState) -> Heard:
        """Read what stands at the address, or the first feed that a page there names."""
        try:
            return await self._answer(feed, state, state.address or state.url)
        except WebPageError as page:
            tried = 0
            for found in _named(state, page.feeds):
                there = replace(state, address=found, validators=Validators(), moved_to=None)
                try:
                    heard = await self._answer(feed, there, found)
                except AddressError:
                    continue
                except ItemError:  # the next may do; what is said is that the page is none
                    tried += 1
                    if tried == MOST_NAMED:
                        break
                    continue
                return _for_now(heard) if state.title else heard
            raise

    async def _answer(self, feed: Feed, state: FeedState, url: str) -> Heard:
        world = self._world
        asked = world.fetcher.answer(url, state.validators, manners=world.manners.feeds)
        async with asked as answer:
            self._answered()
            fresh = replace(
                polling.after_move(state, answer.moved_to),
                status=answer.status,
                wishes=wishes.of_headers(answer.headers, world.manners.agent),
            )
            parsed = None
            if answer.status == 304:  # which seldom repeats what the 200 said
                fresh = replace(fresh, wishes=wishes.join(state.wishes, fresh.wishes))
            if not _unchanged(answer, state.validators):
                kind = answer.headers.get("content-type", "")
                parsed = await world.workers.run(
                    feeds.parse_feed, answer.body, answer.url, kind, feed.url
                )
        if parsed is not None:
            fresh = self._with_body(fresh, feed, answer, parsed)
        ttl = fresh.ttl if parsed is None else parsed.ttl
        fresh = polling.after_answer(fresh, answer.headers, ttl, self._now)
        moved = FeedOutcome.MOVED if fresh.moved_to else None
        return Heard(fresh, fresh, parsed, moved, note=_where(fresh))

    def _with_body(
        self, state: FeedState, feed: Feed, answer: Response, parsed: ParsedFeed
    ) -> FeedState:
        per_week, newest = health.activity(parsed.entries, self._now)
        return replace(
            state,
            validators=Validators(answer.headers.get("etag"), answer.headers.get("last-modified")),
            title=parsed.title or feed.name or feed.url,
            per_week=per_week,
            newest_at=newest or state.newest_at,
        )

    def _put_off(self, state: FeedState, error: PutOffError) -> Heard:
        asked = self._world.manners.put_off(state.address or state.url) is None
        if asked:  # it leads to another site, and would be asked in vain until that one is free
            state = polling.after_failure(
                state, 503, error.retry_after, self._now, self._jitter(), error=str(error)
            )
        until = self._now + timedelta(seconds=error.retry_after or 0)
        note = f"asked again from {polling.moment(until, self._now)}, as its site wishes"
        return Heard(
            state,
            state,
            outcome=FeedOutcome.DEFERRED,
            silent=True,
            asked=asked,
            error=str(error),
            note=note,
        )

    def _lost(self, feed: Feed, state: FeedState, error: ItemError) -> Heard:
        status = error.status if isinstance(error, FetchError) else None
        wait = error.retry_after if isinstance(error, FetchError) else None
        text = str(error)
        failed = polling.after_failure(state, status, wait, self._now, self._jitter(), error=text)
        outcome, note = FeedOutcome.FAILED, None
        if failed.gone:
            outcome, note = FeedOutcome.GONE, polling.RETIRED
        elif failed.due_at is not None:
            note = f"asked again from {polling.moment(failed.due_at, self._now)}"
            if status in polling.BUSY:
                outcome = FeedOutcome.DEFERRED
        elif state.address:
            note = f"the configured address is asked again next time, not {state.address}"
        problem = Problem("feed", feed.url, text)
        return Heard(
            failed,
            failed,
            outcome=outcome,
            silent=True,
            reached=status is not None or not isinstance(error, FetchError),
            error=text,
            note=note,
            problems=(problem,),
        )


def _unchanged(answer: Response, sent: Validators) -> bool:
    """Decide whether an answer is what was read before; some servers send it all the same."""
    if answer.status == 304:
        return True
    return bool(sent.etag) and answer.headers.get("etag") == sent.etag


def _named(state: FeedState, found: Sequence[str]) -> Iterable[str]:
    """Return which of the feeds that a page names may stand in for the one configured.

    Any, where a page is what the user gave. Where a feed was, a page may be a moment's trouble or
    somebody else's (a captive portal, a lost domain): only feeds of the same site.
    """
    site = registrable_domain(state.url)
    return (url for url in found if not state.title or registrable_domain(url) == site)


def _for_now(heard: Heard) -> Heard:
    """Return what was heard at a feed that a page named in the place of one that was there before.

    The configured address is asked again next time.
    """
    source = replace(heard.source, address="", validators=Validators())
    return replace(heard, main=source, source=source)


def _stands_in(main: Heard, other: Heard) -> Heard:
    """Return what a fallback gave as the feed's own."""
    url = other.source.url
    note = f"read from its fallback {url}"
    if not other.asked:
        note = f"its fallback {url} was read before, and is {other.note}"
    return replace(
        other,
        main=main.main,
        outcome=None if other.asked else FeedOutcome.DEFERRED,
        error=main.error,
        note=note,
        changed=(*main.changed, *((main.source,) if main.asked else ())),
        problems=(*main.problems, *other.problems),
    )


def _where(state: FeedState) -> str | None:
    """Return where a feed was read, where that is not its configured address."""
    advice = "put this address into the configuration"
    if state.moved_to:
        return f"moved for good to {state.moved_to}; {advice}"
    if state.address:
        return f"a web page; read from {state.address}, which the page names; {advice}"
    return None
