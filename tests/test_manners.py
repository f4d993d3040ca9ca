"""Sites are left alone where they ask for it, by 429 and 503 and by robots.txt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from digest.adapters.http import HttpFetcher
from digest.adapters.store import SqlStore
from digest.adapters.workers import ProcessWorkers
from digest.errors import AddressError, FetchError, PutOffError, RobotsError, WorkerError
from digest.manners import Manners, host_of, origin_of, product
from digest.models import HostState, Wishes
from tests.loopback import Loopback, Reply, Request
from tests.test_http import FakeTime

T = TypeVar("T")
PAGE = "http://chips.test/news/one"
ROBOTS = "/robots.txt"
OUT = Reply(200, b"User-agent: *\nDisallow: /news/")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Inline:
    """Workers that work in this process; ``broken`` ones are killed."""

    def __init__(self) -> None:
        self.calls = 0
        self.broken = False

    async def run(self, function: Callable[..., T], *args: object) -> T:
        self.calls += 1
        await asyncio.sleep(0)
        if self.broken:
            raise WorkerError("took longer than 10 s and was stopped")
        return function(*args)

    def prepare(self) -> None:
        pass

    def peak_rss_mb(self) -> float:
        return 0.0


class Held(Inline):
    """Counts how many texts it is given at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = 0

    async def run(self, function: Callable[..., T], *args: object) -> T:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.001)
        self.now -= 1
        return await super().run(function, *args)


class Site:
    """A loopback server, a store, a clock, and the manners of one run after another."""

    def __init__(self, pages: dict[str, Any], folder: Path) -> None:
        self.server = Loopback({"/news/one": Reply(200, b"<p>one</p>"), **pages})
        self.store = SqlStore.open(f"sqlite:///{folder / 'digest.db'}")
        self.workers = Inline()
        self.now = NOON
        self.time = FakeTime()

    @asynccontextmanager
    async def run(self, **options: Any) -> AsyncIterator[tuple[HttpFetcher, Manners]]:
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(
                HttpFetcher(
                    user_agent="ai-news-digest/1 (+https://ex.test)",
                    per_domain_interval=0.0,
                    connect_to={"*.test": self.server.address},
                    clock=self.time.clock,
                    sleep=self.time.sleep,
                    timeout=5.0,
                )
            )
            yield (
                http,
                Manners(
                    self.store,
                    http,
                    options.pop("workers", self.workers),
                    agent="ai-news-digest/1 (+https://ex.test)",
                    now=lambda: self.now,
                    **options,
                ),
            )

    def asked(self, target: str = ROBOTS) -> int:
        return self.server.targets().count(target)


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Site]:
    def made(**pages: Any) -> Site:
        return Site(
            {f"/{name.replace('_', '.')}": reply for name, reply in pages.items()}, tmp_path
        )

    return made


def at(site: Site, work: Callable[[HttpFetcher, Manners], Any], **options: Any) -> Any:
    """Do some work in a run of its own."""

    async def done() -> Any:
        async with site.server, site.run(**options) as (http, manners):
            return await work(http, manners)

    return asyncio.run(done())


async def opened(http: HttpFetcher, manners: Manners, url: str = PAGE) -> int:
    async with http.answer(url, manners=manners.pages) as answer:
        return answer.status


async def polled(http: HttpFetcher, manners: Manners, url: str = PAGE) -> int:
    async with http.answer(url, manners=manners.feeds) as answer:
        return answer.status


# --- robots.txt ------------------------------------------------------------------------------


def test_a_page_is_kept_from_us_and_a_feed_that_a_user_chose_is_not(
    site: Callable[..., Site],
) -> None:
    here = site(robots_txt=OUT)

    async def work(http: HttpFetcher, manners: Manners) -> None:
        with pytest.raises(RobotsError) as caught:
            await opened(http, manners)
        assert caught.value.url == PAGE
        assert str(caught.value) == "the robots.txt of http://chips.test keeps programs out of it"
        assert caught.value.retry_after is None
        assert await polled(http, manners) == 200

    at(here, work)
    assert here.server.targets() == [ROBOTS, "/news/one"]


