"""Feeds asked because a person wants to know: what they answer, how, and what may be done with it.

Nothing of their entries is stored. A feed that was retired or put off and answers well is taken up
again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.asking import MOST_NAMED
from digest.core import articles, discovery, feeds, health, polling, wishes
from digest.core.discreet import shown
from digest.core.wishes import NONE
from digest.errors import (
    AddressError,
    FetchError,
    ItemError,
    PutOffError,
    RobotsError,
    WebPageError,
    contained,
)
from digest.manners import Manners, host_of
from digest.models import Entry, Feed, FeedState, ParsedFeed, Quality, Response, Wishes
from digest.ports import Fetcher, Progress, Store, Workers


@dataclass(frozen=True, slots=True)
class PageCheck:
    """What the page of a feed's newest entry gave."""

    url: str
    robots: str  # "allow", "refuse", or "" where neither is known
    unknown: str = ""  # a phrase: why it is not
    quality: Quality | None = None
    note: str = ""  # one phrase: on the quality, or why there is none
    characters: int = 0  # of its text
    in_feed: int = 0  # characters of the text that the feed itself gives
    opened: str = ""  # its address after redirects, where it was opened
    wishes: Wishes = NONE  # by its headers and meta elements


@dataclass(frozen=True, slots=True)
class Checked:
    """What one feed answered; ``error`` is "" where it could be read."""

    feed: Feed
    address: str  # that was read: the feed's own, a fallback's, or one that a web page names
    error: str = ""
    status: int | None = None
    title: str = ""
    format: str = ""  # RSS, Atom, RDF, JSON Feed
    entries: int = 0
    newest_at: datetime | None = None
    per_week: float | None = None
    poll_after: timedelta | None = None  # the least it asks for between two requests
    moved_to: str | None = None
    named: tuple[str, ...] = ()  # feeds that the page in the feed's place names
    trouble: str = ""  # of the feed's own address, where another one was read
    page: PageCheck | None = None
    wishes: Wishes = NONE  # of the text that a run would use
    unheard: tuple[str, ...] = ()  # what more is not known of them, one phrase each


