"""The HTML page: whole in itself, readable, and closed to what comes from outside."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import RenderError
from digest.models import Edition
from digest.render.page import edition_page
from digest.render.printable import line, web_url
from digest.render.templates import Templates
from tests.conftest import Golden
from tests.sample_edition import TRICKS, edition, empty, spoiled, topic

VOID = {"meta", "link", "br"}


class Page(HTMLParser):
    """What a browser would find: elements with their attributes, the text, what was left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).replace("\u2060", "").split())

    def all(self, name: str) -> list[dict[str, str]]:
        return [attrs for tag, attrs in self.elements if tag == name]


@pytest.mark.parametrize("make", [edition, empty, topic])
def test_every_element_is_closed_and_every_id_is_one(
    make: Callable[[], Edition], templates: Templates
) -> None:
    page = Page(edition_page(make(), templates))
    assert page.open == []
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = [a["href"][1:] for a in page.all("a") if a["href"].startswith("#")]
    assert set(targets) <= set(ids)
    labels = [attrs["aria-labelledby"] for _, attrs in page.elements if "aria-labelledby" in attrs]
    assert set(labels) <= set(ids)


def test_the_page_is_what_it_was(golden: Golden, templates: Templates) -> None:
    golden("edition.html", edition_page(edition(), templates))


def test_the_page_asks_nothing_of_the_network_and_runs_nothing(templates: Templates) -> None:
    text = edition_page(edition(), templates)
    page = Page(text)
    names = {tag for tag, _ in page.elements}
    assert not names & {"script", "img", "iframe", "object", "embed", "form", "base", "svg"}
    assert [a["href"] for a in page.all("link")] == [a["href"] for a in page.all("link")
        if a["href"].startswith("data:image/svg+xml,")]  # fmt: skip
    assert not [attrs for _, attrs in page.elements if "src" in attrs or "style" in attrs]
    assert "url(" not in text
    assert "@import" not in text


def test_the_policy_names_the_style_sheet_by_its_digest(templates: Templates) -> None:
    text = edition_page(edition(), templates)
    style = text.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = (a["content"] for a in Page(text).all("meta") if "http-equiv" in a)
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert "unsafe" not in policy


def test_the_page_says_what_it_is(templates: Templates) -> None:
    text = edition_page(edition(), templates)
    page = Page(text)
    assert page.all("html") == [{"lang": "en"}]
    assert "<title>AI Industry Digest — 14 March 2026</title>" in text
    meta = {a.get("name") or a.get("property"): a["content"] for a in page.all("meta")
            if "content" in a}  # fmt: skip
    assert str(meta["og:title"]).startswith("⚡ Microsoft Considers")
    assert str(meta["description"]).endswith("and 3 more stories.")
    assert meta["viewport"] == "width=device-width, initial-scale=1"
    assert len(page.all("article")) == 6
    assert len(page.all("h1")) == 1
    assert "Saturday, 14 March 2026" in page.text
    assert "Today in 6 stories" in page.text
    assert "from 14 feeds with 387 entries, 61 of them opened: 6 stories and 5 briefs." in page.text
    assert "written by plover-4-mini" in page.text
    assert "Skip to the stories" in page.text


def test_every_word_of_the_record_is_on_the_page(templates: Templates) -> None:
    one = edition()
    text = Page(edition_page(one, templates)).text
    for story in one.stories:
        groups = [story.lead, story.what_changed, story.disagreements]
        groups += [section.sentences for section in story.sections]
        wanted = [story.headline, *(section.heading for section in story.sections)]
        wanted += [sentence.text for group in groups for sentence in group]
        wanted += [source.title for source in story.sources]
        wanted += [source.publisher for source in story.sources]
        wanted += [link.title for link in story.commentary]
        assert [words for words in wanted if words not in text] == []
    assert [brief.text for brief in one.briefs if brief.text not in text] == []


def test_every_cite_links_to_its_source(templates: Templates) -> None:
    one = edition()
    links = [(a["href"], a["aria-label"]) for a in Page(edition_page(one, templates)).all("a")
             if "aria-label" in a]  # fmt: skip
    wanted = []
    for story in one.stories:
        source = {source.n: source for source in story.sources}
        groups = [story.what_changed, story.lead]
        groups += [section.sentences for section in story.sections]
        for group in [*groups, story.disagreements]:
            for n in (n for sentence in group for n in sentence.cites):
                label = f"Source {n}: {source[n].publisher}: {source[n].title}"
                wanted.append((source[n].url, label))
    assert links == wanted


def test_badges_tell_updates_walls_and_copies(templates: Templates) -> None:
    text = Page(edition_page(edition(), templates)).text
    assert "🔁 Update" in text
    assert "What changed On Thursday" in text.replace("changedOn", "changed On")
    assert text.count("paywalled") == 2
    assert text.count("from its feed only") == 1
    assert "carried by 2 others" in text
    assert "carried by 1 other " in f"{text} "