def test_it_is_asked_once_for_many_pages_and_once_a_day_across_runs(
    site: Callable[..., Site],
) -> None:
    here = site(robots_txt=Reply(200, b"User-agent: *\nDisallow: /secret"))

    async def work(http: HttpFetcher, manners: Manners) -> None:
        await asyncio.gather(*(opened(http, manners) for _ in range(5)))

    at(here, work)
    assert (here.asked(), here.asked("/news/one")) == (1, 5)
    here.now += timedelta(hours=23, minutes=59)
    at(here, work)
    assert here.asked() == 1
    here.now += timedelta(minutes=2)
    at(here, work)
    assert here.asked() == 2


@pytest.mark.parametrize(
    ("reply", "kept", "told"),
    [
        (Reply(404, b"no"), "", ""),
        (Reply(403, b"no"), "", ""),
        (Reply(200, b""), "", ""),
        (Reply(200, b"<html>User-agent: *\nDisallow: /"), "", ""),
        (Reply(500, b"oh"), None, r"could not be read \(it answered 500\)"),
        (Reply(302, b"", {"Location": "/robots.txt"}), None, "could not be read"),
        (Reply(302, b"", {"Location": "http://127.0.0.1:9/r"}), None, "could not be read"),
        (Reply(200, b"#" * 5_000_001), None, "could not be read"),
        (Reply(200, b"x", {"Content-Encoding": "gzip"}), None, r"could not be read, so its pages"),
        (
            Reply(301, b"", {"Location": "http://other.test/r"}),
            "User-agent: *\nDisallow: /n",
            "out",
        ),
    ],
    ids=["404", "403", "empty", "page", "500", "loop", "private", "large", "broken", "moved"],
)
def test_what_an_answer_in_its_place_means(
    site: Callable[..., Site], reply: Reply, kept: str | None, told: str
) -> None:
    here = site(robots_txt=reply)
    here.server.pages["other.test/r"] = Reply(200, b"User-agent: *\nDisallow: /n")

    async def work(http: HttpFetcher, manners: Manners) -> None:
        if not told:
            assert await opened(http, manners) == 200
            return
        with pytest.raises(RobotsError, match=told):
            await opened(http, manners)

    at(here, work)
    state = here.store.host("http://chips.test")
    assert state is not None
    assert (state.robots, state.robots_at, state.robots_lost) == (kept, NOON, kept is None)
    assert here.workers.calls == (kept or "").count("User")


def test_one_that_could_not_be_had_is_asked_for_again_in_an_hour(
    site: Callable[..., Site],
) -> None:
    here = site(robots_txt=Reply(501, b"oh"))

    async def work(http: HttpFetcher, manners: Manners) -> None:
        for _ in range(2):
            with pytest.raises(RobotsError) as caught:
                await opened(http, manners)
            assert caught.value.retry_after == 3600.0
            assert str(caught.value) == (
                "the robots.txt of http://chips.test could not be read (it answered 501), "
                "so its pages are not opened for an hour"
            )

    at(here, work)
    assert here.asked() == 1
    here.now += timedelta(minutes=61)
    here.server.pages[ROBOTS] = Reply(404)
    assert at(here, opened) == 200


@pytest.mark.parametrize("outage", [Reply(501, b"oh"), Reply(429)], ids=["501", "429"])
def test_in_an_outage_it_keeps_out_and_what_it_wished_before_counts(
    site: Callable[..., Site], outage: Reply
) -> None:
    here = site(robots_txt=Reply(200, b"User-agent: *\nContent-Signal: ai-input=no\nAllow: /"))
    assert at(here, opened) == 200
    here.now += timedelta(days=2)
    here.server.pages[ROBOTS] = outage

    async def work(http: HttpFetcher, manners: Manners) -> None:
        for _ in range(2):
            assert not (await manners.wishes(PAGE)).ai_input
            with pytest.raises((RobotsError, PutOffError)):
                await opened(http, manners)

    at(here, work)
    at(here, work)
    assert here.asked() == 2
    here.now += timedelta(minutes=61)
    here.server.pages[ROBOTS] = Reply(404)
    assert (at(here, opened), at(here, wished)) == (200, Wishes())


async def wished(_http: HttpFetcher, manners: Manners) -> Wishes:
    return await manners.wishes(PAGE)


