"""A hostile server on loopback and everything it does, each trick a case with a host of its own."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests import hostile_bodies as bodies
from tests.hostile_bodies import html, item, rss
from tests.loopback import Handler, Reply, Request, Threaded

TIMEOUT = 3.0  # seconds; what the suite sets fetch.timeout to, so that slow cases end soon
HONEST = "http://honest.test/feed"
HONEST_NUMBER = 7  # of the honest report
_FEED_KIND = {"Content-Type": "application/rss+xml; charset=utf-8"}
_PAGE_KIND = {"Content-Type": "text/html; charset=utf-8"}


@dataclass(frozen=True)
class Case:
    """A trick: what its row says of it, what its host answers, and what must become of it.

    ``answers`` is given at /feed, or at /page, which an honest feed then lists. ``says`` is found
    in the one Problem of the case; "" means that there is none, and its feed or page is read.
    ``url`` is the feed's address where that is the trick.
    """

    name: str
    about: str
    answers: Reply | Handler | None
    says: str = ""
    page: bool = False
    url: str = ""
    also: tuple[tuple[str, Reply | Handler], ...] = ()  # further paths of the host

    @property
    def host(self) -> str:
        return f"{self.name}.test"

    @property
    def feed(self) -> str:
        """Return the address to configure."""
        return self.url or f"http://{self.host}/feed"

    @property
    def subject(self) -> str:
        """Return the address its Problem names."""
        return f"http://{self.host}/page" if self.page else self.feed


# --- ways to answer -----------------------------------------------------------------------------


def _raw(head: bytes, *, then: Callable[[], Iterable[bytes]] = tuple, pause: float = 0) -> Handler:
    """Answer with these very bytes and then with ``then``'s, ``pause`` seconds apart; hang up."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        async with aclosing(_paced(then(), pause)) as pieces:
            async for piece in pieces:
                writer.write(piece)
                await writer.drain()

    return answer


async def _paced(pieces: Iterable[bytes], pause: float) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(pause)


