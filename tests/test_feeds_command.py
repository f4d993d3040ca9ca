"""``digest feeds`` as it is typed: what is shown, asked, written and left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from digest import app
from digest.adapters.store import SqlStore
from digest.app import feedfile
from digest.core.health import examine
from digest.errors import ConfigError, RunError
from digest.feedtable import health_table
from digest.models import Feed, FeedState, HostState
from digest.newsroom.server import Answer
from digest.render.columns import columns
from tests.command import END, Done, OddNewsroom, call, digest

AT = ("--at", END.isoformat())
XML = "application/rss+xml"
A, B, HOME = "http://a.test/feed", "http://b.test/feed", "http://home.test/"
STORY = (
    "The council of Harrow Bay has put {n} of its trams on a timetable that a program draws up "
    "anew each hour, and says that waiting times fell by a fifth within a month of the change. "
)

ERROR = b"<title>404 Not Found</title><h1>404 Not Found</h1><p>The page was not found.</p>"
CONSENT = (
    b"<title>Before you continue</title><h1>We value your privacy</h1><p>We and our partners use "
    b"cookies. Accept all cookies, reject all, or manage your cookie preferences and consent.</p>"
)

CONFIG = """\
# my sources
store: sqlite:///digest.db
fetch: {{connect_to: {{"*.test": "{address}"}}, per_domain: {{interval: 0}}}}
workers: {{processes: 2}}

feeds:
  # first
  - {{url: "http://a.test/feed", name: Alpha, category: press}}  # a comment