def test_the_texts_of_many_sites_are_not_held_in_memory(site: Callable[..., Site]) -> None:
    rules = b"User-agent: *\n" + b"Disallow: /a-rather-long-path\n" * 500
    here = site(robots_txt=Reply(200, rules))
    held = Held()

    async def work(_http: HttpFetcher, manners: Manners) -> None:
        urls = [f"http://n{n}.test/x" for n in range(30)]
        await asyncio.gather(*(manners.wishes(url) for url in urls))
        assert (held.calls, held.most) == (30, 4)
        kept = [one for one in vars(manners).values() if isinstance(one, dict | set)]
        assert len(repr(kept)) < 20_000  # characters

    at(here, work, workers=held)


def test_a_page_at_a_refused_address_says_so_itself(site: Callable[..., Site]) -> None:
    here = site()

    async def work(http: HttpFetcher, manners: Manners) -> None:
        with pytest.raises(AddressError, match="loopback"):
            await opened(http, manners, "http://127.0.0.1:9/x")

    at(here, work)
    assert here.server.requests == []


def test_every_hop_is_asked_about_and_what_was_asked_for_is_named(
    site: Callable[..., Site],
) -> None:
    here = site(robots_txt=OUT)
    here.server.pages["short.test/robots.txt"] = Reply(404)
    here.server.pages["short.test/a"] = Reply(302, b"", {"Location": PAGE})

    async def work(http: HttpFetcher, manners: Manners) -> None:
        with pytest.raises(RobotsError) as caught:
            await opened(http, manners, "http://short.test/a")
        assert caught.value.url == "http://short.test/a"
        assert str(caught.value) == (
            "http://short.test/a leads elsewhere: the robots.txt of http://chips.test keeps "
            "programs out of it"
        )

    at(here, work)
    assert here.asked("/news/one") == 0


def test_the_pause_it_asks_for_is_kept_up_to_ten_seconds(site: Callable[..., Site]) -> None:
    here = site(robots_txt=Reply(200, b"User-agent: *\nCrawl-delay: 3"))
    slow = Reply(200, b"User-agent: *\nCrawl-delay: 900")
    here.server.pages["slow.test/robots.txt"] = slow

    async def work(http: HttpFetcher, manners: Manners) -> None:
        await asyncio.gather(*(opened(http, manners) for _ in range(3)))
        assert here.time.slept == [3.0, 3.0, 3.0]  # after robots.txt, and between the pages
        here.time.slept.clear()
        await opened(http, manners, "http://slow.test/news/one")
        assert here.time.slept == [10.0]

    at(here, work)


def test_a_hostile_one_costs_one_worker_and_keeps_out(site: Callable[..., Site]) -> None:
    here = site(robots_txt=Reply(200, b"User-agent: *\nDisallow: /*a*a*a*a$"))
    here.workers.broken = True

    async def work(http: HttpFetcher, manners: Manners) -> None:
        for n in range(3):
            with pytest.raises(RobotsError, match=r"could not be read .took longer than 10 s"):
                await opened(http, manners, f"http://chips.test/{n}")
        assert await manners.wishes(PAGE) == Wishes()

    at(here, work)
    assert here.workers.calls == 1


def test_it_is_read_in_a_process_of_its_own(site: Callable[..., Site]) -> None:
    here = site(robots_txt=Reply(200, b"User-agent: *\nDisallow: /x\nContent-Signal: ai-input=no"))

    async def work() -> None:
        async with (
            ProcessWorkers(1) as workers,
            here.server,
            here.run(workers=workers) as (http, manners),
        ):
            assert await opened(http, manners) == 200
            with pytest.raises(RobotsError):
                await opened(http, manners, "http://chips.test/x")
            assert (await manners.wishes(PAGE)).told == ("robots.txt: ai-input=no",)

    asyncio.run(work())


def test_where_the_user_says_so_it_is_asked_for_its_wishes_only(site: Callable[..., Site]) -> None:
    rules = b"User-agent: *\nDisallow: /\nCrawl-delay: 9\nContent-Signal: ai-input=no"
    here = site(robots_txt=Reply(200, rules))

    async def work(http: HttpFetcher, manners: Manners) -> None:
        assert await opened(http, manners) == 200
        assert here.asked() == 0
        for n in range(2):
            assert not (await manners.wishes(f"{PAGE}{n}")).ai_input

    at(here, work, respect_robots=False)
    assert (here.asked(), here.time.slept) == (1, [])


