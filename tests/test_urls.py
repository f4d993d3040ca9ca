import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.urls import LONGEST, ascii_host, canonical, identity, registrable_domain

_WORDS = (
    "http https: // / \\ .. . ? # & = % %2 %2e %C3 utm_source=x @ : :80 [ ] ::1 ex.test xn-- ü "
)
_ODD = [
    "ß。de",
    "javascript:",
    "1",
    ";",
    "+",
    "\u2100",
    "a" * 70,
    "\ud800",
    "\x00",
    " ",
    "\t",
    "\n",
]
_PIECES = st.lists(st.sampled_from([*_WORDS.split(), *_ODD])).map("".join)
_URLS = st.one_of(st.text(max_size=80), _PIECES, _PIECES.map("https://ex.test/".__add__))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://User:pw@EXAMPLE.test:80/Path?b=2&a=1#top", "http://example.test/Path?b=2&a=1"),
        ("https://ex.test", "https://ex.test/"),
        ("https://ex.test:443/?", "https://ex.test/"),
        ("https://ex.test:8443/x", "https://ex.test:8443/x"),
        ("https://ex.test./x/", "https://ex.test/x/"),
        ("https://münchen.test/ä b", "https://xn--mnchen-3ya.test/%C3%A4%20b"),
        ("https://ex.test/%7euser/%c3%a4/a%2fb/100%", "https://ex.test/~user/%C3%A4/a%2Fb/100%25"),
        ("https://ex.test/a/./b/../c/%2e%2E/d", "https://ex.test/a/d"),
        ("https://ex.test/../../x", "https://ex.test/x"),
        ("https://ex.test/a//b", "https://ex.test/a//b"),
        (" \nhttps://ex.te\tst/x\u0085 ", "https://ex.test/x"),
        ("https://good.test\\@evil.test/x", "https://good.test/@evil.test/x"),
        ("http://[2001:DB8:0:0::1]:80/x", "http://[2001:db8::1]/x"),
        ("https://ex.test/?q=a+b&x=1;2&flag", "https://ex.test/?q=a+b&x=1;2&flag"),
    ],
)
def test_one_address_has_one_spelling(url: str, expected: str) -> None:
    assert canonical(url) == expected


@pytest.mark.parametrize(
    "query",
    [
        "utm_source=rss&UTM_Medium=x",
        "fbclid=1&gclid=2&mc_cid=3&mc_eid=4",
        "ref=home&ref_src=twsrc%5Etfw",
        "at_medium=RSS&at_campaign=KARANGA",
        "amp;utm_source=rss",
        "%75tm_source=x",
        "partner=rss&emc=rss",
        "source=rss----7f60cf5620c9---4",
    ],
)
def test_trackers_go(query: str) -> None:
    assert canonical(f"https://ex.test/a?{query}") == "https://ex.test/a"


def test_parameters_that_name_a_page_stay_in_their_order() -> None:
    url = "https://ex.test/a?z=1&id=7&source=reuters&p=2&feed=rss2&format=rss"
    assert canonical(url) == url
    assert canonical("https://ex.test/a?z=1&utm_id=3&b=2") == "https://ex.test/a?z=1&b=2"


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("/x", "https://ex.test/a/b", "https://ex.test/x"),
        ("x?y", "https://ex.test/a/b", "https://ex.test/a/x?y"),
        ("https-guide", "https://ex.test/a/b", "https://ex.test/a/https-guide"),
        ("//cdn.test/x", "https://ex.test/", "https://cdn.test/x"),
        ("http://other.test/", "https://ex.test/", "http://other.test/"),
        ("x", "", ""),
        ("", "https://ex.test/a", ""),
        ("x", "not a base", ""),
    ],
)
def test_relative_addresses_need_a_base(url: str, base: str, expected: str) -> None:
    assert canonical(url, base) == expected


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "mailto:a@ex.test",
        "ftp://ex.test/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "http://[",
        "http://[::1%25eth0]/",
        "http://ex.test:99999/",
        "http://ex.test:port/",
        "http://a..b/",
        "http://-a.test/",
        "http://a b.test/",
        "http://ex.test\u2100/",
        "http://" + "a" * 64 + ".test/",
        "https://ex.test/" + "a" * LONGEST,
        "https://ex.test/" + "ä" * LONGEST,
        "https://" + "a." * 5_000_000,
    ],
)
def test_what_is_no_usable_web_address_becomes_nothing(url: str) -> None:
    assert canonical(url, "https://base.test/") == ""


def test_a_long_tail_of_trackers_does_not_count_towards_the_limit() -> None:
    assert canonical("https://ex.test/a?utm_content=" + "x" * 3_000) == "https://ex.test/a"


@settings(max_examples=400, deadline=None)
@given(url=_URLS, base=st.one_of(st.just(""), _URLS))
def test_any_string_gives_nothing_or_a_settled_ascii_address(url: str, base: str) -> None:
    result = canonical(url, base)
    assert canonical(result) == result
    assert len(result) <= LONGEST
    if result:
        assert result.isascii()
        assert result.isprintable()
        assert result.startswith(("http://", "https://"))
        assert not set(result) & set(" <>\"'#\\{}^`|") - {"'"}
        assert registrable_domain(result)


@settings(max_examples=300, deadline=None)
@given(st.one_of(_URLS, st.text(max_size=400)))
def test_a_domain_is_found_or_not_but_nothing_raises(text: str) -> None:
    domain = registrable_domain(text)
    assert registrable_domain(domain) == domain
    assert ascii_host(ascii_host(text)) == ascii_host(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://news.example.co.uk/a", "example.co.uk"),
        ("www.Example.COM", "example.com"),
        ("example.com:8080", "example.com"),
        ("https://wire.chips.test:81/x", "chips.test"),
        ("https://user@blog.ex.test", "ex.test"),
        ("www.münchen.de", "xn--mnchen-3ya.de"),
        ("https://one.github.io/", "one.github.io"),
        ("github.io", "github.io"),
        ("localhost:80", "localhost"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("http://[::1]:80/", "::1"),
        ("[::1]:80", "::1"),
        ("::1", "::1"),
        ("", ""),
        ("http://[", ""),
        ("not a host", ""),
    ],
)
def test_the_registrable_domain_follows_the_suffix_list(text: str, expected: str) -> None:
    assert registrable_domain(text) == expected


def test_the_suffix_list_needs_neither_network_nor_disk_cache() -> None:
    program = """
import socket, sys
def refuse(*args, **kwargs): raise AssertionError("network")
socket.socket.connect = socket.getaddrinfo = refuse
seen = []
sys.addaudithook(lambda name, args: seen.append(args[:2]) if name == "open" else None)
from digest.core import urls
assert "tldextract" not in sys.modules
assert urls.registrable_domain("https://a.b.co.uk/") == "b.co.uk"
assert not [a for a in seen if isinstance(a[1], str) and set(a[1]) & set("wa+x")], seen
"""
    subprocess.run([sys.executable, "-B", "-c", program], check=True, timeout=30)


def test_an_identity_depends_on_every_part_and_where_it_ends() -> None:
    assert identity("a", "b") == "facdde7abf1eac5b"  # stored ids must not change
    assert (
        len({identity(), identity(""), identity("ab"), identity("a", "b"), identity("b", "a")}) == 5
    )
    assert set(identity("\ud800", "ä")) <= set("0123456789abcdef")
