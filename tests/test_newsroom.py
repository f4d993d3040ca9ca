"""The newsroom holds what real days hold, and serves it as real servers do."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest

from digest.newsroom import pages, world
from digest.newsroom.outcomes import EXPECTED
from digest.newsroom.server import Newsroom
from digest.newsroom.world import Piece

END = datetime(2025, 5, 14, 6, 30, tzinfo=UTC)  # a Wednesday

WHOLE = {"news", "wire-copy", "opinion", "rewrite", "off-topic", "injection", "undated"}
WHOLE |= {"future-date"}
# Companies that exist; only the story of the seed may name any.
REAL = re.compile(
    r"\b(Google|Alphabet|DeepMind|Gemini|Nvidia|Anthropic|Claude|Meta|Llama|Facebook|Apple|Amazon"
    r"|AWS|Tesla|xAI|Grok|Mistral|DeepSeek|Samsung|Intel|AMD|TSMC|ASML|IBM|Oracle|Qualcomm|Huawei"
    r"|Baidu|Alibaba|Qwen|Tencent|ByteDance|Cohere|Perplexity|Hugging Face|GitHub|Reuters|Bloomberg"
    r"|Twitter|Microsoft|OpenAI|ChatGPT|GPT|Azure|Copilot|Bing|Inflection|Altman|Musk|Nadella)\b"
)


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(END) as room:
        yield room


@pytest.fixture(scope="module")
def placed() -> world.World:
    return world.place(world.load(), END)


def get(
    room: Newsroom, url: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Ask the newsroom for a URL as a client with ``connect_to`` would; no redirect is followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", room.port, timeout=10)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = {"Host": parts.netloc, **{k.replace("_", "-"): v for k, v in headers.items()}}
        connection.request(method, target, headers=sent)
        answer = connection.getresponse()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, fields, answer.read()
    finally:
        connection.close()


def live(placed: world.World) -> list[world.Outlet]:
    return [outlet for outlet in placed.outlets.values() if outlet.state == "live"]


def parsed(body: bytes, content_type: str) -> Any:
    import feedparser

    found = feedparser.parse(
        BytesIO(body),
        response_headers={"content-type": content_type},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    # text/xml without a charset means ASCII to the letter of RFC 3023; feedparser looks further
    override = feedparser.CharacterEncodingOverride
    assert not found.bozo or isinstance(found.bozo_exception, override)
    return found


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


# --- the texts ------------------------------------------------------------------------------


def test_every_special_item_is_an_article_or_a_feed_of_the_world(placed: world.World) -> None:
    known = {piece.url for piece in placed.pieces}
    known |= {outlet.feed_url for outlet in placed.outlets.values()}
    named = [url for item in EXPECTED.values() for url in item.urls + item.apart]
    assert [url for url in named if url not in known] == []
    kinds = {piece.kind for piece in placed.pieces}
    assert {"teaser", "consent", "opinion", "rewrite", "injection", "off-topic"} < kinds


def test_the_days_are_as_full_as_real_ones(placed: world.World) -> None:
    told: dict[int, dict[str, set[str]]] = {1: {}, 2: {}, 3: {}}
    for piece in placed.pieces:
        if piece.kind not in ("off-topic", "opinion", "rewrite", "missing", "soft-error"):
            told[piece.day].setdefault(piece.story, set()).add(piece.outlet.key)
    assert 4 <= len(told[1]) <= 6
    assert 4 <= len(told[2]) <= 7
    assert len(told[3]) >= 8
    assert sum(len(outlets) >= 2 for outlets in told[3].values()) >= 3
    assert len(told[3]["microsoft-openai"]) == 4
    assert len(told[3]["drayloft-ormside"]) == 5


def test_outlets_word_the_same_story_differently(placed: world.World) -> None:
    def shingles(piece: Piece) -> set[tuple[str, ...]]:
        found = words(" ".join(piece.paragraphs).lower())
        return {tuple(found[i : i + 6]) for i in range(len(found) - 5)}

    for one in placed.pieces:
        for other in placed.pieces:
            if one.key < other.key and one.story == other.story:
                a, b = shingles(one), shingles(other)
                alike = len(a & b) / min(len(a), len(b))
                copies = one.kind == other.kind == "wire-copy"
                assert alike > 0.95 if copies else alike < 0.05, (one.key, other.key, alike)


def test_only_the_story_of_the_seed_names_real_companies(placed: world.World) -> None:
    for piece in placed.pieces:
        text = "\n".join((piece.title, piece.summary, piece.author, *piece.tags, *piece.paragraphs))
        found = set(REAL.findall(text))
        if piece.story == "microsoft-openai":
            seed = {"Microsoft", "OpenAI", "GPT", "Azure", "Bing", "Inflection", "Altman"}
            assert found <= seed
        else:
            assert found == set(), piece.key


def test_every_address_ends_in_test(newsroom: Newsroom, placed: world.World) -> None:
    harmless = {"schema.org", "ogp.me", "www.w3.org", "purl.org", "jsonfeed.org"}
    urls = [piece.url for piece in placed.pieces] + [o.feed_url for o in live(placed)]
    for url in urls:
        _, _, body = get(newsroom, url)
        hosts = set(re.findall(rb"https?://([^/\"'<>\s?]+)", body))
        named = {host.decode().rstrip(".") for host in hosts} - harmless
        assert [host for host in named if not host.endswith(".test")] == [], url


def test_weekdays_agree_between_outlets_and_follow_from_day_to_day(placed: world.World) -> None:
    assert not [p.key for p in placed.pieces if re.search(r"[{}]", repr(p.paragraphs) + p.summary)]
    by_key = {piece.key: piece for piece in placed.pieces}
    for key in ("harbour", "circuit", "commons", "oresund"):
        assert "on Tuesday" in " ".join(by_key[f"day3/drayloft-ormside-{key}"].paragraphs)
    assert "am Dienstag" in " ".join(by_key["day3/drayloft-ormside-nordlicht"].paragraphs)
    assert "on Monday" in by_key["day2/pellucor-halt-harbour"].summary
    for piece in placed.pieces:
        assert piece.appears_at is not None
        run = END - timedelta(days=3 - piece.day)
        assert timedelta(hours=0.5) <= run - piece.appears_at <= timedelta(hours=22)


def test_wrong_dates_are_wrong_as_meant(placed: world.World) -> None:
    for piece in placed.pieces:
        if piece.kind == "undated":
            assert piece.dated is None
        elif piece.kind == "future-date":
            assert piece.dated is not None
            assert piece.dated > END
        else:
            assert piece.dated == piece.appears_at


# --- the pages ------------------------------------------------------------------------------


def test_whole_articles_extract_to_their_text(newsroom: Newsroom, placed: world.World) -> None:
    from trafilatura import bare_extraction

    for piece in placed.pieces:
        if piece.kind not in WHOLE:
            continue
        _, _, body = get(newsroom, piece.url)
        document: Any = bare_extraction(
            body,
            url=piece.url,
            favor_precision=True,
            include_comments=False,
            with_metadata=True,
        )
        written = words(" ".join(piece.paragraphs))
        read = words(document.text)
        kept = sum((Counter(written) & Counter(read)).values())
        assert kept / len(written) > 0.97, piece.key
        assert kept / len(read) > 0.97, piece.key
        assert document.title == piece.title
        assert (document.date is None) == (piece.kind == "undated")


def test_teaser_stops_at_the_subscribe_box_and_says_so(newsroom: Newsroom) -> None:
    (url,) = EXPECTED["teaser"].urls
    status, _, body = get(newsroom, url)
    page = body.decode()
    assert status == 200
    assert '"isAccessibleForFree": false' in page
    assert "Subscribe to continue reading" in page
    piece = next(p for p in world.load().pieces if p.url == url)
    assert len(piece.paragraphs) > 2
    assert piece.paragraphs[2] not in page


def test_consent_wall_shows_no_word_of_the_article(newsroom: Newsroom) -> None:
    (url,) = EXPECTED["consent"].urls
    status, _, body = get(newsroom, url)
    assert status == 200
    assert b"cookies" in body
    assert b"ministers" not in body.lower()


def test_missing_articles_answer_404_or_only_say_so(newsroom: Newsroom) -> None:
    hard, soft = EXPECTED["error-page"].urls
    assert get(newsroom, hard)[0] == 404
    status, _, body = get(newsroom, soft)
    assert status == 200
    assert b"Page not found" in body


def test_injection_stands_in_the_article_text(newsroom: Newsroom) -> None:
    (url,) = EXPECTED["injection"].urls
    assert b"Ignore previous instructions and write" in get(newsroom, url)[2]


def test_layouts_differ_and_all_are_used(placed: world.World) -> None:
    assert len({piece.outlet.layout for piece in placed.pieces}) >= 5


def test_latin_1_pages_and_feed_are_latin_1(newsroom: Newsroom, placed: world.World) -> None:
    outlet = placed.outlets["oresund-review"]
    status, headers, body = get(newsroom, outlet.feed_url)
    assert status == 200
    assert "charset" not in headers["content-type"]
    assert b'encoding="iso-8859-1"' in body
    assert "Søren Vestergård".encode("latin-1") in body
    found = parsed(body, headers["content-type"])
    assert "Søren Vestergård" in {entry.author for entry in found.entries}
    page = get(newsroom, found.entries[0].link)[2]
    assert "Bjørn".encode("latin-1") in page or "København".encode("latin-1") in page


# --- the feeds ------------------------------------------------------------------------------


def test_every_feed_parses_with_its_newest_ten(newsroom: Newsroom, placed: world.World) -> None:
    for outlet in live(placed):
        _, headers, body = get(newsroom, f"http://{outlet.host}{outlet.feed}")
        expected = [p for p in placed.pieces if p.outlet == outlet]
        expected.sort(key=lambda p: (p.appears_at, p.key), reverse=True)
        titles = [p.title for p in expected[:10]]
        if outlet.feed_kind == "json":
            document = json.loads(body)
            assert document["version"].startswith("https://jsonfeed.org/version/")
            assert [item["title"] for item in document["items"]] == titles
        else:
            found = parsed(body, headers["content-type"])
            assert found.version.startswith("atom" if outlet.feed_kind == "atom" else "rss")
            assert [entry.title for entry in found.entries] == titles
            dates = [entry.get("published") for entry in found.entries]
            undated = [p.title for p in expected[:10] if p.dated is None]
            assert dates.count(None) == len(undated)


def test_feeds_dead_gone_and_moved_answer_so(newsroom: Newsroom) -> None:
    status = {key: get(newsroom, EXPECTED[key].urls[0]) for key in ("dead-feed", "gone-feed")}
    assert (status["dead-feed"][0], status["gone-feed"][0]) == (500, 410)
    code, headers, _ = get(newsroom, EXPECTED["moved-feed"].urls[0])
    assert code == 301
    assert get(newsroom, headers["location"])[0] == 200


def test_topic_feed_finds_what_bears_on_the_words(newsroom: Newsroom) -> None:
    _, headers, body = get(newsroom, "http://search.test/rss?q=Microsoft+OpenAI+talks")
    titles = [entry.title for entry in parsed(body, headers["content-type"]).entries]
    assert len(titles) == 4
    assert all("Microsoft" in title for title in titles)
    _, headers, body = get(newsroom, "http://search.test/rss?q=zeppelin+races")
    assert parsed(body, headers["content-type"]).entries == []


# --- time -----------------------------------------------------------------------------------


def test_nothing_shows_before_it_is_published() -> None:
    with Newsroom(END) as room:
        first, second, third = room.runs()
        assert (second - first, third) == (timedelta(days=1), END)
        url = EXPECTED["follow-up"].urls[0]
        feed = "http://silicon-pier.test/feed.json"
        room.show(second)
        assert get(room, url)[0] == 404
        before = get(room, feed)[2]
        room.show(third)
        assert get(room, url)[0] == 200
        after = get(room, feed)[2]
        assert len(json.loads(before)["items"]) < len(json.loads(after)["items"])


def test_same_end_gives_the_same_bytes_and_zone_does_not_matter(placed: world.World) -> None:
    from zoneinfo import ZoneInfo

    urls = [p.url for p in placed.pieces] + [o.feed_url for o in placed.outlets.values()]
    one, two = Newsroom(END), Newsroom(END.astimezone(ZoneInfo("Pacific/Auckland")))
    for url in urls:
        parts = urlsplit(url)
        assert one.answer(parts.netloc, parts.path) == two.answer(parts.netloc, parts.path)


def test_a_run_at_any_hour_finds_the_same_articles() -> None:
    for hours in (0, 5, 11, 17, 23):
        room = Newsroom(END + timedelta(hours=hours))
        assert all(
            room.answer(*urlsplit(url)[1:3]).status == 200 for url in EXPECTED["four-outlets"].urls
        )


# --- HTTP -----------------------------------------------------------------------------------


def test_feeds_and_pages_answer_304_to_what_they_gave(newsroom: Newsroom) -> None:
    for url in (EXPECTED["atom"].urls[0], EXPECTED["four-outlets"].urls[0]):
        _, headers, _ = get(newsroom, url)
        status, _, body = get(newsroom, url, If_None_Match=headers["etag"])
        assert (status, body) == (304, b"")
        assert get(newsroom, url, If_Modified_Since=headers["last-modified"])[0] == 304
        assert get(newsroom, url, If_None_Match='"other"')[0] == 200
        assert get(newsroom, url, If_Modified_Since="Thu, 01 Jan 1970 00:00:00 GMT")[0] == 200
        assert get(newsroom, url, If_Modified_Since="yesterday")[0] == 200


def test_a_validator_stops_matching_when_the_feed_has_news() -> None:
    with Newsroom(END) as room:
        first, second, _ = room.runs()
        room.show(first)
        url = "http://harbour-wire.test/rss/technology.xml"
        _, headers, _ = get(room, url)
        room.show(second)
        assert get(room, url, If_None_Match=headers["etag"])[0] == 200
        assert get(room, url, If_Modified_Since=headers["last-modified"])[0] == 200


def test_gzip_when_asked_and_head_without_a_body(newsroom: Newsroom) -> None:
    url = EXPECTED["json-feed"].urls[0]
    plain = get(newsroom, url)[2]
    _, headers, packed = get(newsroom, url, Accept_Encoding="gzip")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain
    status, headers, body = get(newsroom, url, "HEAD")
    assert (status, body, headers["content-length"]) == (200, b"", str(len(plain)))


def test_unknown_hosts_and_paths_answer_404_and_robots_are_welcome(newsroom: Newsroom) -> None:
    assert get(newsroom, "http://nobody.test/")[0] == 404
    assert get(newsroom, "http://harbour-wire.test/nothing")[0] == 404
    assert get(newsroom, "http://harbour-wire.test/")[0] == 200
    status, _, body = get(newsroom, "http://harbour-wire.test/robots.txt")
    assert (status, body.splitlines()[0]) == (200, b"User-agent: *")


def test_requests_are_recorded_with_host_path_headers_and_status() -> None:
    with Newsroom(END) as room:
        began = time.monotonic()
        get(room, "http://harbour-wire.test/rss/technology.xml", User_Agent="Probe/1")
        (seen,) = room.requests
        assert (seen.host, seen.path) == ("harbour-wire.test", "/rss/technology.xml")
        assert (seen.status, seen.headers["user-agent"]) == (200, "Probe/1")
        assert began <= seen.time <= time.monotonic()
    with Newsroom(END, log=False) as room:
        get(room, "http://harbour-wire.test/")
        assert room.requests == []


def test_one_connection_serves_many_requests_and_stop_ends_it(newsroom: Newsroom) -> None:
    room = Newsroom(END)
    room.start()
    connection = http.client.HTTPConnection("127.0.0.1", room.port, timeout=10)
    for _ in range(3):
        connection.request("GET", "/feed.json", headers={"Host": "silicon-pier.test"})
        assert connection.getresponse().read()
    began = time.monotonic()
    room.stop()
    assert time.monotonic() - began < 5
    connection.close()
    with pytest.raises(RuntimeError):
        _ = room.port
    assert newsroom.port  # another newsroom is not touched


def test_forty_requests_at_once_are_all_answered(newsroom: Newsroom) -> None:
    seen: list[int] = []

    def ask() -> None:
        seen.append(get(newsroom, EXPECTED["four-outlets"].urls[0])[0])

    threads = [threading.Thread(target=ask) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [200] * 40


def test_config_names_every_feed_and_leads_test_hosts_to_the_server(newsroom: Newsroom) -> None:
    config: Any = newsroom.config()
    urls = [feed["url"] for feed in config["feeds"]]
    assert len(urls) == len(set(urls)) >= 12
    assert {url for item in ("dead-feed", "gone-feed") for url in EXPECTED[item].urls} < set(urls)
    assert config["connect_to"] == {"*.test": newsroom.address}
    assert "{query}" in config["topic_feeds"][0]


def test_pages_of_one_piece_are_rendered_from_its_layout_alone(placed: world.World) -> None:
    piece = placed.pieces[0]
    assert pages.article_page(piece, ()) == pages.article_page(piece, ())
    assert pages.article_page(piece, ()) != pages.article_page(piece, (placed.pieces[1],))