# --- sites that ask to be left alone ---------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "after", "minutes"),
    [
        (429, None, 15),
        (429, "1800", 30),
        (503, "1800", 30),
        (503, None, 15),
        (429, "999999", 24 * 60),
        (429, "nonsense", 15),
        (429, "0", 1),
        (503, "Tue, 10 Mar 2020 12:00:00 GMT", 1),
    ],
)
def test_a_site_is_put_off_in_this_run_and_after_a_restart(
    site: Callable[..., Site], status: int, after: str | None, minutes: int
) -> None:
    headers = {"Retry-After": after} if after else {}
    here = site(robots_txt=Reply(404), busy=Reply(status, b"", headers))
    until = NOON + timedelta(minutes=minutes)

    async def work(http: HttpFetcher, manners: Manners) -> None:
        with pytest.raises(FetchError) as caught:
            await opened(http, manners, "http://chips.test/busy")
        assert caught.value.status == status
        assert not isinstance(caught.value, PutOffError)
        await again(http, manners)

    async def again(http: HttpFetcher, manners: Manners) -> None:
        for face in (opened, polled):
            with pytest.raises(PutOffError) as caught:
                await face(http, manners)
            day = "" if until.date() == here.now.date() else "11 March "
            assert str(caught.value) == (
                "chips.test asked to be left alone until "
                f"{day}{until:%H:%M} UTC (answered {status})"
            )
            assert caught.value.retry_after == (until - here.now).total_seconds()

    at(here, work)
    asked = here.asked("/busy")
    assert asked == (2 if status == 503 and after is None else 1)  # one retry, and no more
    here.now = until - timedelta(seconds=30)
    at(here, again)
    assert (here.asked("/busy"), here.asked("/news/one")) == (asked, 0)
    here.now = until
    assert at(here, polled) == 200


def test_a_date_to_come_back_at_is_kept(site: Callable[..., Site]) -> None:
    later = datetime.now(UTC) + timedelta(hours=2)
    here = site(busy=Reply(429, b"", {"Retry-After": format_datetime(later, usegmt=True)}))

    async def work(http: HttpFetcher, manners: Manners) -> None:
        with pytest.raises(FetchError):
            await polled(http, manners, "http://chips.test/busy")

    at(here, work)
    state = here.store.host("chips.test")
    assert state is not None
    assert state.put_off_until is not None
    assert abs(state.put_off_until - NOON - timedelta(hours=2)) < timedelta(seconds=30)


def test_those_who_wait_for_their_turn_are_put_off_too(site: Callable[..., Site]) -> None:
    async def busy(_request: Request, _writer: object) -> Reply:
        return Reply(429, b"", {"Retry-After": "60"})

    here = site(robots_txt=Reply(200, b"User-agent: *\nCrawl-delay: 1"), busy=busy)

    async def work(http: HttpFetcher, manners: Manners) -> None:
        urls = [f"http://chips.test/busy?{n}" for n in range(8)]
        here.server.pages |= {f"/busy?{n}": busy for n in range(8)}
        done = await asyncio.gather(
            *(opened(http, manners, url) for url in urls), return_exceptions=True
        )
        assert sum(isinstance(error, PutOffError) for error in done) >= 6

    at(here, work)
    assert len(here.server.requests) <= 1 + 2  # robots.txt, and two at once


def test_only_the_site_that_answered_is_put_off(site: Callable[..., Site]) -> None:
    here = site()
    here.server.pages["short.test/a"] = Reply(301, b"", {"Location": "http://chips.test/busy"})
    here.server.pages["/busy"] = Reply(429)
    here.server.pages["short.test/b"] = Reply(200, b"b")

    async def work(http: HttpFetcher, manners: Manners) -> None:
        with pytest.raises(FetchError, match=r"short.test/a answered 429"):
            await polled(http, manners, "http://short.test/a")
        assert await polled(http, manners, "http://short.test/b") == 200
        with pytest.raises(PutOffError, match=r"short.test/a leads elsewhere: chips.test asked"):
            await polled(http, manners, "http://short.test/a")

    at(here, work)


