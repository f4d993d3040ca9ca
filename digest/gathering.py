"""feeds → entries: fetched, decided on and stored as they arrive.

Nothing waits for a stage to end: a feed's pages are opened while other feeds are still on their
way. What is decided is stored at once, so a run that is killed loses nothing and opens no page
twice.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from digest import revisions
from digest.asking import Asking, Heard
from digest.core import feeds, health, ownership, selection, wishes
from digest.core.memory import LATE
from digest.core.ownership import Offer
from digest.core.urls import registrable_domain
from digest.models import (
    Entry,
    EntryOutcome,
    EntryReport,
    Feed,
    FeedKind,
    FeedOutcome,
    FeedReport,
    FeedState,
    Known,
    ParsedFeed,
    Problem,
    Selected,
    Validators,
)
from digest.reading import Read, Reading
from digest.world import World

OURS = 3  # feeds, none of which can be reached at all: the trouble is on this side
CHOSEN = (EntryOutcome.PENDING, EntryOutcome.READ)
TOLD = (EntryOutcome.OFF_TOPIC, EntryOutcome.MUTED)  # passed over for a reason worth telling


@dataclass
class Gathered:
    """What a run found in the feeds, collected while it goes on."""

    feeds: list[FeedReport] = field(default_factory=list)
    entries: dict[str, EntryReport] = field(default_factory=dict)  # not read, and why, by id
    problems: list[Problem] = field(default_factory=list)
    fetched_at: float = 0.0  # the meter's reading when the last feed was here
    read: Read = field(default_factory=Read)

    lost: set[str] = field(default_factory=set)  # feeds that gave nothing to read, by address

    def answered(self) -> bool:
        """Tell whether any feed answered at all (none asked counts as answered)."""
        return not self.feeds or len(self.silent()) < len(self.feeds)

    def heard(self) -> int:
        """Return how many feeds gave an answer to read, now or lately."""
        return len(self.feeds) - len(self.silent())

    def silent(self) -> list[FeedReport]:
        """Return the feeds that gave no answer to read; one read lately is not among them."""
        return [f for f in self.feeds if f.url in self.lost]


class Gathering:
    """One round over the feeds; ``run`` returns what was found.

    ``opens`` is the publication time before which an entry is old; ``judge`` decides on content.
    A ``search`` looks for something particular and leaves no mark on editions: what it does not
    want stays unseen, and what an earlier run passed over is looked at again. It stores how a feed
    answered only where that gave nothing to read: with new validators, a run would miss entries.
    ``least`` is the least pause between two times a feed is asked, ``jitter`` gives numbers from 0
    to 1.
    """

    def __init__(
        self,
        world: World,
        *,
        now: datetime,
        opens: datetime,
        judge: Callable[[Feed, Entry], tuple[EntryOutcome | None, str]],
        topics: Sequence[str] = (),
        search: bool = False,
        least: timedelta = timedelta(),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._world = world
        self._store = world.store
        self._now = now
        self._opens = opens
        self._judge = judge
        self._search = search
        self._least = least
        self._jitter = jitter
        self._unreached: list[FeedState] = []
        self._found = Gathered()
        self._configured: frozenset[str] = frozenset()
        self._reading = Reading(
            world.fetcher,
            world.workers,
            world.store,
            world.progress,
            world.meter,
            world.manners,
            now=now,
            topics=topics,
            search=search,
            read=self._found.read,
        )

    async def run(self, wanted: Sequence[Feed]) -> Gathered:
        """Fetch the feeds, open what is new and worth it, store it all.

        An item's trouble becomes a Problem; only a RunError (the store's) ends the round.
        """
        states = self._store.feed_states()
        by_url = {feed.url: feed for feed in wanted}
        self._configured = frozenset(by_url)
        self._world.progress.start("feeds", len(wanted))
        self._world.progress.start("articles", 0)
        asking = Asking(
            self._world,
            states,
            now=self._now,
            least=self._least,
            jitter=self._jitter,
            answered=self._answered,
        )
        if any(feed.url not in states and asking.is_due(feed) for feed in wanted):
            self._world.workers.prepare()  # a feed never asked before has a body to read
        try:
            async with asyncio.TaskGroup() as tasks:
                for left in self._store.pending_entries():
                    feed = by_url.get(left.entry.feed_url)
                    if feed is not None:
                        self._reading.take(tasks, _left_over(feed, left, states))
                for feed in wanted:
                    tasks.create_task(self._feed(tasks, feed, asking))
        except ExceptionGroup as group:
            raise first_of(group) from group
        if len(self._unreached) == len(wanted) >= OURS:
            self._blame_nobody()
        place = {url: n for n, url in enumerate(by_url)}
        self._found.feeds.sort(key=lambda f: place[f.url])
        return self._found

    def _answered(self) -> None:
        self._found.fetched_at = self._world.meter.seconds()

    async def _feed(self, tasks: asyncio.TaskGroup, feed: Feed, asking: Asking) -> None:
        """Ask one feed, and take what it lists."""
        try:
            heard = await asking.ask(feed)
            self._found.problems += heard.problems
            if heard.silent:
                self._found.lost.add(feed.url)
                if not heard.reached:
                    self._unreached.append(heard.source)
            kept = (heard.source,) if heard.asked and heard.parsed is None else ()
            for state in (*heard.changed, *kept):
                self._store.save_feed(state, [], self._now)
            if heard.parsed is not None:
                self._take(tasks, feed, heard, heard.parsed)
            elif self._search:
                unread = self._store.unread_entries(feed.url)
                # Of old ones a saved state says only that there were such.
                passed_over = tuple(entry for entry in unread if entry.title)
                read = ParsedFeed(heard.source.title, "", "", passed_over)
                self._take(tasks, feed, heard, read)
            else:
                self._report(feed, heard, FeedOutcome.UNCHANGED)
        finally:
            self._world.progress.advance("feeds")

    def _blame_nobody(self) -> None:
        """Let every feed be asked again at once: no feed is at fault where none can be reached."""
        for state in self._unreached:
            self._store.save_feed(replace(state, due_at=None), [], self._now)

    def _take(self, tasks: asyncio.TaskGroup, feed: Feed, heard: Heard, parsed: ParsedFeed) -> None:
        """Decide on a feed's entries, store the decisions with the feed, and have them read."""
        state = heard.source
        entries = revisions.respelled(
            self._store,
            parsed.entries,
            self._opens - LATE,
            lambda key: self._reading.owner(key) is not None,
        )
        followed = heard.followed and not self._search  # so an older entry may be a late one
        known = self._store.known_entries(e.id for e in entries)
        renamed = {} if self._search else revisions.renamed(self._store, feed, entries, known)
        settled = {e.id for e in entries if self._settled(e, known.get(e.id), feed)}
        chosen = selection.select(
            entries,
            feed=feed,
            known=settled | set(renamed),
            opens=self._opens - LATE if followed else self._opens,
            judge=lambda entry: self._judge(feed, entry),
        )
        own = feeds.own_domains(parsed, feed.url)

        def offer(entry: Entry, outcome: EntryOutcome, reason: str) -> Offer:
            return Offer(
                feed, entry, outcome, reason, state.title, own, state.wishes, _address(state)
            )

        offers = [offer(s.entry, s.outcome, s.reason) for s in chosen if s.outcome in CHOSEN]
        new = len({e.id for e in entries} - set(known) - set(renamed))
        if not self._search:
            waiting = {e.id for e in entries} - settled - set(renamed)
            waiting -= {s.entry.id for s in chosen}
            if waiting:  # asked without validators next time, or a 304 would hide them
                state = replace(state, validators=Validators())
                message = f"{len(waiting)} more of its entries wait for the next run"
                self._found.problems.append(Problem("feed", feed.url, message))
            if new and all(e.published_at is None for e in entries):
                state = replace(state, newest_at=self._now)
            self._store.save_feed(state, self._to_store(chosen, offers), self._now)
            if feed.kind is FeedKind.NEWS:
                changed = revisions.keep(self._store, feed, entries, known, renamed, self._now)
                for entry in changed:  # which still wait for an edition
                    changes = offer(entry, EntryOutcome.READ, "the feed changed its text")
                    tasks.create_task(self._reading.renew(changes))
        outcome = FeedOutcome.NEW if new else FeedOutcome.UNCHANGED
        self._report(feed, replace(heard, source=state), outcome, entries=len(entries), new=new)
        for chance in offers:
            seen = known.get(chance.entry.id)
            if seen is not None and seen.outcome is EntryOutcome.FOUND and seen.kind is not None:
                self._reading.adopt(chance)  # a search opened its page
            else:
                self._reading.take(tasks, chance)
        for s in chosen:
            if s.outcome in TOLD and not self._search:
                self._found.entries[s.entry.id] = EntryReport(
                    s.entry.url, feed.url, s.outcome, None, s.reason
                )

    def _settled(self, entry: Entry, known: Known | None, feed: Feed) -> bool:
        """Decide whether an entry of a feed needs no further look in this round."""
        owner = self._reading.owner(entry.id)
        if owner is not None:
            return owner.feed.url == feed.url
        if self._search:
            return known is not None and known.kind is not None
        return ownership.settled(known, feed, self._configured)

    def _to_store(self, chosen: Sequence[Selected], offers: Sequence[Offer]) -> list[Selected]:
        """Return the decisions to store with the feed: not those on entries a better feed owns."""
        lost = set()
        for offer in offers:
            owner = self._reading.owner(offer.entry.id)
            if owner is not None and not ownership.better(offer, owner):
                lost.add(offer.entry.id)
        return [s for s in chosen if s.entry.id not in lost]

    def _report(
        self,
        feed: Feed,
        heard: Heard,
        outcome: FeedOutcome,
        *,
        entries: int = 0,
        new: int = 0,
    ) -> None:
        """Note what became of a feed, and how it is doing."""
        main, source = heard.main, heard.source
        if main.url == source.url:
            main = source
        seen = [at for at in (main.succeeded_at, source.succeeded_at) if at is not None]
        silence = health.silence(source, self._now)
        self._found.feeds.append(
            FeedReport(
                feed.url,
                feed.name or source.title or main.title or feed.url,
                heard.outcome or outcome,
                source.status if heard.asked or source.gone else None,
                entries,
                new,
                heard.error,
                note=heard.note,
                last_success_at=max(seen, default=None),
                failures=main.failures,
                entries_per_week=None if source.per_week is None else round(source.per_week, 2),
                silent_days=None if silence is None else silence.days,
            )
        )


def _left_over(feed: Feed, left: Selected, states: Mapping[str, FeedState]) -> Offer:
    """Return an entry that an earlier run chose and did not come to read.

    Which of the feed's addresses gave it is not known: the last that did, and what any wishes.
    """
    known = [states[url] for url in (feed.url, *feed.fallbacks) if url in states]
    read = [(state.succeeded_at, _address(state)) for state in known if state.succeeded_at]
    wished = wishes.join(*(state.wishes for state in known))
    own = frozenset({registrable_domain(feed.url)})
    # A store loaded from a state knows no texts, and marks such entries as to be opened.
    outcome = left.outcome if feed.open_pages else EntryOutcome.READ
    address = max(read)[1] if read else feed.url
    return Offer(feed, left.entry, outcome, left.reason, "", own, wished, address)


def _address(state: FeedState) -> str:
    return state.address or state.url


def first_of(group: ExceptionGroup[Exception]) -> Exception:
    """Return the first error inside a task group's wrapping."""
    first = group.exceptions[0]
    return first_of(first) if isinstance(first, ExceptionGroup) else first