def _chunked(pieces: Iterable[bytes]) -> Iterable[bytes]:
    return (b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


def _feed(body: bytes, **headers: str) -> Reply:
    return Reply(200, body, {**_FEED_KIND, **headers})


def _page(body: bytes, kind: str = "text/html; charset=utf-8") -> Reply:
    return Reply(200, body, {"Content-Type": kind})


def _to(location: str, status: int = 302) -> Reply:
    return Reply(status, b"", {"Location": location})


_OK = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n"


# --- the cases ----------------------------------------------------------------------------------

_SIZES = [
    Case(
        "gzip-bomb",
        "a gzip answer that unpacks to 1 GiB",
        _raw(
            _CHUNKED + b"Content-Encoding: gzip\r\n\r\n",
            then=lambda: _chunked(bodies.gzip_bomb()),
        ),
        "sent more than 5 MB",
    ),
    Case(
        "brotli-bomb",
        "809 bytes of brotli, never asked for, that unpack to 1 GiB",
        _feed(bodies.brotli_bomb(), **{"Content-Encoding": "br"}),
        "an encoding nobody asked for",
    ),
    Case(
        "gzip-members",
        "200,000 gzip members, each empty",
        _feed(bodies.many_members(), **{"Content-Encoding": "gzip"}),
        "packed in more than 500 pieces",
    ),
    Case(
        "gzip-twice",
        "gzip in gzip, and said so",
        _feed(bodies.gzip_in_gzip(), **{"Content-Encoding": "gzip, gzip"}),
        "an encoding nobody asked for",
    ),
    Case(
        "gzip-in-gzip",
        "gzip in gzip, one of them kept quiet",
        _feed(gzip.compress(bodies.gzip_in_gzip()), **{"Content-Encoding": "gzip"}),
        "is not a feed",
    ),
    Case(
        "endless-body",
        "a feed that never ends",
        _raw(_CHUNKED + b"\r\n", then=lambda: _chunked(b"<item/>" * 9_000 for _ in count())),
        "sent more than 5 MB",
    ),
    Case(
        "tiny-chunks",
        "a feed in chunks of one byte, each with a frame of 4,000",
        _raw(_CHUNKED + b"\r\n", then=lambda: (b"1;%b\r\nx\r\n" % (b"x" * 4_000) for _ in count())),
        "bytes were sent",
    ),
    Case(
        "200-mb-declared",
        "a feed that says it has 200 MB",
        _raw(_OK + b"Content-Length: 200000000\r\n\r\n", then=lambda: (b"x" for _ in count())),
        "sent more than 5 MB",
    ),
    Case(
        "200-mb-slowly",
        "a feed of 200 MB, 50 kB every 0.1 s",
        _raw(
            _CHUNKED + b"\r\n",
            then=lambda: _chunked(b"<item/>" * 7_000 for _ in range(4_000)),
            pause=0.1,
        ),
        "no complete answer within 3 s",
    ),
]

_TIMES = [
    Case(
        "slow-headers",
        "headers that trickle in, a byte every 0.2 s",
        _raw(_OK, then=lambda: (b"x" for _ in count()), pause=0.2),
        "no answer within 3 s",
    ),
    Case(
        "slow-body",
        "a body that trickles in, a byte every 0.2 s",
        _raw(
            _OK + b"Content-Length: 5000\r\n\r\n", then=lambda: (b"x" for _ in count()), pause=0.2
        ),
        "no complete answer within 3 s",
    ),
    Case(
        "silent",
        "a connection that is taken and never answered",
        _raw(b"", then=lambda: (b"" for _ in count()), pause=0.2),
        "no answer within 3 s",
    ),
]

_HEADERS = [
    Case(
        "endless-headers",
        "headers without end",
        _raw(_OK, then=lambda: (b"X-%d: 1\r\n" % n for n in count())),
        "the connection broke",
    ),
    Case(
        "100000-headers",
        "100,000 headers",
        _raw(_OK, then=lambda: (b"X: 1\r\n" * 100_000, b"\r\n")),
        "the connection broke",
    ),
    Case(
        "20000-headers",
        "20,000 short headers, few enough bytes for the HTTP library",
        _raw(_OK + b"X:1\r\n" * 20_000 + b"\r\n"),
        "more than 500 headers were sent",
    ),
    Case(
        "long-header",
        "a header of 10 MB on one line",
        _raw(_OK + b"X: ", then=lambda: (b"x" * 100_000 for _ in range(100))),
        "the connection broke",
    ),
    Case(
        "endless-hints",
        "answers before the answer (103) without end",
        _raw(b"", then=lambda: (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 900,) * 10_000),
        "bytes were sent",
    ),
    Case(
        "cookie-flood",
        "400 cookies of 200 bytes with each answer",
        _raw(
            _OK
            + b"".join(b"Set-Cookie: c%d=%b\r\n" % (n, b"x" * 200) for n in range(400))
            + b"Content-Length: %d\r\n\r\n" % len(rss(item("cookie-flood.test", 801))),
            then=lambda: (rss(item("cookie-flood.test", 801)),),
        ),
    ),
    Case(
        "enormous-etag",
        "an ETag of 60 KB",
        _feed(rss(item("enormous-etag.test", 802)), ETag='"' + "e" * 60_000 + '"'),
    ),
    Case(
        "length-too-long",
        "a Content-Length of which only half comes",
        _raw(_OK + b"Content-Length: 5000\r\n\r\n" + b"x" * 2_500),
        "the connection broke",
    ),
    Case(
        "length-too-short",
        "a Content-Length that cuts the feed off before its first entry",
        Reply(200, rss(item("length-too-short.test", 803)), {"Content-Length": "70"}),
        "breaks off before its first entry",
    ),
    Case(
        "two-lengths",
        "two Content-Lengths that differ",
        _raw(_OK + b"Content-Length: 5\r\nContent-Length: 9\r\n\r\n123456789"),
        "the connection broke",
    ),
    Case(
        "chunks-cut",
        "a chunked answer that breaks off",
        _raw(_CHUNKED + b"\r\nffff\r\n" + b"x" * 500),
        "the connection broke",
    ),
]

_PRIVATE = {
    "loopback": ("127.0.0.1", "this machine"),
    "metadata": ("169.254.169.254", "the clouds' metadata service"),
    "azure": ("168.63.129.16", "Azure's metadata service, on an address that looks public"),
    "mapped": ("[::ffff:10.0.0.1]", "a private address inside an IPv6 one"),
    "cgnat": ("100.64.0.1", "a carrier's own address"),
    "ula": ("[fd00:ec2::254]", "a private IPv6 address"),
    "nat64": ("[64:ff9b::7f00:1]", "this machine, through NAT64"),
    "6to4": ("[2002:7f00:1::]", "this machine, through 6to4"),
    "multicast": ("224.0.0.1", "a multicast address"),
    "decimal": ("2130706433", "127.0.0.1 as one number"),
    "octal": ("0177.0.0.1", "127.0.0.1 in octal"),
    "hex": ("0x7f000001", "127.0.0.1 in hexadecimal"),
    "short": ("127.1", "127.0.0.1 in two parts"),
    "zero": ("0.0.0.0", "no address at all, which many systems take for their own"),
}
# How the system reads odd spellings differs; refused they are in any case.
_REFUSED = "leads to|does not resolve|is not an http"

_ADDRESSES = [
    *(
        Case(f"address-{name}", f"a feed at {host}: {about}", None, _REFUSED, url=f"http://{host}/")
        for name, (host, about) in _PRIVATE.items()
    ),
    *(
        Case(f"redirect-{name}", f"a redirect to {host}", _to(f"http://{host}/latest/"), _REFUSED)
        for name, (host, _) in _PRIVATE.items()
    ),
    Case(
        "redirect-endless",
        "redirects without end",
        _to("/feed", 301),
        "redirects more than 5 times",
    ),
    Case(
        "redirect-script",
        "a redirect to javascript:",
        _to("javascript:alert(1)"),
        "not an http or https address",
    ),
    Case(
        "redirect-file",
        "a redirect to file:///etc/passwd",
        _to("file:///etc/passwd"),
        "not an http or https address",
    ),
    Case(
        "redirect-long",
        "a redirect to an address of 50,000 characters",
        _to("/" + "x" * 50_000),
        "more than 8,000 characters",
    ),
    Case(
        "redirect-escape",
        "a redirect with codes that move a terminal's cursor",
        _to("mail:\x1b[2J\x9b2J"),
        r"not an http or https address \(mail:\?\[2J",
    ),
]

_FEEDS = [
    Case("billion-laughs", "entities that grow a billionfold", _feed(bodies.billion_laughs())),
    Case(
        "external-file",
        "an entity that reads /etc/hostname",
        _feed(bodies.external_entity("file:///etc/hostname")),
    ),
    Case(
        "external-url",
        "an entity that asks another server",
        _feed(bodies.external_entity("http://external-url.test/asked")),
    ),
    Case(
        "author",
        "an author of 64 KB, which makes feedparser hang",
        _feed(rss(item("author.test", 804, more=f"<author>{'a' * 65_536}</author>"))),
    ),
    Case(
        "nested-feed",
        "50,000 nested elements in a feed",
        _feed(rss("<item>" + "<b>" * 50_000)),
    ),
    Case(
        "nested-summary",
        "50,000 nested tags in a summary",
        _feed(
            rss(
                item("nested-summary.test", 805).replace(
                    "<description>", "<description>&lt;b>" * 1 + "&lt;b>" * 50_000, 1
                )
            )
        ),
    ),
    Case(
        "1000000-attributes",
        "an element with 1,000,000 attributes, packed",
        _feed(gzip.compress(bodies.attributes(1_000_000), 1), **{"Content-Encoding": "gzip"}),
        "sent more than 5 MB",
    ),
    Case(
        "500000-attributes",
        "an element with 500,000 attributes",
        _feed(bodies.attributes(500_000)),
        "needed more than 208 MB of memory",
    ),
    Case("deep-json", "a JSON Feed 500,000 lists deep", _feed(bodies.deep_json()), "is not a feed"),
    Case(
        "odd-json",
        "a JSON Feed with lists and records where texts belong",
        _feed(bodies.json_feed_of_lists("odd-json.test")),
    ),
    Case(
        "nul-bytes",
        "NUL bytes all over a feed",
        _feed(rss(item("nul-bytes.test", 806)).replace(b" ", b" \x00")),
    ),
    Case(
        "wrong-charset",
        "a feed in UTF-8 that calls itself UTF-16",
        Reply(
            200,
            rss(item("wrong-charset.test", 807)).replace(b"?>", b' encoding="utf-16"?>', 1),
            {"Content-Type": "text/xml; charset=shift_jis"},
        ),
    ),
    Case(
        "odd-dates",
        "dates in the years 0, 9999 and 99999",
        _feed(
            rss(
                "<item><title>a</title><pubDate>Mon, 01 Jan 0000 00:00:00 GMT</pubDate></item>",
                "<item><title>b</title><pubDate>Fri, 31 Dec 9999 23:59:59 -1200</pubDate></item>",
                "<item><title>c</title><dc:date>99999-99-99T99:99:99Z</dc:date></item>",
            )
        ),
    ),
    Case(
        "10000-entries",
        "10,000 entries",
        _feed(rss(*(f"<item><title>a {n}</title><link>/{n}</link></item>" for n in range(10_000)))),
    ),
    Case(
        "same-guids",
        "2,000 entries with one guid",
        _feed(rss(*(f"<item><title>a {n}</title><guid>1</guid></item>" for n in range(2_000)))),
    ),
    Case(
        "script-links",
        "javascript:, data: and file: in every place for a link",
        _feed(
            rss(
                *(
                    item(
                        "script-links.test",
                        808,
                        link=f"{scheme}//alert(1)",
                        more=f"<guid>{scheme}x</guid><comments>{scheme}x</comments>"
                        f"<enclosure url='{scheme}x'/><source url='{scheme}x'>s</source>",
                    )
                    for scheme in ("javascript:", "data:text/html,", "file:", "vbscript:")
                )
            )
        ),
    ),
    Case(
        "path-titles",
        "titles that look like paths and templates",
        _feed(
            rss(
                item("path-titles.test", 809, title="../../../../etc/cron.d/x", link="/a"),
                item("path-titles.test", 809, title="{{ 7 * 7 }}{% include 'x' %}", link="/b"),
                title="../../../outside",
            )
        ),
    ),
    Case(
        "unseen-titles",
        "titles with right-to-left and zero-width marks",
        _feed(rss(item("unseen-titles.test", 810, title="a\u202eb\u200b\u2066c\ufeff", link="/a"))),
    ),
    Case(
        "script-title",
        "a feed's title and an entry's with &lt;script>",
        _feed(
            rss(
                item("script-title.test", 811, title="&lt;script>alert(1)&lt;/script>x", link="/a"),
                title="&lt;script>alert(2)&lt;/script>",
            )
        ),
    ),
    Case(
        "long-title",
        "a title of 1 MB",
        _feed(rss(item("long-title.test", 812, title="word " * 200_000, link="/a"))),
    ),
]

_PAGES = [
    Case(
        "nested-page",
        "50,000 nested tags in a page",
        _page(html(821, before=bodies.nested())),
        page=True,
    ),
    Case(
        "one-line-10-mb",
        "a page of 10 MB on one line",
        _page(bodies.one_line(10_000_000)),
        "sent more than 5 MB",
        page=True,
    ),
    Case(
        "one-line-5-mb",
        "a page of almost 5 MB on one line",
        _page(bodies.one_line(4_950_000)),
        page=True,
    ),
    Case(
        "nul-page",
        "NUL bytes all over a page",
        _page(html(822).replace(b" ", b" \x00")),
        page=True,
    ),
    Case(
        "charset-page",
        "a page in UTF-8 that calls itself UTF-7 and EBCDIC",
        _page(html(823).replace(b"utf-8", b"utf-7"), "text/html; charset=cp037"),
        page=True,
    ),
    Case(
        "meta-refresh",
        "a page that sends a browser to 127.0.0.1",
        _page(html(824, head="<meta http-equiv=refresh content='0;url=http://127.0.0.1/'>")),
        page=True,
    ),
    Case(
        "attributes-page",
        "a tag with 500,000 attributes",
        _page(html(825, before=f"<p {'a=b ' * 500_000}>")),
        page=True,
    ),
    Case(
        "many-tags",
        "a page of 300,000 elements",
        _page(html(826, before="<b>x</b>" * 300_000)),
        "more than 50,000 elements",
        page=True,
    ),
    Case(
        "open-comments",
        "50,000 comments that never close",
        _page(html(827, after="<!--" * 50_000)),
        page=True,
    ),
    Case(
        "deep-json-ld",
        "JSON-LD 90,000 lists deep",
        _page(html(828, head=bodies.deep_json_ld())),
        page=True,
    ),
    Case(
        "script-page",
        "a page with javascript: and file: in every place for a link",
        _page(
            html(
                830,
                head="<link rel=canonical href='javascript:alert(1)'>"
                "<meta property='og:url' content='javascript:alert(1)'>"
                "<meta property='og:site_name' content='<script>alert(1)</script>'>"
                "<meta name=author content='javascript:alert(1)'>"
                "<base href='file:///etc/'>",
                before="<a href='javascript:alert(1)'>more</a><script>alert(1)</script>",
            )
        ),
        page=True,
    ),
    Case(
        "no-page",
        "a program sent as a page",
        _page(b"\x7fELF" + bytes(range(256)) * 4_000, "application/octet-stream"),
        "not a web page",
        page=True,
    ),
    Case(
        "page-to-metadata",
        "a page that redirects to 169.254.169.254",
        _to("http://169.254.169.254/latest/meta-data/"),
        "leads to a link-local address",
        page=True,
    ),
    Case(
        "huge-robots",
        "a robots.txt of 3 MB, all patterns that take long to match",
        _page(html(829)),
        page=True,
        also=(
            (
                "/robots.txt",
                Reply(
                    200,
                    b"User-agent: *\n"
                    + b"Disallow: /"
                    + b"*a" * 60
                    + b"$\n"
                    + (b"Disallow: /" + b"*p*a*g*e" * 12 + b"*x$\n") * 28_000,
                    {"Content-Type": "text/plain"},
                ),
            ),
        ),
    ),
]

CASES = [*_SIZES, *_TIMES, *_HEADERS, *_ADDRESSES, *_FEEDS, *_PAGES]


# --- the server ---------------------------------------------------------------------------------


def pages() -> dict[str, Reply | Handler]:
    """Return every host's answers, the honest one's among them, by "host/path"."""
    made: dict[str, Reply | Handler] = {
        "honest.test/feed": _feed(rss(item("honest.test", HONEST_NUMBER), title="Honest News")),
        "honest.test/page": _page(html(HONEST_NUMBER)),
    }
    for number, case in enumerate(CASES):
        if case.answers is None:
            continue
        if case.page:
            made[f"{case.host}/feed"] = _feed(rss(item(case.host, 900 + number), title=case.name))
        made[f"{case.host}/{'page' if case.page else 'feed'}"] = case.answers
        made |= {case.host + path: answer for path, answer in case.also}
    return made


class Hostile(Threaded):
    """The server of every case."""

    def __init__(self) -> None:
        super().__init__(pages())

    def settings(self, cases: Iterable[Case]) -> dict[str, Any]:
        """Return a configuration whose feeds are the honest one and those of ``cases``."""
        feeds = [{"url": HONEST, "category": "labs"}]
        feeds += [
            # What a feed says is what its case is about: no page of it is opened.
            {"url": case.feed, "category": "labs", "full_text": "auto" if case.page else "feed"}
            for case in cases
        ]
        return {
            "timezone": "UTC",
            "store": "sqlite:///digest.db",
            "feeds": feeds,
            "fetch": {
                "timeout": f"{TIMEOUT:g}s",
                "per_domain": {"interval": 0},
                "connect_to": {"*.test": self.address},
            },
            "workers": {"processes": 2},
        }