def test_a_longer_wish_is_not_shortened_and_our_rules_are_kept(site: Callable[..., Site]) -> None:
    rules = b"# All welcome\nUser-agent: *\nDisallow: /x\n\nUser-agent: greedy\nDisallow: /\n"
    here = site(robots_txt=Reply(200, rules))

    async def work(http: HttpFetcher, manners: Manners) -> None:
        await opened(http, manners)
        manners.refused(PAGE, 503, 7200.0)
        manners.refused(PAGE, 429, 60.0)

    at(here, work)
    ours = "User-agent: *\nDisallow: /x"
    assert here.store.host("http://chips.test") == HostState("http://chips.test", ours, NOON)
    assert here.store.host("chips.test") == HostState(
        "chips.test", put_off_until=NOON + timedelta(hours=2), put_off_why="answered 503"
    )


def test_a_host_is_put_off_under_every_scheme_and_port(site: Callable[..., Site]) -> None:
    here = site()

    async def work(_http: HttpFetcher, manners: Manners) -> None:
        manners.refused(PAGE, 429, None)
        for url in ("https://chips.test/", "http://chips.test:8080/x"):
            assert manners.put_off(url) is not None
        assert manners.put_off("http://www.chips.test/") is None

    at(here, work)


def test_what_was_put_off_by_a_clock_that_was_ahead_does_not_count(
    site: Callable[..., Site],
) -> None:
    here = site(robots_txt=Reply(404))
    here.now += timedelta(days=200)

    async def refused(_http: HttpFetcher, manners: Manners) -> None:
        manners.refused(PAGE, 503, 7200.0)

    at(here, refused)
    here.now = NOON
    assert at(here, opened) == 200
    at(here, refused)
    state = here.store.host("chips.test")
    assert state is not None
    assert state.put_off_until == NOON + timedelta(hours=2)


def test_another_process_s_put_off_counts_at_once_and_is_kept(site: Callable[..., Site]) -> None:
    here = site(robots_txt=Reply(200, b"User-agent: *\nDisallow: /x"))

    async def work(http: HttpFetcher, manners: Manners) -> None:
        async with here.run() as (_, other):
            assert manners.put_off(PAGE) is None
            other.refused(PAGE, 429, 7200.0)
            assert manners.put_off(PAGE) is not None
            with pytest.raises(PutOffError):
                await opened(http, manners)
            await other.wishes("http://chips.test:81/")  # saves what it heard of another origin

    at(here, work)
    here.server.pages[ROBOTS] = OUT
    here.now += timedelta(hours=1)
    at(here, lambda _http, manners: manners.wishes(PAGE))
    state = here.store.host("chips.test")
    assert state is not None
    assert state.put_off_until == NOON + timedelta(hours=2)


def test_names_and_origins() -> None:
    assert product("ai-news-digest/0.1 (+no contact given)") == "ai-news-digest"
    assert product("MyReader") == "MyReader"
    assert origin_of("HTTPS://me:pw@Chips.test:443/a?b#c") == "https://chips.test"
    assert origin_of("http://chips.test:8080/" + "x" * 3_000) == "http://chips.test:8080"
    assert host_of("HTTPS://me:pw@Chips.test:8443/a?b#c") == "chips.test"


def test_what_an_address_wraps_is_not_the_site_that_is_asked() -> None:
    assert origin_of("http://www.google.com/url?q=http://victim.test/") == "http://www.google.com"
    assert host_of("https://cdn.ampproject.org/c/s/victim.test/a") == "cdn.ampproject.org"
    assert origin_of("http://[x/feed") == host_of("http://[x/feed") == ""
    assert origin_of("http://chips.test/" + "x" * 9_000) == "http://chips.test"


def test_a_robots_txt_that_leads_to_a_put_off_site_is_asked_for_once(
    site: Callable[..., Site],
) -> None:
    led = Reply(302, b"", {"Location": "http://busy.test/robots.txt"})
    place = site(**{"robots.txt": led})

    async def work(http: HttpFetcher, manners: Manners) -> None:
        manners.refused("http://busy.test/", 429, 7_200.0)
        for n in range(3):
            with pytest.raises(RobotsError, match="could not be read"):
                await opened(http, manners, f"http://chips.test/news/{n}")

    at(place, work)
    assert place.asked() == 1
