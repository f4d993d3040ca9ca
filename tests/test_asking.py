"""Feeds asked over days, by a server that keeps every request; each day opens the store anew."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from digest.adapters.http import HttpFetcher
from digest.adapters.machine import Machine
from digest.adapters.store import SqlStore
from digest.asking import is_due, put_off_at
from digest.core import state as states
from digest.core.polling import LEAST_SERVED
from digest.core.urls import identity
from digest.gathering import Gathered, Gathering
from digest.manners import Manners
from digest.models import Entry, EntryOutcome, Feed, FeedOutcome, FeedReport, FeedState, Wishes
from digest.world import World
from tests.fakes import InlineWorkers, SilentProgress
from tests.loopback import Handler, Loopback, Reply

NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
WIRE = Feed("http://wire.test/feed", name="Wire", open_pages=False)
CLOSED = "127.0.0.1:1"  # where nobody listens
HOME = b'<html><head><link rel="alternate" type="%s" href="%s"></head><body>Hello</body></html>'


def rss(*titles: str, text: str = "What happened.", path: str = "", ttl: int = 0) -> bytes:
    """A feed of entries, one a minute, with guids that stay whatever their addresses are."""
    items = "".join(
        f"<item><title>{title}</title><link>{path}/{title.replace(' ', '-')}</link>"
        f'<guid isPermaLink="false">{title}</guid><description>{text}</description>'
        f"<pubDate>{format_datetime(NOW - n * MINUTE)}</pubDate></item>"
        for n, title in enumerate(titles)
    )
    kept = f"<ttl>{ttl}</ttl>" if ttl else ""
    return (
        f'<rss version="2.0"><channel><title>A feed</title>{kept}{items}</channel></rss>'.encode()
    )


def feed_at(*titles: str, text: str = "What happened.", **headers: str) -> Reply:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(200, rss(*titles, text=text), {"Content-Type": "application/rss+xml"} | sent)


def conditional(reply: Reply, etag: str) -> Handler:
    """Answer 304 to whoever has it already."""

    async def answer(request: object, _writer: object) -> Reply:
        known = getattr(request, "headers", {}).get("if-none-match") == etag
        return Reply(304) if known else Reply(200, reply.body, reply.headers | {"ETag": etag})

    return answer


class Place:
    """A store file and a server; ``ask`` is a run of its own, as after a restart."""

    def __init__(self, folder: Path, server: Loopback) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'digest.db'}"
        self.prepared = 0  # times that workers were made ready
        self.server = server
        self.address = server.address

    def store(self) -> SqlStore:
        return SqlStore.open(self.url)

    async def ask(
        self,
        after: timedelta = timedelta(),
        *feeds: Feed,
        least: timedelta = timedelta(),
        search: bool = False,
    ) -> Gathered:
        now = NOW + after
        fetcher = HttpFetcher(
            user_agent="test",
            per_domain_interval=0,
            timeout=5,
            connect_to={"*.test": self.address},
            sleep=_no_sleep,
        )
        workers = CountingWorkers(self)
        with self.store() as store:
            async with fetcher:
                world = World(
                    fetcher=fetcher,
                    manners=FeedManners(store, fetcher, workers, agent="test", now=lambda: now),
                    workers=workers,
                    store=store,
                    ledger=store,
                    progress=SilentProgress(),
                    meter=Machine(),
                    clock=lambda: now,
                    fence=lambda: "-",
                )
                gathering = Gathering(
                    world,
                    now=now,
                    opens=NOW - DAY,
                    judge=_wanted,
                    search=search,
                    least=least,
                    jitter=lambda: 0.0,
                )
                return await gathering.run(feeds or (WIRE,))

    def move(self, after: timedelta, *feeds: str) -> None:
        """Go on at another machine, which knows what a saved state tells."""
        now = NOW + after
        with self.store() as old:
            kept = states.needed(old.state(since=now - states.REACH), now)
        self.url = f"sqlite:///{self.folder / str(after)}.db"
        with self.store() as new:
            new.load_state(states.from_files(states.to_files(kept), feeds))

    async def report(self, after: timedelta = timedelta(), *feeds: Feed) -> FeedReport:
        return (await self.ask(after, *feeds)).feeds[0]

    async def outcomes(self, *after: timedelta) -> list[str]:
        return [(await self.report(each)).outcome.value for each in after]


class FeedManners(Manners):
    """Knows that no site has a robots.txt, so that feeds alone are asked for."""

    async def known_wishes(self, _url: str) -> Wishes | None:
        return Wishes()


class CountingWorkers(InlineWorkers):
    def __init__(self, place: Place) -> None:
        self._place = place

    def prepare(self) -> None:
        self._place.prepared += 1


async def _no_sleep(_seconds: float) -> None:
    pass


def _wanted(_feed: Feed, _entry: Entry) -> tuple[EntryOutcome | None, str]:
    return None, "wanted"


def over_days(folder: Path, scenario: Callable[[Place], Awaitable[None]]) -> None:
    async def run() -> None:
        async with Loopback() as server:
            await scenario(Place(folder, server))

    asyncio.run(run())


def test_validators_go_back_byte_for_byte_after_a_restart(tmp_path: Path) -> None:
    etag = 'W/"é-1", "x'

    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = conditional(
            feed_at("One", Last_Modified="yesterday, or so"), etag
        )
        assert await place.outcomes(0 * DAY, DAY, 2 * DAY) == ["new", "unchanged", "unchanged"]
        first, second, third = (r.headers for r in place.server.requests)
        assert "if-none-match" not in first
        assert second["if-none-match"] == third["if-none-match"] == etag
        assert second["if-modified-since"] == third["if-modified-since"] == "yesterday, or so"

    over_days(tmp_path, scenario)


def test_an_unchanged_etag_on_a_200_counts_as_unchanged(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = feed_at("One", ETag='"1"')
        await place.ask()
        place.server.pages["/feed"] = feed_at("One", "Two", ETag='"1"')
        report = await place.report(DAY)
        assert (report.outcome, report.http_status, report.entries) == ("unchanged", 200, 0)
        place.server.pages["/feed"] = feed_at("One", "Two", ETag='"2"')
        assert (await place.report(2 * DAY)).new_entries == 1

    over_days(tmp_path, scenario)


def test_a_feed_is_not_asked_before_it_wishes_and_counts_as_heard(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = feed_at("One", Cache_Control="max-age=3600")
        await place.ask()
        found = await place.ask(59 * MINUTE)
        (report,) = found.feeds
        assert (report.outcome, report.http_status, report.error) == ("deferred", None, None)
        assert report.note == "asked again from 07:30 UTC, as the feed wishes"
        assert (found.answered(), found.heard(), found.silent()) == (True, 1, [])
        assert report.last_success_at == NOW
        assert len(place.server.requests) == 1
        assert (await place.report(HOUR)).outcome is FeedOutcome.UNCHANGED

    over_days(tmp_path, scenario)


def test_the_feeds_own_ttl_holds_also_where_its_headers_wish_for_less(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        etag = {"ETag": '"1"', "Cache-Control": "max-age=60"}
        place.server.pages["/feed"] = Reply(200, rss("One", ttl=120), etag)
        asked = []
        for minutes in (0, 119, 120, 239, 240):  # from the second on its ETag is unchanged
            before = len(place.server.requests)
            await place.ask(minutes * MINUTE)
            asked += [minutes] * (len(place.server.requests) - before)
        assert asked == [0, 120, 240]

    over_days(tmp_path, scenario)


def test_a_search_answers_from_the_store_where_a_feed_is_not_due(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = Reply(
            200, rss("One").replace(b"2026", b"2025"), {"Cache-Control": "max-age=3600"}
        )
        await place.ask()  # its entry is older than the window: passed over
        found = await place.ask(MINUTE, search=True)
        (report,) = found.feeds
        assert (report.outcome, report.entries) == ("deferred", 1)
        assert len(place.server.requests) == 1

    over_days(tmp_path, scenario)


def test_searches_keep_the_pace_of_feeds_that_fail_or_are_unchanged(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        for minutes in (0, 1, 2):
            await place.ask(minutes * MINUTE, search=True)
        assert len(place.server.requests) == 1
        place.server.pages["/feed"] = conditional(Reply(200, rss("One", ttl=10)), "e")
        await place.ask(2 * HOUR, search=True)
        found = await place.ask(2 * HOUR)  # a search that read it hides nothing from a run
        assert [e.outcome for e in found.read.entries.values()] == [EntryOutcome.READ]
        for minutes in (10, 11, 12):
            await place.ask(2 * HOUR + minutes * MINUTE, search=True)
        assert [r.headers.get("if-none-match") for r in place.server.requests[1:]] == [
            None,
            None,
            "e",
        ]

    over_days(tmp_path, scenario)


def test_429_puts_a_feed_off_across_restarts_by_seconds_and_by_date(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = Reply(429, b"", {"Retry-After": "7200"})
        found = await place.ask()
        (first,) = found.feeds
        assert (first.outcome, first.http_status, first.failures) == ("deferred", 429, 1)
        assert (found.answered(), found.heard()) == (False, 0)
        second = await place.report(119 * MINUTE)
        assert second.outcome is FeedOutcome.DEFERRED
        assert second.error == first.error is not None
        assert second.note == "asked again from 08:30 UTC, after trouble"
        assert len(place.server.requests) == 1
        in_3_hours = format_datetime(datetime.now(UTC) + 3 * HOUR, usegmt=True)
        place.server.pages["/feed"] = Reply(503, b"", {"Retry-After": in_3_hours})
        await place.ask(121 * MINUTE)
        asked = len(place.server.requests)
        assert (await place.report(121 * MINUTE + 2.9 * HOUR)).outcome is FeedOutcome.DEFERRED
        assert len(place.server.requests) == asked
        place.server.pages["/feed"] = feed_at("One")
        assert (await place.report(122 * MINUTE + 3 * HOUR)).outcome is FeedOutcome.NEW

    over_days(tmp_path, scenario)


def test_another_feed_of_a_site_that_was_put_off_is_not_asked_either(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = Reply(429, b"", {"Retry-After": "7200"})
        await place.ask()
        other = Feed("http://wire.test/other")
        report = await place.report(HOUR, other)
        assert report.outcome is FeedOutcome.DEFERRED
        assert report.note == "asked again from 08:30 UTC, as its site wishes"
        assert "answered 429" in str(report.error)
        assert place.server.targets() == ["/feed"]

    over_days(tmp_path, scenario)


def test_a_service_begins_no_round_for_a_site_that_was_put_off(tmp_path: Path) -> None:
    feeds = [Feed("http://busy.test/a"), Feed("http://busy.test/b")]
    home = Feed("http://home.test/")  # its feed is on the other site

    async def scenario(place: Place) -> None:
        await place.ask(0 * DAY, feeds[0])
        with place.store() as store:
            moved = FeedState(home.url, checked_at=NOW - DAY, address="http://busy.test/c")
            store.save_feed(moved, [], NOW)
        place.server.pages["/a"] = Reply(429, b"", {"Retry-After": "7200"})
        place.prepared = 0
        await place.ask(DAY, feeds[0])
        soon = NOW + DAY + HOUR
        with place.store() as store:
            known = store.feed_states()

            def due(feed: Feed, now: datetime) -> bool:
                return is_due(feed, known, now, LEAST_SERVED, put_off_at(store, now))

            assert [due(f, soon) for f in (*feeds, home)] == [False] * 3
            assert [due(f, soon + HOUR) for f in (*feeds, home)] == [True] * 3
            other = Feed(feeds[1].url, fallbacks=("http://free.test/",))
            assert due(other, soon)
        await place.ask(DAY + HOUR, *feeds, least=LEAST_SERVED)
        assert place.prepared == 0

    over_days(tmp_path, scenario)


def test_a_feed_that_leads_to_a_site_that_was_put_off_is_not_asked_each_time(
    tmp_path: Path,
) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages |= {
            "busy.test/a": Reply(429, b"", {"Retry-After": "7200"}),
            "wire.test/feed": Reply(302, b"", {"Location": "http://busy.test/b"}),
        }
        await place.ask(0 * DAY, Feed("http://busy.test/a"))
        place.server.requests.clear()
        for minutes in (1, 2, 3):
            report = await place.report(minutes * MINUTE)
            assert report.outcome is FeedOutcome.DEFERRED
        assert [r.host for r in place.server.requests] == ["wire.test"]

    over_days(tmp_path, scenario)


def test_a_failing_feed_is_asked_at_growing_pauses(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = Reply(500)
        asked = []
        for minutes in range(0, 240, 15):
            before = len(place.server.requests)
            await place.ask(minutes * MINUTE)
            asked += [minutes] * (len(place.server.requests) - before)
        assert asked == sorted([0, 15, 45, 105, 225] * 2)  # with one more try each time
        place.server.pages["/feed"] = feed_at("One")
        report = await place.report(10 * HOUR)
        assert (report.outcome, report.failures, report.error) == ("new", 0, None)

    over_days(tmp_path, scenario)


def test_404_is_asked_for_more_and_more_rarely_and_counted(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        asked = []
        for day in range(30):
            before = len(place.server.requests)
            last = await place.report(day * DAY)
            asked += [day] * (len(place.server.requests) - before)
        assert asked == [0, 1, 2, 3, 6, 13, 20, 27]
        assert last.failures == 8

    over_days(tmp_path, scenario)


def test_410_retires_a_feed_and_says_so(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = Reply(410)
        first = await place.report()
        assert (first.outcome, first.http_status) == ("gone", 410)
        for after in (DAY, 400 * DAY):
            later = await place.report(after)
            assert (later.outcome, later.http_status, later.error) == ("gone", 410, first.error)
            assert later.note == "retired: not asked again until `digest feeds check` finds it back"
        assert len(place.server.requests) == 1

    over_days(tmp_path, scenario)


def test_a_permanent_redirect_is_followed_from_the_second_time_on(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages |= {
            "wire.test/feed": Reply(301, b"", {"Location": "http://new.test/feed"}),
            "new.test/feed": conditional(feed_at("One"), '"1"'),
        }
        for after in (0 * DAY, DAY, 2 * DAY):
            report = await place.report(after)
            assert report.outcome is FeedOutcome.MOVED
            assert report.note == (
                "moved for good to http://new.test/feed; put this address into the configuration"
            )
            assert report.error is None
        asked = [r.host for r in place.server.requests]
        assert asked == ["wire.test", "new.test", "wire.test", "new.test", "new.test"]
        assert place.server.requests[-1].headers["if-none-match"] == '"1"'
        del place.server.pages["new.test/feed"]
        place.server.pages["wire.test/feed"] = feed_at("One")
        lost = await place.report(3 * DAY)
        assert (lost.outcome, lost.http_status) == ("failed", 404)
        assert "the configured address is asked again" in str(lost.note)
        back = await place.report(3 * DAY)
        assert (back.outcome, back.note) == ("unchanged", None)

    over_days(tmp_path, scenario)


def test_a_redirect_taken_back_is_not_believed(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        away = Reply(308, b"", {"Location": "http://new.test/feed"})
        place.server.pages |= {"wire.test/feed": away, "new.test/feed": feed_at("One")}
        assert (await place.report()).outcome is FeedOutcome.MOVED
        place.server.pages["wire.test/feed"] = feed_at("One")
        assert (await place.report(DAY)).outcome is FeedOutcome.UNCHANGED
        place.server.pages["wire.test/feed"] = away
        await place.ask(2 * DAY)
        place.server.requests.clear()
        await place.ask(3 * DAY)
        assert [r.host for r in place.server.requests] == ["wire.test", "new.test"]

    over_days(tmp_path, scenario)


def test_fallbacks_are_asked_in_order_only_where_the_feed_gives_nothing(tmp_path: Path) -> None:
    feed = Feed(WIRE.url, open_pages=False, fallbacks=("http://a.test/feed", "http://b.test/feed"))

    async def scenario(place: Place) -> None:
        pages = place.server.pages
        pages["wire.test/feed"] = feed_at("One", Cache_Control="max-age=3600")
        pages["b.test/feed"] = conditional(feed_at("One", "Two"), '"b"')
        await place.ask(0 * DAY, feed)
        await place.ask(MINUTE, feed)  # not due, which is no reason to ask another
        assert [r.host for r in place.server.requests] == ["wire.test"]
        del pages["wire.test/feed"]
        found = await place.ask(DAY, feed)
        (report,) = found.feeds
        assert [r.host for r in place.server.requests[1:]] == ["wire.test", "a.test", "b.test"]
        assert (report.url, report.outcome, report.failures) == (feed.url, "new", 1)
        assert report.note == "read from its fallback http://b.test/feed"
        assert "404" in str(report.error)
        assert found.heard() == 1
        again = await place.report(DAY + MINUTE, feed)  # both others put off after their trouble
        assert (again.outcome, again.http_status) == ("unchanged", 304)
        assert [r.host for r in place.server.requests[4:]] == ["b.test"]
        with place.store() as store:
            states = store.feed_states()
            assert states["http://b.test/feed"].validators.etag == '"b"'
            known = store.known_entries([identity("http://b.test/Two")])
            assert [k.feed_url for k in known.values()] == [feed.url]

    over_days(tmp_path, scenario)


def test_a_fallback_read_lately_still_stands_in(tmp_path: Path) -> None:
    feed = Feed(WIRE.url, open_pages=False, fallbacks=("http://a.test/feed",))

    async def scenario(place: Place) -> None:
        place.server.pages["a.test/feed"] = feed_at("One", Cache_Control="max-age=36000")
        await place.ask(0 * DAY, feed)
        found = await place.ask(2 * HOUR, feed)  # the feed itself is asked again, in vain
        (report,) = found.feeds
        assert [r.host for r in place.server.requests] == ["wire.test", "a.test", "wire.test"]
        assert (report.outcome, report.failures, found.heard()) == ("deferred", 2, 1)
        assert report.note == (
            "its fallback http://a.test/feed was read before, and is "
            "asked again from 16:30 UTC, as the feed wishes"
        )

    over_days(tmp_path, scenario)


def test_where_no_fallback_answers_the_feed_is_lost(tmp_path: Path) -> None:
    feed = Feed(WIRE.url, fallbacks=("http://a.test/feed",))

    async def scenario(place: Place) -> None:
        found = await place.ask(0 * DAY, feed)
        assert [f.outcome for f in found.feeds] == ["failed"]
        assert not found.answered()
        assert len(found.problems) == 2

    over_days(tmp_path, scenario)


def test_a_home_page_is_searched_for_its_feed(tmp_path: Path) -> None:
    home = Feed("http://wire.test/", open_pages=False)

    async def scenario(place: Place) -> None:
        place.server.pages |= {
            "wire.test/": Reply(
                200, HOME % (b"application/rss+xml", b"/feed"), {"Content-Type": "text/html"}
            ),
            "wire.test/feed": conditional(feed_at("One"), '"1"'),
        }
        for after in (0 * DAY, DAY):
            report = await place.report(after, home)
            assert report.error is None
            assert "http://wire.test/feed" in str(report.note)
        assert place.server.targets() == ["/", "/feed", "/feed"]
        assert report.http_status == 304

    over_days(tmp_path, scenario)


def test_a_home_page_stays_the_way_to_its_feed_where_machines_change(tmp_path: Path) -> None:
    home = Feed("http://wire.test/", open_pages=False)

    async def page(request: object, _writer: object) -> Reply:
        if "if-modified-since" in getattr(request, "headers", {}):
            return Reply(304)
        kind = {"Content-Type": "text/html"}
        return Reply(200, HOME % (b"application/rss+xml", b"/feed"), kind)

    async def scenario(place: Place) -> None:
        place.server.pages["/"] = page
        for day, titles in enumerate((["One"], ["One", "Two"])):
            place.server.pages["/feed"] = feed_at(*titles, Last_Modified="yesterday, or so")
            assert (await place.report(day * DAY, home)).new_entries == 1
            place.move(day * DAY, home.url)
        assert place.server.targets() == ["/", "/feed", "/feed"]

    over_days(tmp_path, scenario)


def test_a_permanent_redirect_is_followed_where_machines_change(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages |= {
            "wire.test/feed": Reply(301, b"", {"Location": "http://new.test/feed"}),
            "new.test/feed": feed_at("One"),
        }
        for day in range(3):
            await place.ask(day * DAY)
            place.move(day * DAY, WIRE.url)
        asked = [r.host for r in place.server.requests]
        assert asked == ["wire.test", "new.test", "wire.test", "new.test", "new.test"]

    over_days(tmp_path, scenario)


def test_an_old_entry_dated_anew_is_no_news_where_machines_change(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = feed_at("One")
        await place.ask()
        with place.store() as store:
            store.save_outcomes([(identity("http://wire.test/One"), EntryOutcome.BRIEF, None, "")])
        place.move(20 * DAY, WIRE.url)
        place.server.pages["/feed"] = feed_at("One", text="What happened since.")
        assert (await place.report(20 * DAY)).new_entries == 0
        found = await place.ask(21 * DAY, search=True)
        assert found.feeds[0].entries == 1  # by what the feed tells, not by what is left of it

    over_days(tmp_path, scenario)


def test_a_page_in_the_place_of_a_feed_hands_it_to_nobody_else(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        kind = {"Content-Type": "text/html"}
        link = b"application/rss+xml"
        place.server.pages |= {
            "wire.test/feed": feed_at("One"),
            "evil.test/spam": feed_at("Buy"),
            "wire.test/own": feed_at("Two"),
        }
        await place.ask()
        place.server.pages["wire.test/feed"] = Reply(
            200, HOME % (link, b"http://evil.test/spam"), kind
        )
        assert (await place.report(DAY)).outcome is FeedOutcome.FAILED
        place.server.pages["wire.test/feed"] = Reply(200, HOME % (link, b"/own"), kind)
        assert (await place.report(2 * DAY)).new_entries == 1
        place.server.pages["wire.test/feed"] = feed_at("One", "Three")
        assert (await place.report(3 * DAY)).new_entries == 1
        assert [r.host for r in place.server.requests] == ["wire.test"] * 5

    over_days(tmp_path, scenario)


def test_an_empty_etag_says_nothing(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        for day, titles in enumerate((["One"], ["One", "Two"])):
            place.server.pages["/feed"] = feed_at(*titles, ETag="")
            assert (await place.report(day * DAY)).new_entries == 1

    over_days(tmp_path, scenario)


def test_a_304_takes_no_wish_back(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = conditional(feed_at("One", X_Robots_Tag="noai"), '"1"')
        for day in range(2):
            await place.ask(day * DAY)
            with place.store() as store:
                assert not store.feed_states()[WIRE.url].wishes.ai_input

    over_days(tmp_path, scenario)


def test_a_page_that_names_no_feed_fails_with_a_word_on_it(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = Reply(200, b"<html><body>Hello</body></html>")
        report = await place.report()
        assert report.outcome is FeedOutcome.FAILED
        assert "is a web page" in str(report.error)

    over_days(tmp_path, scenario)


def test_a_changed_text_is_a_revision_and_no_news(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = feed_at("One", text="Nine weeks it took.")
        await place.ask()
        place.server.pages["/feed"] = feed_at("One", text="Ten weeks it took, they say.")
        for after in (DAY, 2 * DAY):
            report = await place.report(after)
            assert (report.outcome, report.new_entries) == ("unchanged", 0)
        key = identity("http://wire.test/One")
        with place.store() as store:
            assert revised(store, key) == ["Ten weeks it took, they say."]
            (article,) = store.articles_by_id([key])
            assert article.text == "Ten weeks it took, they say."  # it waits for an edition
            assert article.first_seen_at == NOW

    over_days(tmp_path, scenario)


def revised(store: SqlStore, entry_id: str) -> list[str]:
    """Return the texts an entry was given after the first."""
    history = store.entry_history(entry_id)
    assert history is not None
    return [revision.text for revision in history.revisions]


def test_what_an_edition_has_judged_keeps_its_text(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = feed_at("One", text="Nine weeks it took.")
        await place.ask()
        key = identity("http://wire.test/One")
        with place.store() as store:
            store.save_outcomes([(key, EntryOutcome.PUBLISHED, "s-1", "told")])
        place.server.pages["/feed"] = feed_at("One", text="Ten weeks it took, they say.")
        await place.ask(DAY)
        with place.store() as store:
            assert len(revised(store, key)) == 1
            assert [a.text for a in store.articles_by_id([key])] == ["Nine weeks it took."]
            assert store.known_entries([key])[key].outcome is EntryOutcome.PUBLISHED

    over_days(tmp_path, scenario)


def test_an_entry_under_a_new_address_is_no_news(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = feed_at("One", "Two")
        await place.ask()
        place.server.pages["/feed"] = Reply(200, rss("One", "Two", "Three", path="/moved"))
        report = await place.report(DAY)
        assert (report.entries, report.new_entries) == (3, 1)
        with place.store() as store:
            assert store.counts()["entries"] == 3
            assert revised(store, identity("http://wire.test/One")) == []

    over_days(tmp_path, scenario)


def test_a_report_tells_how_a_feed_is_doing(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        body = rss("One", "Two", "Three")
        body = body.replace(b"Tue, 10 Mar 2026 06:28", b"Sat, 07 Mar 2026 06:30")
        place.server.pages["/feed"] = Reply(200, body)
        await place.ask()
        place.server.pages["/feed"] = Reply(500)
        report = await place.report(3 * DAY)
        assert (report.failures, report.silent_days, report.last_success_at) == (1, 3, NOW)
        assert report.entries_per_week == 4.67

    over_days(tmp_path, scenario)


def test_no_feed_is_blamed_where_none_can_be_reached(tmp_path: Path) -> None:
    feeds = [Feed(f"http://{name}.test/feed") for name in "abc"]

    async def scenario(place: Place) -> None:
        place.address = CLOSED
        for after in (0 * DAY, MINUTE):
            found = await place.ask(after, *feeds)
            assert [f.outcome for f in found.feeds] == ["failed"] * 3
        await place.ask(2 * MINUTE, *feeds[:2])
        found = await place.ask(3 * MINUTE, *feeds[:2])  # of two, one cannot tell
        assert [f.outcome for f in found.feeds] == ["deferred"] * 2

    over_days(tmp_path, scenario)


def test_a_service_asks_at_most_every_quarter_of_an_hour(tmp_path: Path) -> None:
    async def scenario(place: Place) -> None:
        place.server.pages["/feed"] = feed_at("One", Cache_Control="max-age=60")
        for minutes in range(0, 60, 5):
            await place.ask(minutes * MINUTE, least=LEAST_SERVED)
        assert len(place.server.requests) == 4

    over_days(tmp_path, scenario)