def test_a_source_in_another_language_says_so(templates: Templates) -> None:
    page = Page(edition_page(edition(), templates))
    assert [a["href"].split("/")[2] for a in page.all("a") if a.get("lang") == "de"] == [
        "www.modellbahnhof.test",
        "www.chipfabrikheute.test",
    ]


def test_an_empty_edition_says_so(templates: Templates) -> None:
    page = Page(edition_page(empty(), templates))
    assert "No story today. Nothing that came in from 13 March 2026" in page.text
    assert page.all("article") == []
    assert page.all("nav") == []


def test_briefs_alone_are_an_edition_too(templates: Templates) -> None:
    text = Page(edition_page(replace(edition(), stories=()), templates)).text
    assert "No long story today; what there is follows in brief." in text
    assert "Plover hires" in text


@pytest.mark.parametrize("trick", TRICKS)
def test_no_text_changes_the_shape_of_the_page(trick: str, templates: Templates) -> None:
    if line(trick):
        _keeps_its_shape(trick, templates)


@settings(derandomize=True, database=None, deadline=None, max_examples=60)
@given(text=st.text(min_size=1, max_size=30) | st.text(alphabet="<>&\"'/= ab!-", max_size=30))
def test_whatever_the_text_the_page_keeps_its_shape(text: str, templates: Templates) -> None:
    if line(text):
        _keeps_its_shape(text, templates)


def _keeps_its_shape(text: str, templates: Templates) -> None:
    def shape(words: str) -> list[tuple[str, list[str]]]:
        one = edition()
        one = replace(one, stories=one.stories[:1], briefs=one.briefs[:1])
        page = Page(edition_page(spoiled(one, words), templates))
        assert page.open == []
        return [(tag, sorted(attrs)) for tag, attrs in page.elements]

    assert shape(text) == shape("x")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "//x.test", "", "JavaScript:x"]
)
def test_only_web_addresses_reach_the_page(url: str, templates: Templates) -> None:
    page = Page(edition_page(spoiled(edition(), "x", url), templates))
    assert [a["href"] for a in page.all("a") if not a["href"].startswith("#")] == []


def test_a_web_address_cannot_leave_its_attribute(templates: Templates) -> None:
    url = "https://a.test/\"onmouseover='x'><b>"
    page = Page(edition_page(spoiled(edition(), "x", url), templates))
    assert page.all("b") == []
    assert {a["href"] for a in page.all("a") if not a["href"].startswith("#")} == {url}


def test_an_address_with_white_space_or_controls_is_none() -> None:
    for url in ("https://a.test/a b", "https://a.test/\x07", "https://a.test/\u202e", "https:///x"):
        assert web_url(url) == ""
    assert web_url(" https://a.test/x ") == "https://a.test/x"
    assert web_url("HTTPS://a.test/x") == "HTTPS://a.test/x"


def test_a_language_that_is_none_becomes_english(templates: Templates) -> None:
    page = Page(edition_page(replace(edition(), language='"><script>'), templates))
    assert page.all("html") == [{"lang": "en"}]


def test_a_time_zone_that_is_none_is_an_error(templates: Templates) -> None:
    with pytest.raises(RenderError, match="no time zone 'Mars/Olympus'"):
        edition_page(replace(edition(), timezone="Mars/Olympus"), templates)


def test_a_style_sheet_of_the_users_own_is_allowed_by_the_policy() -> None:
    sources = {"edition.css": "p{}", "edition.html": "{{ policy }}<style>{{ style }}</style>"}
    text = edition_page(edition(), Templates(sources))
    assert base64.b64encode(hashlib.sha256(b"p{}").digest()).decode() in text.replace("&#39;", "'")
    assert "<style>p{}</style>" in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: str, templates: Templates) -> None:
    """WCAG 2.2 AA: a contrast of at least 4.5 to 1."""
    css = templates.render("edition.css")
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    colors = dict(
        re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[("light", "dark").index(scheme)])
    )
    for ink, ground in [
        ("ink", "paper"), ("soft", "paper"), ("link", "paper"), ("ink", "card"), ("soft", "card"),
        ("link", "card"), ("ink", "mark-paper"), ("mark", "mark-paper"), ("link", "mark-paper"),
    ]:  # fmt: skip
        assert _contrast(colors[ink], colors[ground]) >= 4.5, (ink, ground)


def _contrast(one: str, other: str) -> float:
    def luminance(color: str) -> float:
        parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_an_edition_of_one_story_has_no_table_of_contents(templates: Templates) -> None:
    one: Edition = replace(edition(), stories=edition().stories[:1])
    assert Page(edition_page(one, templates)).all("nav") == []