timezone: UTC
"""


def feed(host: str, title: str = "A wire", *, head: str = "", days: int = 3) -> Answer:
    """Return an RSS feed of three entries, the newest five hours old."""
    items = "".join(
        f"<item><title>Trams {n}</title><link>http://{host}/{n}</link>"
        f"<pubDate>{format_datetime(END - timedelta(days=n * days, hours=5))}</pubDate></item>"
        for n in range(3)
    )
    body = f"<rss version='2.0'><channel><title>{title}</title>{head}{items}</channel></rss>"
    return Answer(200, body.encode(), XML)


def page(head: str = "") -> Answer:
    text = "".join(f"<p>{STORY.format(n=n)}</p>" for n in range(12))
    body = f"<html><head><title>Trams</title>{head}</head><body><article>{text}</article></body>"
    return Answer(200, body.encode())


@pytest.fixture
def web() -> Iterator[OddNewsroom]:
    with OddNewsroom({"a.test/feed": feed("a.test"), "a.test/0": page()}) as web:
        yield web


@pytest.fixture
def desk(web: OddNewsroom, tmp_path: Path) -> Path:
    """A folder with a configuration that lists one feed."""
    (tmp_path / "config.yaml").write_text(CONFIG.format(address=web.address), encoding="utf-8")
    return tmp_path


def text(desk: Path) -> str:
    return (desk / "config.yaml").read_text(encoding="utf-8")


def listed(desk: Path) -> list[tuple[str, str, str]]:
    feeds = app.read_config(desk / "config.yaml").feed_list()
    return [(feed.url, feed.name, feed.category) for feed in feeds]


def remember(desk: Path, *states: FeedState, hosts: tuple[HostState, ...] = ()) -> None:
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        for state in states:
            store.save_feed(state, [], END)
        for host in hosts:
            store.save_host(host)


def remembered(desk: Path) -> dict[str, FeedState]:
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        return store.feed_states()


def checked(desk: Path, *urls: str) -> tuple[int, list[dict[str, Any]], str]:
    done = call(desk, "feeds", "check", *urls, *AT, "--json")
    return done.code, json.loads(done.out), done.err


def failed(done: Done, code: int, *told: str) -> None:
    assert (done.code, done.out) == (code, "")
    for words in told:
        assert words in done.err, done.err


# --- list ------------------------------------------------------------------------------------


def add_lines(desk: Path, *lines: str) -> None:
    config = text(desk).replace("\ntimezone", "".join(f"  {x}\n" for x in lines) + "\ntimezone")
    (desk / "config.yaml").write_text(config, encoding="utf-8")


def test_list_shows_trouble_first_and_asks_nobody(desk: Path, web: OddNewsroom) -> None:
    long = "A very long name for a source that goes on 漢字漢字"
    add_lines(
        desk,
        f'- {{url: "http://b.test/feed", name: {long}, category: open source press}}',
        '- {url: "http://c.test/feed", name: Cold}',
        '- {url: "http://d.test/feed"}',
    )
    days = timedelta(days=1)
    well = FeedState(
        A, checked_at=END, succeeded_at=END - days / 8, newest_at=END - days, per_week=9.6
    )
    remember(
        desk,
        well,
        FeedState(B, checked_at=END, succeeded_at=END - 9 * days, failures=12, status=500,
                  error=f"{B} answered 500", due_at=END + days / 2),
        FeedState("http://c.test/feed", checked_at=END, failures=1, gone=True, status=410),
    )  # fmt: skip
    done = call(desk, "feeds", "list", *AT)
    lines = done.out.splitlines()
    assert (done.code, done.err, web.requests) == (0, "", [])
    assert [line.split("  ")[0] for line in lines[:5]] == [
        "feed",
        "Cold",
        "A very long name for a sou…",
        "http://d.test/feed",
        "Alpha",
    ]
    assert " ".join(lines[2].split()) == "A very long name for a sou… failing 9d 12 in 12h"
    assert " ".join(lines[4].split()) == "Alpha healthy 3h 10 24h due"
    assert "not read yet  never" in lines[3]
    assert "! Cold: it is gone for good (410): take it out" in done.out
    told = " ".join(done.out.split())
    assert f"{long}: answered 500, 12 times in a row; it is tried again in 12h" in told
    assert lines[-1] == "4 feeds: 1 healthy, 1 not read yet, 1 failing, 1 gone"
    assert max(columns(line) for line in lines) <= 80
    assert "\x1b" not in done.out


def test_list_as_json_and_without_a_store(desk: Path) -> None:
    (row,) = json.loads(call(desk, "feeds", "list", *AT, "--json").out)
    assert (row["url"], row["name"], row["category"]) == (A, "Alpha", "press")
    assert (row["state"], row["last_success_at"], row["failures"]) == ("not read yet", None, 0)
    assert not (desk / "digest.db").exists()


@pytest.mark.parametrize(
    ("width", "heading", "row"),
    [
        (200, "feed category state", "A review of technology open source not read yet"),
        (80, "feed state", "A review of technology not read yet"),
        (40, "feed state", "A review of tec… not read yet"),
    ],
)
def test_the_table_fits_the_terminal_and_names_come_before_categories(
    width: int, heading: str, row: str
) -> None:
    feeds = [Feed(A, "A review of technology", "open source"), Feed(B, "B", "press")]
    lines = list(health_table([examine(feed, {}, END) for feed in feeds], END, width))
    assert " ".join(lines[0].split()).startswith(heading)
    assert " ".join(lines[1].split()).startswith(row)
    assert max(columns(line) for line in lines) <= max(width, 72)


# --- check -----------------------------------------------------------------------------------


def test_check_tells_what_a_feed_and_its_publisher_say(desk: Path, web: OddNewsroom) -> None:
    web.odd |= {
        "a.test/feed": feed("a.test", head="<ttl>90</ttl>"),
        "a.test/robots.txt": Answer(
            200, b"User-agent: *\nContent-Signal: ai-input=no\nDisallow: /no", "text/plain"
        ),
        "a.test/0": page('<meta name="robots" content="noai, max-snippet:50">'),
    }
    code, (row,), err = checked(desk)
    assert (code, row["answered"], row["http_status"], row["format"]) == (0, True, 200, "RSS")
    assert (row["entries"], row["entries_per_week"]) == (3, pytest.approx(2.33, abs=0.01))
    assert (row["robots"], row["page"]["quality"]) == ("allow", "full")
    assert row["wishes"]["ai_input"] is False
    assert row["wishes"]["max_snippet"] == 50
    assert {told.partition(":")[0] for told in row["wishes"]["told"]} == {"robots.txt", "the page"}
    assert row["poll_after_seconds"] == 5400
    assert err.count("publishers are not told whom to write to; set `fetch.user_agent`") == 1
    shown = call(desk, "feeds", "check", *AT).out
    assert shown.startswith(f"Alpha — {A}\n  answer  200, RSS, 3 entries, the newest 5h ago, ")
    assert "to be read no more often than every 90 minutes" in shown
    told = " ".join(shown.split())
    assert "full text" in told and "no text to language models (robots.txt: " in told
    assert shown.endswith("\n1 feed: 1 could be read\n")
    assert remembered(desk) == {}  # nothing of a feed that no run has asked


def test_check_says_what_keeps_pages_shut(desk: Path, web: OddNewsroom) -> None:
    web.odd["a.test/robots.txt"] = Answer(200, b"User-agent: *\nDisallow: /", "text/plain")
    code, (row,), _ = checked(desk)
    assert (code, row["robots"], row["page"]["quality"]) == (0, "refuse", None)
    assert "a.test/0" not in [r.host + r.path for r in web.requests]
    assert "keeps programs out of its articles" in call(desk, "feeds", "check", *AT).out


def test_check_fails_where_a_feed_does_not_answer_and_names_moves(
    desk: Path, web: OddNewsroom
) -> None:
    web.odd |= {
        "b.test/feed": Answer(301, headers={"Location": "http://new.test/feed"}),
        "new.test/feed": feed("new.test"),
    }
    code, rows, _ = checked(desk, B, "http://c.test/feed")
    assert code == 1
    assert [row["answered"] for row in rows] == [True, False]
    assert rows[0]["moved_to"] == "http://new.test/feed"
    assert rows[1]["http_status"] == 404
    secret = "http://u:pw@c.test/feed?token=abcd1234"
    shown = call(desk, "feeds", "check", B, secret, *AT).out
    assert "for good: add it with `digest feeds add http://new.test/feed`" in shown
    add_lines(desk, f"- {{url: {B}}}")
    assert "put `url: http://new.test/feed` in" in call(desk, "feeds", "check", B, *AT).out
    assert "http://c.test/feed?token=…\n  FAILED  answered 404: its address leads" in shown
    assert "pw" not in shown and "abcd" not in shown
    assert shown.endswith("\n2 feeds: 1 could be read, 1 could not\n")
    added = call(desk, "feeds", "add", secret, *AT).err
    assert added.rstrip().endswith("http://c.test/feed?token=… is not added: it answered 404")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(429, headers={"Retry-After": "7200"}), "it asks to be left alone for 2 hours"),
        (Answer(429, headers={"Retry-After": "604800"}), "it asks to be left alone for 7 days"),
        (Answer(429), "it asks to be left alone for a while"),
        (Answer(410), "it is gone for good; take it out with `digest feeds remove`"),
    ],
)
def test_check_says_what_an_answer_means(
    desk: Path, web: OddNewsroom, answer: Answer, told: str
) -> None:
    web.odd["a.test/feed"] = answer
    shown = " ".join(call(desk, "feeds", "check", *AT).out.split())
    assert f"FAILED answered {answer.status}: {told} 1 feed: 0 could be read" in shown


def test_check_opens_no_page_where_none_may_be_opened(desk: Path, web: OddNewsroom) -> None:
    config = text(desk).replace("category: press", "full_text: feed")
    (desk / "config.yaml").write_text(config, encoding="utf-8")
    code, (row,), _ = checked(desk)
    assert (code, row["robots"], row["page"]["quality"]) == (0, None, None)
    assert [r.path for r in web.requests] == ["/feed", "/robots.txt"]


@pytest.mark.parametrize(
    ("robots", "answer", "config", "told"),
    [
        (Answer(404), page(), "", "wishes none: its text may be used"),
        (Answer(404), Answer(404), "", "wishes not known: no page was opened"),
        *(
            (Answer(404), Answer(200, body), "", "wishes not known: the article’s page was not sho")
            for body in (ERROR, CONSENT)
        ),
        (Answer(404), page(), "full_text: feed", "wishes not known: no page was opened"),
        (
            Answer(501),
            page(),
            "",
            "robots its robots.txt could not be read, so its pages are not opened for an hour",
        ),
        (
            Answer(501),
            page(),
            "",
            "wishes not known: robots.txt could not be read, no page was opened",
        ),
        (
            Answer(200, b"User-agent: *\nContent-Signal: ai-input=no\nDisallow: /", "text/plain"),
            page('<meta name="robots" content="nosnippet">'),
            "respect_robots: false",
            "wishes no text to language models (robots.txt: ai-input=no); "
            "nothing of it may be quoted (the page: nosnippet)",
        ),
        (
            Answer(200, b"User-agent: *\nContent-Signal: ai-input=no", "text/plain"),
            page(),
            "full_text: feed",
            "wishes no text to language models (robots.txt: ai-input=no); "
            "more is not known: no page was opened",
        ),
    ],
)
def test_check_tells_wishes_it_knows_from_those_it_does_not(
    desk: Path, web: OddNewsroom, robots: Answer, answer: Answer, config: str, told: str
) -> None:
    web.odd |= {"a.test/robots.txt": robots, "a.test/0": answer}
    written = text(desk)
    if "full_text" in config:
        written = written.replace("category: press", config)
    elif config:
        written = written.replace("fetch: {", f"fetch: {{{config}, ")
    (desk / "config.yaml").write_text(written, encoding="utf-8")
    assert told in " ".join(call(desk, "feeds", "check", *AT).out.split())


def test_check_reads_the_feed_of_a_home_page_and_fallbacks(desk: Path, web: OddNewsroom) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="{}">'
    web.odd |= {
        "home.test/": page(link.format("/rss") + link.format("/other")),
        "home.test/rss": feed("home.test"),
        "b.test/feed": feed("b.test"),
    }
    add_lines(desk, f'- {{url: "http://c.test/feed", fallbacks: ["{B}"]}}')
    lost = FeedState("http://c.test/feed", checked_at=END, failures=2)
    remember(desk, lost, FeedState(B, checked_at=END, failures=5))
    code, rows, _ = checked(desk, HOME, "http://c.test/feed")
    assert (code, [row["address"] for row in rows]) == (0, ["http://home.test/rss", B])
    assert rows[0]["feeds"] == ["http://home.test/rss", "http://home.test/other"]
    assert rows[1]["trouble"] == "http://c.test/feed answered 404"
    assert remembered(desk)[lost.url] == lost
    assert remembered(desk)[B].failures == 0
    shown = call(desk, "feeds", "check", HOME, *AT).out
    told = "trouble is a web page, not a feed: "
    put = "put `url: http://home.test/rss` in its place"
    assert f"{told}add it with `digest feeds add http://home.test/rss`" in " ".join(shown.split())
    add_lines(desk, f"- {{url: {HOME}}}")
    assert told + put in " ".join(call(desk, "feeds", "check", HOME, *AT).out.split())


def test_check_takes_a_feeds_name_as_remove_does(desk: Path, web: OddNewsroom) -> None:
    add_lines(desk, f'- {{url: "{B}", name: Twin}}', '- {url: "http://c.test/", name: twin}')
    code, (row,), _ = checked(desk, "alpha", A)
    assert (code, row["url"]) == (0, A)
    asked = len(web.requests)
    told = "“Gone” is no http or https address and no feed’s name"
    failed(call(desk, "feeds", "check", "Alpha", "Gone", *AT), 2, told)
    failed(call(desk, "feeds", "check", "Twin", *AT), 2, "2 feeds have this name; give the address")
    failed(call(desk, "feeds", "check", "", *AT), 2, "“” is no http or https address")
    assert len(web.requests) == asked


def test_what_was_just_now_is_told_so(desk: Path) -> None:
    five_hours_ago = ("--at", (END - timedelta(hours=5)).isoformat())
    shown = call(desk, "feeds", "check", *five_hours_ago).out
    assert "3 entries, the newest just now, " in shown
    remember(desk, FeedState(A, checked_at=END, succeeded_at=END, newest_at=END))
    row = call(desk, "feeds", "list", *AT).out.splitlines()[1]
    assert row.split() == ["Alpha", "press", "healthy", "now", "<1m", "due"]


def test_a_feed_given_up_is_taken_up_when_it_answers(desk: Path, web: OddNewsroom) -> None:
    later = END + timedelta(days=3_000)
    gone = FeedState(A, checked_at=END, gone=True, failures=7, due_at=later, error="x", title="A")
    off = HostState("a.test", put_off_until=later, put_off_why="answered 429")
    remember(desk, gone, hosts=(off,))
    web.odd["a.test/feed"] = Answer(410)
    assert checked(desk)[0] == 1
    assert remembered(desk)[A] == gone
    web.odd["a.test/feed"] = feed("a.test")
    code, (row,), _ = checked(desk)
    assert (code, row["page"]["quality"]) == (0, "full")
    state = remembered(desk)[A]
    assert (state.gone, state.failures, state.due_at, state.error) == (False, 0, None, "")
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        host = store.host("a.test")
        assert host is not None and host.put_off_until is None
        assert store.counts()["entries"] == 0


def test_a_site_that_wants_to_be_left_alone_is_put_off(desk: Path, web: OddNewsroom) -> None:
    web.odd["a.test/feed"] = Answer(429, headers={"Retry-After": "3600"})
    assert checked(desk)[0] == 1
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        host = store.host("a.test")
    assert host is not None and host.put_off_until is not None
    (row,) = json.loads(call(desk, "feeds", "list", "--json").out)
    assert (row["state"], row["last_success_at"]) == ("put off", None)
    assert row["advice"].startswith("left alone until ")
    assert row["next_at"] == host.put_off_until.isoformat(timespec="seconds")


# --- add and remove --------------------------------------------------------------------------


def test_a_feed_is_added_by_its_own_title_and_taken_out_again(desk: Path, web: OddNewsroom) -> None:
    web.odd["b.test/feed"] = feed("b.test", title="B &amp; “Co”: ${HOME}")
    (desk / "config.yaml").chmod(0o640)
    (desk / "link.yaml").symlink_to("config.yaml")
    before = text(desk)
    done = call(desk, "feeds", "add", B, "--category", "labs", *AT, "--config", "link.yaml")
    assert (done.code, done.err) == (0, "")
    assert done.out == f"B & “Co”: {{HOME}} ({B}) is added to link.yaml\n"
    assert listed(desk)[1:] == [(B, "B & “Co”: {HOME}", "labs")]
    row = f'  - {{url: "{B}", name: "B & “Co”: {{HOME}}", category: labs}}\n'
    assert text(desk) == before.replace("# a comment\n", f"# a comment\n{row}")
    assert (desk / "link.yaml").is_symlink()
    assert (desk / "config.yaml").stat().st_mode & 0o777 == 0o640
    assert call(desk, "feeds", "remove", "http://b.test/feed/").out == (
        "B & “Co”: {HOME} is taken out of config.yaml; its stored articles stay\n"
    )
    assert text(desk) == before


def test_what_is_known_silent_or_no_feed_is_not_added(desk: Path, web: OddNewsroom) -> None:
    web.odd |= {"b.test/feed": page(), "moved.test/feed": Answer(301, headers={"Location": A})}
    before = text(desk)
    failed(call(desk, "feeds", "add", "https://a.test/feed/"), 2, "is in the list already (Alpha)")
    failed(call(desk, "feeds", "add", "http://moved.test/feed"), 2, "is in the list already")
    failed(call(desk, "feeds", "add", "http://c.test/x"), 1, "is not added:", "answered 404")
    failed(call(desk, "feeds", "add", B), 1, "is not added:", "web page")
    failed(call(desk, "feeds", "add", "ftp://c.test/x"), 2, "is no http or https address")
    failed(call(desk, "feeds", "add", "http://c.test/${HOME}"), 2, "is no http or https address")
    failed(call(desk, "feeds", "add", A, "--config", "none.yaml"), 2, "there is no such file")
    assert text(desk) == before


def test_of_a_home_page_its_first_feed_is_added_and_the_others_named(
    desk: Path, web: OddNewsroom
) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="{}">'
    web.odd |= {
        "home.test/": page(link.format("/rss") + link.format("/other")),
        "home.test/rss": feed("home.test"),
    }
    done = call(desk, "feeds", "add", HOME, "--name", "Home", *AT)
    assert done.out == "Home (http://home.test/rss) is added to config.yaml\n"
    assert done.err == "its page names another feed: http://home.test/other\n"
    assert listed(desk)[1:] == [("http://home.test/rss", "Home", "")]


def test_a_feed_comes_into_a_configuration_that_has_none(desk: Path) -> None:
    head = text(desk).partition("feeds:")[0]
    (desk / "config.yaml").write_text("\ufeff" + head + "feeds: []  # none\n", encoding="utf-8")
    assert call(desk, "feeds", "add", A, *AT).code == 0
    assert listed(desk) == [(A, "A wire", "")]
    assert text(desk).startswith("\ufeff# my sources\n") and "feeds:  # none\n" in text(desk)


def test_removing_says_what_is_meant(desk: Path) -> None:
    failed(call(desk, "feeds", "remove", "Alpha"), 2, "it is the only feed")
    add_lines(desk, f'- {{url: "{B}", name: Twin}}', '- {url: "http://c.test/", name: twin}')
    failed(call(desk, "feeds", "remove", "Beta"), 2, "no feed in config.yaml has this address")
    failed(call(desk, "feeds", "remove", "Twin"), 2, "2 feeds have this name; give the address")
    assert call(desk, "feeds", "remove", "alpha", "--json").report()["said"].startswith("Alpha is")
    assert [url for url, _, _ in listed(desk)] == [B, "http://c.test/"]
    assert "# first\n" in text(desk) and "# a comment" not in text(desk)


def test_a_feed_once_retired_is_asked_again_when_it_is_added_anew(
    desk: Path, web: OddNewsroom
) -> None:
    web.odd["b.test/feed"] = feed("b.test")
    remember(desk, FeedState(B, checked_at=END, gone=True, failures=3))
    assert call(desk, "feeds", "add", B, *AT).code == 0
    assert (remembered(desk)[B].gone, remembered(desk)[B].failures) == (False, 0)


def test_no_foreign_address_fills_in_a_variable(desk: Path, web: OddNewsroom) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/f?x=${HOME}">'
    web.odd |= {
        "b.test/feed": Answer(301, headers={"Location": "/f?x=${HOME}"}),
        "b.test/f?x=${HOME}": feed("b.test"),
        "home.test/": page(link),
        "home.test/f?x=$%7BHOME%7D": feed("home.test"),
    }
    for url in (B, HOME):
        assert call(desk, "feeds", "add", url, *AT).code == 0
    assert [url for url, _, _ in listed(desk)[1:]] == [
        f"http://{host}.test/f?x=$%7BHOME%7D" for host in ("b", "home")
    ]


def test_commands_at_the_same_time_keep_each_others_changes(desk: Path, web: OddNewsroom) -> None:
    web.odd |= {"c.test/f": feed("c.test", "C"), "d.test/f": feed("d.test", "D")}
    path = desk / "config.yaml"
    opml = b'<opml><body><outline xmlUrl="http://e.test/f"/></body></opml>'

    def add(url: str) -> Any:
        return app.add_feed(path, url, name="", category="", now=END)

    with ThreadPoolExecutor() as threads:
        with feedfile.alone(path):
            busy = pytest.raises(RunError, match="another command is changing")
            with busy, feedfile.alone(path, patience=0):
                pass
            kept: list[Future[Any]] = [
                threads.submit(add, "http://c.test/f"),
                threads.submit(app.import_feeds, path, opml, END, name="x"),
                threads.submit(app.remove_feed, path, "Alpha"),
            ]
            late = threads.submit(add, "http://d.test/f")
            assert not wait([*kept, late], 0.6).done
            feedfile.add(path, [Feed("http://d.test/f", "First")])
        for done in kept:
            done.result()
        with pytest.raises(ConfigError, match="in the list already"):
            late.result()
    assert sorted(name or url for url, name, _ in listed(desk)) == ["C", "First", "http://e.test/f"]
    assert {file.name for file in desk.iterdir()} <= {"config.yaml", "digest.db"}


# --- OPML ------------------------------------------------------------------------------------

LIST = (
    '<opml version="2.0"><body><outline text="labs"><outline text="B" xmlUrl="http://b.test/feed"/>'
    '<outline text="A again" xmlUrl="https://a.test/feed/"/></outline>'
    '<outline text="C" xmlUrl="http://c.test/x,y"/><outline text="B" xmlUrl="http://b.test/feed/"/>'
    '<outline text="Odd" xmlUrl="file:///etc/passwd"/></body></opml>'
)


def test_opml_comes_in_once_and_nobody_is_asked(desk: Path, web: OddNewsroom) -> None:
    (desk / "list.opml").write_text(LIST, encoding="utf-8")
    done = call(desk, "feeds", "import", "list.opml")
    assert done.code == 0
    assert done.out == (
        "2 feeds are added to config.yaml, 2 there already, 1 not usable; "
        "`digest feeds check` says whether they answer\n"
    )
    assert done.err == "“Odd”: “file:///etc/passwd” is no http or https address\n"
    assert listed(desk) == [
        (A, "Alpha", "press"),
        (B, "B", "labs"),
        ("http://c.test/x,y", "C", ""),
    ]
    before = text(desk)
    assert call(desk, "feeds", "import", "list.opml").out.startswith("none is new, 4 there already")
    assert (text(desk), web.requests) == (before, [])
    failed(call(desk, "feeds", "import", "none.opml"), 2, "none.opml cannot be read")
    (desk / "none.opml").write_text("<opml><body/></opml>", encoding="utf-8")
    failed(call(desk, "feeds", "import", "none.opml"), 2, "none.opml lists no feed that can be")


def test_opml_goes_out_and_comes_back_as_it_was(desk: Path) -> None:
    add_lines(desk, '- {url: "http://me:secret@b.test/?a=1&b", name: "B & <C>", category: x/y}')
    done = call(desk, "feeds", "export", "mine.opml", *AT)
    assert done.out == (
        "2 feeds written to mine.opml, which only you may read: addresses may hold passwords\n"
    )
    (desk / "mine.opml").chmod(0o644)
    assert call(desk, "feeds", "export", "mine.opml", *AT).code == 0
    assert (desk / "mine.opml").stat().st_mode & 0o777 == 0o600
    printed = call(desk, "feeds", "export", "-", *AT).out
    assert printed == (desk / "mine.opml").read_text(encoding="utf-8")
    assert "Wed, 14 May 2025 06:30:00 +0000" in printed
    feeds = listed(desk)
    (desk / "config.yaml").write_text(
        text(desk).partition("feeds:")[0] + "timezone: UTC\n", encoding="utf-8"
    )
    assert call(desk, "feeds", "import", "mine.opml").code == 0
    assert listed(desk) == feeds


def test_what_is_no_opml_is_not_replaced_by_an_export(desk: Path) -> None:
    before = text(desk)
    done = call(desk, "feeds", "export", "config.yaml", *AT)
    failed(
        done, 2, "config.yaml is not an OPML file (line 1: not well-formed); it is left as it is"
    )
    assert text(desk) == before
    failed(call(desk, "feeds", "export", ".", *AT), 2, ". is no file")
    (desk / "empty.opml").touch()
    assert call(desk, "feeds", "export", "empty.opml", *AT).code == 0


def test_a_list_for_a_pipe_has_no_colour_and_takes_little_time(desk: Path) -> None:
    done = digest(desk, "feeds", "list", environment={"FORCE_COLOR": "1"})
    assert (done.code, done.err, "\x1b" in done.out) == (0, "", False)