class Checking:
    """Asks the feeds a person chose; with ``pages`` the page of each one's newest entry too."""

    def __init__(
        self,
        fetcher: Fetcher,
        workers: Workers,
        store: Store,
        manners: Manners,
        progress: Progress,
        *,
        now: datetime,
        pages: bool = True,
    ) -> None:
        self._fetcher = fetcher
        self._workers = workers
        self._store = store
        self._manners = manners
        self._asked = _InPerson(manners)
        self._progress = progress
        self._now = now
        self._pages = pages
        self._states: dict[str, FeedState] = {}

    async def run(self, wanted: Sequence[Feed]) -> list[Checked]:
        """Return what each feed answered, in the order given."""
        self._progress.start("feeds", len(wanted))
        self._states = self._store.feed_states()
        async with asyncio.TaskGroup() as tasks:
            checks = [tasks.create_task(self._feed(feed)) for feed in wanted]
        return [check.result() for check in checks]

    async def _feed(self, feed: Feed) -> Checked:
        try:
            checked, newest = await self._addresses(feed)
            if not checked.error:
                self._take_up(checked)
                if self._pages:
                    return await self._with_wishes(checked, newest)
            return checked
        finally:
            self._progress.advance("feeds")

    async def _addresses(self, feed: Feed) -> tuple[Checked, Entry | None]:
        """Ask a feed's address, what a page there names, and its fallbacks, until one is read."""
        first, newest = await self._ask(feed, feed.url)
        if not first.error:
            return first, newest
        for address in (*first.named[:MOST_NAMED], *feed.fallbacks):
            other, newest = await self._ask(feed, address)
            if not other.error:
                return replace(other, named=first.named, trouble=first.error), newest
        return first, None

    async def _ask(self, feed: Feed, address: str) -> tuple[Checked, Entry | None]:
        try:
            async with contained(shown(address)):
                async with self._fetcher.answer(address, manners=self._asked) as answer:
                    kind = answer.headers.get("content-type", "")
                    # Links are resolved against the address the feed is really at.
                    parsed = await self._workers.run(
                        feeds.parse_feed, answer.body, answer.url, kind
                    )
                return self._answered(feed, address, answer, parsed)
        except WebPageError as error:
            return Checked(feed, address, str(error), status=200, named=error.feeds), None
        except ItemError as error:
            status = error.status if isinstance(error, FetchError) else 200
            wait = error.retry_after if isinstance(error, FetchError) else None
            asked = None if wait is None else timedelta(seconds=wait)
            return Checked(feed, address, str(error), status=status, poll_after=asked), None

    def _answered(
        self, feed: Feed, address: str, answer: Response, parsed: ParsedFeed
    ) -> tuple[Checked, Entry | None]:
        per_week, newest_at = health.activity(parsed.entries, self._now)
        due = polling.after_answer(FeedState(feed.url), answer.headers, parsed.ttl, self._now)
        checked = Checked(
            feed,
            address,
            status=answer.status,
            title=parsed.title,
            format=discovery.format_of(answer.body),
            entries=len(parsed.entries),
            newest_at=newest_at,
            per_week=per_week,
            poll_after=due.due_at - self._now if due.due_at else None,
            moved_to=answer.moved_to,
            wishes=wishes.of_headers(answer.headers, self._manners.agent),
        )
        return checked, next((entry for entry in parsed.entries if entry.url), None)

    async def _with_wishes(self, checked: Checked, newest: Entry | None) -> Checked:
        """Return the check with its newest entry's page, and what is wished of the text used."""
        if newest is None:
            checked = replace(checked, unheard=("no page was opened",))
        else:
            checked = await self._with_page(checked, newest)
        page = checked.page
        found: list[Wishes] = []
        asked: list[str] = []
        if page is not None and page.opened:
            found.append(page.wishes)
            asked.append(page.opened)
        if page is None or not page.characters or page.characters < page.in_feed:
            found.append(checked.wishes)  # the feed's own text is used
            asked.append(checked.address)
            if page is not None and checked.feed.open_pages:
                asked.append(page.url)
        rules = [await self._manners.known_wishes(url) for url in dict.fromkeys(asked)]
        found = [wished for wished in (*rules, *found) if wished is not None]
        unread = ("robots.txt could not be read",) if None in rules else ()
        return replace(checked, wishes=wishes.join(*found), unheard=(*unread, *checked.unheard))

    async def _with_page(self, checked: Checked, entry: Entry) -> Checked:
        """Return the check with what robots.txt and the page of an entry say."""
        given = len(entry.content or entry.summary)
        if not checked.feed.open_pages:
            note = "the configuration has no pages opened"
            unknown = "robots.txt was not asked about its pages: none is to be opened"
            page = PageCheck(entry.url, "", unknown, note=note, in_feed=given)
            return replace(checked, page=page, unheard=("no page was opened",))
        agent = self._manners.agent
        robots, unknown = await self._access(entry.url)
        try:
            opening = self._fetcher.answer(entry.url, manners=self._manners.pages)
            async with contained(shown(entry.url)), opening as answer:
                kind = answer.headers.get("content-type", "")
                found = await self._workers.run(
                    articles.extract, answer.body, answer.url, kind, entry.url, agent
                )
        except ItemError as error:
            if isinstance(error, RobotsError) and error.retry_after is None:
                robots = "refuse"  # maybe by a site that the address leads to
            elif isinstance(error, AddressError):
                robots, unknown = "", "robots.txt was not asked: the address may not be opened"
            page = PageCheck(entry.url, robots, unknown, note=str(error), in_feed=given)
            return replace(checked, page=page, unheard=("no page was opened",))
        wished = wishes.join(wishes.of_headers(answer.headers, agent), found.wishes)
        page = PageCheck(
            entry.url,
            robots,
            unknown,
            found.quality,
            found.note,
            len(found.text),
            given,
            answer.url,
            wished,
        )
        shown_instead = found.quality in (Quality.ERROR, Quality.CONSENT)
        unheard = ("the article’s page was not shown",) if shown_instead else ()
        return replace(checked, page=page, unheard=unheard)

    async def _access(self, url: str) -> tuple[str, str]:
        """Return what robots.txt says of opening a page, or "" and why that is not known."""
        if self._manners.pages is self._manners.feeds:
            return "", "robots.txt does not count for opening pages: respect_robots is false"
        try:
            await self._manners.ask(url)
        except RobotsError as error:
            if error.retry_after is None:
                return "refuse", ""
            return "", "its robots.txt could not be read, so its pages are not opened for an hour"
        except FetchError as error:
            return "", f"robots.txt was not asked: {error}"
        return "allow", ""

    def _take_up(self, checked: Checked) -> None:
        """Have a feed that was given up asked in the next run again."""
        for address in {checked.feed.url, checked.address}:
            self._asked.forgive(address, self._store)
        stands_in = checked.address in checked.feed.fallbacks
        read = checked.address if stands_in else checked.feed.url
        state = self._states.get(read)
        if state is None or taken_up(state, moved_to=checked.moved_to) == state:
            return
        state = self._store.feed_states()[read]  # as it is by now: a run may have been here
        fresh = taken_up(state, moved_to=checked.moved_to)
        self._store.save_feed(replace(fresh, succeeded_at=self._now), [], self._now)


def taken_up(state: FeedState, *, moved_to: str | None = None) -> FeedState:
    """Return the state of a feed that is to be asked again, whatever happened before."""
    fresh = replace(state, gone=False, failures=0, due_at=None, error="")
    if moved_to is None and state.moved_to is not None:  # it answers where it was
        return replace(fresh, address="", moved_to=None, moved_times=0)
    return fresh


class _InPerson:
    """Manners of a person who asks: a site that was put off is asked all the same, once."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._refused: set[str] = set()

    async def before(self, _url: str) -> float:
        return 0.0

    def put_off(self, _url: str) -> PutOffError | None:
        return None

    def refused(self, url: str, status: int, retry_after: float | None) -> None:
        self._refused.add(host_of(url))
        self._manners.refused(url, status, retry_after)

    def forgive(self, url: str, store: Store) -> None:
        """Forget that a site wanted to be left alone, unless it said so just now."""
        name = host_of(url)
        host = store.host(name)
        if host is not None and host.put_off_until is not None and name not in self._refused:
            store.save_host(replace(host, put_off_until=None, put_off_why=""))
