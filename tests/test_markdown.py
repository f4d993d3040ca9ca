"""The Markdown: it reads well, and no text from outside can break it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from digest.render.markdown import destination, edition_markdown, escape, topic_markdown
from digest.render.printable import line
from digest.render.templates import Templates
from tests.conftest import Golden
from tests.sample_edition import TRICKS, edition, empty, spoiled, topic

SOUP = st.text(alphabet="\\`*_[]<>#|~{}&;:=?%!$()+-.1a \n\"'/w", max_size=40)
TEXTS = st.sampled_from(TRICKS) | SOUP | st.text(max_size=40)
JOINER = "\u2060"  # stands in the names of emoji
QUICK = settings(derandomize=True, database=None, deadline=None, max_examples=300)


def parsed(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def inline(text: str) -> list[Token]:
    return [child for token in parsed(text) for child in token.children or []]


@pytest.mark.parametrize("frame", ["{}", "## {}", "- {}", "Before {} after", "- ⚡ {}"])
@pytest.mark.parametrize("text", TRICKS)
def test_a_trick_prints_as_it_is(text: str, frame: str) -> None:
    _prints(text, frame)


@QUICK
@given(text=TEXTS, frame=st.sampled_from(["{}", "## {}", "- {}", "Before {} after", "({})"]))
def test_any_text_prints_as_it_is(text: str, frame: str) -> None:
    _prints(text, frame)


def _prints(text: str, frame: str) -> None:
    wanted = line(text)
    if not wanted:
        assert escape(text) == ""
        return
    tokens = parsed(frame.format(escape(text)))
    kinds = [token.type for token in tokens if token.type != "inline"]
    assert kinds == [token.type for token in parsed(frame.format("x")) if token.type != "inline"]
    children = inline(frame.format(escape(text)))
    assert {child.type for child in children} == {"text"}
    shown = frame.removeprefix("## ").removeprefix("- ").format(wanted)
    assert "".join(child.content for child in children).replace(JOINER, "") == shown


@QUICK
@given(text=TEXTS)
def test_a_link_keeps_its_text_and_its_address(text: str) -> None:
    if not line(text):
        return
    tokens = inline(f"[{escape(text)}][r]\n\n[r]: https://a.test/x")
    assert [token.type for token in tokens] == ["link_open", "text", "link_close"]
    assert tokens[1].content.replace(JOINER, "") == line(text)
    assert tokens[0].attrs["href"] == "https://a.test/x"


@pytest.mark.parametrize("text", TRICKS)
def test_nothing_of_a_site_generator_survives(text: str) -> None:
    escaped = escape(text)
    for mark in ("{{", "{%", "{:", "://", "<"):
        assert mark not in escaped


@pytest.mark.parametrize(
    "text",
    [
        "At 3.5% “Heron-2” (snake_case, C#, AT&T) costs $13 billion: more than €5bn – or less!",
        "Model: 3:1, a ratio of 2:1:1, at 10:30:45 and 12:00: news: more",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert escape(text) == text


@QUICK
@given(text=st.text(alphabet=":ta_+-10~ \n", max_size=30) | TEXTS)
@example(text="Launch :tada: and :+1::100:")
@example(text="parser.js:100:14 :1234: :white_check_mark: :e-mail:")
@example(text=":x::x:x:")
def test_no_name_of_an_emoji_is_found_on_the_finished_page(text: str) -> None:
    shown = "".join(child.content for child in inline(f"Before {escape(text)} after"))
    found = re.findall(r"(?=:([\w+-]+):)", shown, re.ASCII)
    assert all(name.isdigit() and name not in ("100", "1234") for name in found)
    assert shown.replace(JOINER, "") == " ".join(f"Before {line(text)} after".split(" "))


def test_a_name_of_an_emoji_reads_the_same_raw() -> None:
    assert escape("Launch :tada: now").replace(JOINER, "") == "Launch :tada: now"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://a.test/x_(y)?a=1&b=2#c", "https://a.test/x_%28y%29?a=1&b=2#c"),
        ("https://a.test/?x=1&copy;=2", "https://a.test/?x=1&amp;copy;=2"),
        ("https://a.test/<b>\"'`|{}[]\\^", "https://a.test/%3Cb%3E%22%27%60%7C%7B%7D%5B%5D%5C%5E"),
        ("https://a.test/ümlaut", "https://a.test/ümlaut"),
        ("http://a.test", "http://a.test"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://", ""),
        ("https://a.test/two words", ""),
        ("https://a.test/\nx", ""),
        ("https://[broken/", ""),
        ("//a.test/x", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_become_links(url: str, wanted: str) -> None:
    assert destination(url) == wanted


@QUICK
@given(path=TEXTS)
def test_any_address_stays_one_link(path: str) -> None:
    target = destination(f"https://a.test/{path}")
    if target:
        tokens = inline(f'[x][r]\n\n[r]: {target} "t"')
        assert [token.type for token in tokens] == ["link_open", "text", "link_close"]
        assert str(tokens[0].attrs["href"]).startswith("https://a.test/")


def test_the_markdown_is_what_it_was(golden: Golden, templates: Templates) -> None:
    golden("edition.md", edition_markdown(edition(), templates))
    golden("topic.md", topic_markdown(topic(), templates))
    golden("empty.md", edition_markdown(empty(), templates))


def test_front_matter_is_yaml_that_site_generators_read(templates: Templates) -> None:
    title = 'A "quoted": title # with \\ and – dash\n---\ndraft: true'
    text = edition_markdown(replace(edition(), title=title), templates)
    opening, head, _ = text.split("---\n", 2)
    assert opening == ""
    meta = yaml.safe_load(head)
    assert list(meta) == ["title", "date", "slug", "description", "tags", "draft"]
    assert meta["title"] == f"{line(title)}, 14 March 2026"
    assert meta["date"].isoformat() == "2026-03-14T06:30:00+01:00"
    assert meta["slug"] == "daily-2026-03-14"
    assert meta["draft"] is False


def test_every_cite_of_the_record_is_a_link_to_its_source(templates: Templates) -> None:
    one = edition()
    body = edition_markdown(one, templates).split("---\n", 2)[2]
    hrefs = [str(token.attrs["href"]) for token in inline(body) if token.type == "link_open"]
    for story in one.stories:
        urls = {source.n: destination(source.url) for source in story.sources}
        groups = [story.lead, story.what_changed, story.disagreements]
        groups += [section.sentences for section in story.sections]
        for sentence in (sentence for group in groups for sentence in group):
            for n in sentence.cites:
                hrefs.remove(urls[n])
        for url in urls.values():
            hrefs.remove(url)  # the line of sources
    assert len(hrefs) == len(one.briefs) + 2  # and the commentary


def test_a_source_without_a_usable_address_is_named_without_a_link(templates: Templates) -> None:
    text = topic_markdown(spoiled(topic(), "x", url="javascript:alert(1)"), templates)
    assert "javascript" not in text
    assert not [token for token in inline(text) if token.type == "link_open"]


def test_an_empty_edition_says_so(templates: Templates) -> None:
    text = edition_markdown(empty(), templates)
    assert "No story today. Nothing that came in from 13 March 2026, 06:30 to" in text
    assert "from 14 feeds with 387 entries" in text


@pytest.mark.parametrize("trick", TRICKS)
def test_no_text_changes_the_shape_of_the_page(trick: str, templates: Templates) -> None:
    if not line(trick):
        return
    page = edition_markdown(spoiled(edition(), trick), templates)
    assert _shape(page) == _shape(edition_markdown(spoiled(edition(), "x"), templates))


def _shape(text: str) -> list[tuple[str, object]]:
    shape: list[tuple[str, object]] = []
    for token in parsed(text.split("---\n", 2)[2]):
        shape.append((token.type, token.tag))
        shape += [(child.type, child.attrGet("href")) for child in token.children or []]
    return shape
