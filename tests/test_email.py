"""The mail: whole in itself, the same words in both parts, closed to what comes from outside."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import RenderError
from digest.models import Edition, Sentence
from digest.models.readers import ANY_TOKEN
from digest.render.columns import columns
from digest.render.email import (
    Footer,
    edition_email,
    edition_plain,
    left_out,
    subject,
    weight,
)
from digest.render.printable import line
from digest.render.templates import Templates
from tests.builders import repeated
from tests.conftest import Golden
from tests.sample_edition import TRICKS, edition, empty, source, spoiled, topic
from tests.test_page import Page

PLACEHOLDERS = (
    "{{ unsubscribe }}",
    "*|UNSUB|*",
    "<%asm_group_unsubscribe_raw_url%>",
    "{{{ pm:unsubscribe_url }}}",
    "%unsubscribe_url%",
    "[unsubscribe]",
    "{{ unsubscribe_url | default('x') }}?a=1&b=2",
)
FOOTER = Footer(
    unsubscribe_url=f"https://digest.example.org/unsubscribe/{ANY_TOKEN}",
    unsubscribe_mail=f"bounces+unsubscribe-{ANY_TOKEN}@example.org",
    postal_address="Example Press\n\n  1 Example Street \n12345 Example Town\n",
)
BARE = Footer()


class Mail(Page):
    """What a mail program would find; ``shown`` is what it shows."""

    def __init__(self, text: str) -> None:
        self.shown: list[str] = []
        super().__init__(text)

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        hidden = self.open[-1:] == ["div"] and self.elements[-1][1].get("class") == "preheader"
        if "head" not in self.open and not hidden:
            self.shown.append(data)

    @property
    def visible(self) -> str:
        return " ".join(self.shown)


def words(text: str) -> list[str]:
    """The words of a text, in order: letters and digits, without marks and addresses."""
    text = re.sub(r"(?:https?|mailto):\S+", " ", text)
    return re.findall(r"[^\W_]+", text.replace("\u2060", ""))


def plain_lines(one: Edition, templates: Templates, footer: Footer = FOOTER) -> list[str]:
    return edition_plain(one, templates, footer).splitlines()


def briefs_only() -> Edition:
    return replace(edition(), stories=())


def nothing_found() -> Edition:
    return replace(topic(), stories=())


def forty() -> Edition:
    return repeated(edition(), 40, 12)


def with_intro() -> Edition:
    return replace(edition(), intro="Good morning. A short week, and much of it in court.")


EVERY = [edition, empty, topic, briefs_only, nothing_found, forty, with_intro]


@pytest.mark.parametrize("name", ["edition", "empty", "topic"])
def test_the_mail_is_what_it_was(name: str, golden: Golden, templates: Templates) -> None:
    one = {"edition": edition, "empty": empty, "topic": topic}[name]()
    footer = BARE if name == "topic" else FOOTER
    golden(f"email-{name}.html", edition_email(one, templates, footer))
    golden(f"email-{name}.txt", edition_plain(one, templates, footer))


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("footer", [FOOTER, BARE, Footer("", "out@example.org", "Here")])
def test_both_parts_carry_the_same_words(
    make: Callable[[], Edition], footer: Footer, templates: Templates
) -> None:
    one = make()
    html = Mail(edition_email(one, templates, footer))
    assert words(html.visible) == words(edition_plain(one, templates, footer))


@pytest.mark.parametrize("make", EVERY)
def test_the_mail_asks_nothing_of_the_network_and_runs_nothing(
    make: Callable[[], Edition], templates: Templates
) -> None:
    html = edition_email(make(), templates, FOOTER)
    mail = Mail(html)
    assert mail.open == []
    names = {tag for tag, _ in mail.elements}
    assert names <= {
        "html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td", "div",
        "span", "h1", "h2", "h3", "p", "a", "b", "sup", "br",
    }  # fmt: skip
    attributes = {name for _, attrs in mail.elements for name in attrs}
    assert attributes <= {
        "lang", "dir", "charset", "name", "content", "role", "class", "style", "href", "aria-label",
        "data-css-inline",  # a word to the inliner, left where it was heeded
    }  # fmt: skip
    assert "url(" not in html
    assert "@import" not in html
    assert "@font-face" not in html


def test_links_go_to_the_sources_themselves(templates: Templates) -> None:
    one = edition()
    urls = {s.url for story in one.stories for s in story.sources}
    urls |= {link.url for story in one.stories for link in story.commentary}
    urls |= {s.url for brief in one.briefs for s in brief.sources}
    mail = Mail(edition_email(one, templates, FOOTER))
    assert {a["href"] for a in mail.all("a")} == urls | {FOOTER.unsubscribe_url}


def test_the_mail_says_what_it_is(templates: Templates) -> None:
    mail = Mail(edition_email(edition(), templates, FOOTER))
    assert mail.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert mail.texts.count("AI Industry Digest — 14 March 2026") == 1
    meta = {a["name"]: a.get("content") for a in mail.all("meta") if "name" in a}
    assert meta["color-scheme"] == meta["supported-color-schemes"] == "light dark"
    assert {a.get("role") for a in mail.all("table")} == {"presentation"}
    assert "Saturday, 14 March 2026" in mail.text
    assert "6 stories and 5 briefs" in mail.text
    assert "from 14 feeds with 387 entries, 61 of them opened." in mail.text


def test_a_language_written_from_the_right_is_set_from_the_right(templates: Templates) -> None:
    for language, direction in [("ar", "rtl"), ("he-IL", "rtl"), ("de", "ltr"), ("x", "ltr")]:
        mail = Mail(edition_email(replace(edition(), language=language), templates, FOOTER))
        assert mail.all("html")[0]["dir"] == direction


def test_headings_are_headings_and_none_is_skipped(templates: Templates) -> None:
    mail = Mail(edition_email(edition(), templates, FOOTER))
    levels = [int(tag[1]) for tag, _ in mail.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert levels.count(2) == 8  # the list, six stories, the briefs
    assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels))


def test_every_word_of_the_record_is_in_the_mail(templates: Templates) -> None:
    one = edition()
    text = Mail(edition_email(one, templates, FOOTER)).text.replace("\u00a0", " ")
    wanted = [brief.text for brief in one.briefs]
    for story in one.stories:
        groups = [story.lead, story.what_changed, story.disagreements]
        groups += [section.sentences for section in story.sections]
        wanted += [f"{story.emoji} {story.headline}"]
        wanted += [f"{section.emoji} {section.heading}" for section in story.sections]
        wanted += [sentence.text for group in groups for sentence in group]
        wanted += [x for s in story.sources for x in (s.title, s.publisher)]
        wanted += [x for link in story.commentary for x in (link.title, link.publisher)]
    assert [words for words in wanted if words not in text] == []
    assert text.count("paywalled") == 2
    assert text.count("from its feed only") == 1
    assert "carried by 2 others" in text
    assert "in German" in text
    assert "🔁 Update" in text
    assert "What changed" in text


def test_every_number_links_to_its_source(templates: Templates) -> None:
    one = replace(edition(), stories=edition().stories[:1])
    (story,) = one.stories
    urls = {source.n: source.url for source in story.sources}
    groups = [story.lead, *(section.sentences for section in story.sections), story.disagreements]
    wanted = [(urls[n], f"Source {n}") for g in groups for said in g for n in said.cites]
    links = Mail(edition_email(one, templates, FOOTER)).all("a")
    assert [(a["href"], a["aria-label"]) for a in links if "aria-label" in a] == wanted


def test_the_styles_are_inlined_and_what_cannot_be_stays_in_the_head(templates: Templates) -> None:
    html = edition_email(edition(), templates, FOOTER)
    mail = Mail(html)
    for tag, attrs in mail.elements:
        if tag in ("h1", "h2", "h3", "p") or (tag == "td" and attrs.get("class") == "story"):
            assert attrs.get("style"), (tag, attrs)
    head = html.split("</head>")[0]
    assert "@media (prefers-color-scheme: dark) {" in head
    assert "@media (max-width: 620px) {" in head
    assert len(re.findall(r"<style", head)) == 3  # one of them is for Outlook alone


def test_the_preview_tells_what_else_there_is(templates: Templates) -> None:
    def preview(one: Edition) -> str:
        html = edition_email(one, templates, FOOTER)
        found = re.search(r'<div class="preheader" style="display:none[^>]*>([^<]*)</div>', html)
        if found is None:
            assert '<div class="preheader"' not in html
            return ""
        shown = found[1].split("\u034f")[0]
        padding = found[1].removeprefix(shown)
        assert len(shown) + padding.count("\u034f") >= 150
        return shown

    assert preview(edition()) == (
        "Also: Quillon Labs Opens Weights of Its 70-Billion-Parameter Heron Model; "
        "Court Lets Authors' Suit Against Brightwater AI Go On; Osterveld Raises…"
    )
    two = replace(edition(), stories=edition().stories[4:])
    assert preview(two) == "Also: Tern Robotics Recalls 3,000 Warehouse Arms."
    assert preview(topic()).startswith("Microsoft is reportedly prepared to walk away")
    assert preview(briefs_only()).startswith("Murmur's voice model now speaks 94 languages. · ")
    assert preview(empty()) == ""


@pytest.mark.parametrize("make", EVERY)
def test_no_line_of_the_plain_part_is_wider_than_72_columns(
    make: Callable[[], Edition], templates: Templates
) -> None:
    for text in plain_lines(make(), templates):
        assert columns(text) <= 72 or re.fullmatch(r" *(?:https?|mailto):\S+", text), text
        assert text == text.rstrip()


def test_the_plain_part_numbers_its_sources_and_gives_their_addresses(
    templates: Templates,
) -> None:
    lines = plain_lines(edition(), templates)
    start = lines.index("Sources")
    assert lines[start + 1 : start + 9] == [
        "[1] The Harbour Ledger · Microsoft weighs leaving its OpenAI talks ·",
        "    06:10 · carried by 2 others",
        f"    {edition().stories[0].sources[0].url}",
        "[2] Redmond Observer · Inside the rift: “limited say” and a $13bn",
        "    question · 05:25 · paywalled",
        f"    {edition().stories[0].sources[1].url}",
        "[3] Modellbahnhof · Microsoft baut an eigenen Modellen weiter · 13 March",
        "    · in German",
    ]
    assert "- ⚖️ Court Lets Authors' Suit Against Brightwater AI Go On (Update)" in lines
    assert [f"    {b.sources[0].url}" in lines for b in edition().briefs] == [True] * 5


def test_the_footer_says_why_where_and_how_to_leave(templates: Templates) -> None:
    html = edition_email(edition(), templates, FOOTER)
    assert f'<a href="{FOOTER.unsubscribe_url}" style="color:#0b5a6f">Unsubscribe</a>' in html
    assert "Example Press<br>1 Example Street<br>12345 Example Town</p>" in html
    assert "You get this because your address is on the list of AI Industry Digest." in html
    lines = plain_lines(edition(), templates)
    assert lines[-6:] == [
        "Unsubscribe:", FOOTER.unsubscribe_url, "",
        "Example Press", "1 Example Street", "12345 Example Town",
    ]  # fmt: skip


def test_without_a_page_one_leaves_by_mail(templates: Templates) -> None:
    footer = replace(FOOTER, unsubscribe_url="")
    wanted = f"mailto:bounces%2Bunsubscribe-{ANY_TOKEN}@example.org?subject=unsubscribe"
    links = Mail(edition_email(edition(), templates, footer)).all("a")
    assert links[-1]["href"] == wanted
    assert wanted in plain_lines(edition(), templates, footer)


def test_a_footer_with_nothing_to_say_says_nothing(templates: Templates) -> None:
    for text in (edition_email(topic(), templates, BARE), edition_plain(topic(), templates, BARE)):
        assert "nsubscribe" not in text
        assert "your address" not in text
        assert text.count("Made on 14 March 2026, 06:30 (Europe/Berlin)") == 1


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
def test_a_services_placeholder_stands_byte_for_byte(
    placeholder: str, templates: Templates
) -> None:
    footer = Footer(unsubscribe_url=placeholder)
    html = edition_email(edition(), templates, footer)
    assert html.count(f'<a href="{placeholder}" ') == 1
    assert html.count(placeholder) == 1
    lines = plain_lines(edition(), templates, footer)
    assert lines[lines.index("Unsubscribe:") + 1] == placeholder


def test_the_ampersands_of_an_address_are_written_as_html_wants(templates: Templates) -> None:
    footer = Footer(unsubscribe_url=f"https://a.test/?copy=1&lt={ANY_TOKEN}")
    html = edition_email(edition(), templates, footer)
    assert f'href="https://a.test/?copy=1&amp;lt={ANY_TOKEN}"' in html
    assert Mail(html).all("a")[-1]["href"] == footer.unsubscribe_url


def test_nobody_outside_learns_a_readers_token(templates: Templates) -> None:
    """Whoever fills in the token would fill it in there too, and a click would give it away."""
    for text in (ANY_TOKEN, ANY_TOKEN.upper(), "0unsubscribe0address0here0", ANY_TOKEN * 2):
        one = spoiled(edition(), f"Look: {text}", f"https://evil.test/{text}?x")
        one = replace(one, title=text)
        html = edition_email(one, templates, FOOTER)
        assert html.count(ANY_TOKEN) == 1
        assert "evil.test" not in html
        assert html.count(FOOTER.unsubscribe_url) == 1
        plain = edition_plain(one, templates, FOOTER)
        assert plain.count(ANY_TOKEN) == 1
        assert "evil.test" not in plain
        assert ANY_TOKEN.lower() not in subject(one).lower()


def test_outside_text_holds_no_mark_a_mailing_service_fills_in(templates: Templates) -> None:
    marks = ("{{ email }}", "{% if x %}", "{{{ x }}}", "<% x %>", "*|EMAIL|*", "[[x]]", "{# x")
    marked = re.compile(r"\{\{|\{%|\{#|<%|\*\||\[\[")
    for mark in marks:
        one = spoiled(edition(), mark, f"https://evil.test/?e={mark.replace(' ', '')}&%email%")
        html = edition_email(one, templates, BARE)
        assert not marked.search(html)
        assert "%email%" not in html
        plain = edition_plain(one, templates, BARE)
        assert not marked.search(plain)
        assert "%email%" not in plain
    assert "https://evil.test/?e=%7B%7Bx%7D%7D" in edition_plain(
        spoiled(edition(), "x", "https://evil.test/?e={{x}}"), templates, BARE
    )


@pytest.mark.parametrize("trick", TRICKS)
def test_no_text_changes_the_shape_of_the_mail(trick: str, templates: Templates) -> None:
    if line(trick):
        _keeps_its_shape(trick, templates)


@settings(derandomize=True, database=None, deadline=None, max_examples=40)
@given(text=st.text(min_size=1, max_size=30) | st.text(alphabet="<>&\"'/= ab!-", max_size=30))
def test_whatever_the_text_the_mail_keeps_its_shape(text: str, templates: Templates) -> None:
    if line(text):
        _keeps_its_shape(text, templates)


def _keeps_its_shape(text: str, templates: Templates) -> None:
    one = replace(edition(), stories=edition().stories[:1], briefs=edition().briefs[:1])

    def shape(words: str) -> list[tuple[str, list[str]]]:
        mail = Mail(edition_email(spoiled(one, words), templates, FOOTER))
        assert mail.open == []
        return [(tag, sorted(attrs)) for tag, attrs in mail.elements]

    assert shape(text) == shape("x")
    plain = edition_plain(spoiled(one, text), templates, FOOTER)
    blocks = edition_plain(spoiled(one, "x"), templates, FOOTER).count("\n\n")
    assert plain.count("\n\n") == blocks
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", plain)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x.test", "", "mailto:a@b.test", "ftp://a"]
)
def test_only_web_addresses_become_links(url: str, templates: Templates) -> None:
    one = spoiled(edition(), "x", url)
    assert Mail(edition_email(one, templates, BARE)).all("a") == []
    assert not re.search(r"^ *[a-z]+:", edition_plain(one, templates, BARE), re.MULTILINE)


def test_a_word_of_ten_thousand_letters_is_broken_in_the_plain_part(templates: Templates) -> None:
    for word in ("a" * 10_000, "日" * 5_000, "⚡" * 3_000):
        one = spoiled(replace(edition(), stories=edition().stories[:1]), word)
        for text in plain_lines(one, templates):
            assert columns(text) <= 72 or text.lstrip().startswith("https://")


def test_an_edition_with_holes_is_a_mail_too(templates: Templates) -> None:
    story = replace(
        edition().stories[0], emoji="", lead=(), sections=(), sources=(), commentary=(),
        disagreements=(),
    )  # fmt: skip
    uncited = replace(story, lead=(Sentence("An editor wrote this.", ()),))
    brief = replace(edition().briefs[0], emoji="", cites=(), sources=())
    one = replace(edition(), stories=(story, uncited), briefs=(brief,), counts={})
    html = edition_email(one, templates, BARE)
    assert "An editor wrote this." in html
    plain = edition_plain(one, templates, BARE)
    assert words(Mail(html).visible) == words(plain)
    assert "()" not in plain
    assert "Sources" not in plain


def test_a_quiet_day_says_so(templates: Templates) -> None:
    text = " ".join(edition_plain(empty(), templates, FOOTER).split())
    assert "No story today. Nothing that came in from 13 March 2026, 06:30" in text
    text = " ".join(edition_plain(briefs_only(), templates, FOOTER).split())
    assert "No long story today; what there is follows in brief." in text
    text = " ".join(edition_plain(nothing_found(), templates, BARE).split())
    assert "No story was found between 13 March 2026, 06:30 and 14 March 2026, 06:30" in text


def test_a_usual_edition_is_light_and_a_large_one_is_cut_to_fit(templates: Templates) -> None:
    usual = repeated(edition(), 8, 12)
    html = edition_email(usual, templates, FOOTER)
    assert len(html.encode()) < 60_000
    assert weight(html) == ""
    assert left_out(usual, templates, FOOTER) == ""
    longest = replace(edition(), stories=edition().stories[:1])
    for large in (forty(), repeated(replace(longest), 40, 60)):
        html = edition_email(large, templates, FOOTER)
        assert len(html.encode()) < 100_000
        said = left_out(large, templates, FOOTER)
        assert said.startswith("To keep this mail small, ")
        assert said in Mail(html).text
        assert said in " ".join(edition_plain(large, templates, FOOTER).split())


def test_a_mail_of_90_kb_or_more_is_warned_of() -> None:
    assert weight("x" * 89_999) == ""
    assert weight("é" * 45_000) == "The mail's HTML takes 90 KB; Gmail clips it at about 102 KB."
    assert weight("x" * 97_600) == "The mail's HTML takes 98 KB; Gmail clips it at about 102 KB."


def test_a_time_zone_that_is_none_and_a_broken_template_are_errors(templates: Templates) -> None:
    with pytest.raises(RenderError, match="no time zone 'Mars/Olympus'"):
        edition_email(replace(edition(), timezone="Mars/Olympus"), templates, FOOTER)
    with pytest.raises(RenderError, match=r"Template email\.html, line 1"):
        broken = Templates({"email.css": "", "email.html": "{{ nobody }}"})
        edition_email(edition(), broken, FOOTER)


def test_styles_of_the_users_own_are_inlined_as_well() -> None:
    sources = {"email.css": "p{color:red}", "email.html": "<style>{{ style }}</style><p>x</p>"}
    html = edition_email(edition(), Templates(sources), FOOTER)
    assert '<p style="color:red">x</p>' in html


def test_the_subject_is_the_lead_story() -> None:
    assert subject(edition()) == "⚡ Microsoft Considers Withdrawing from OpenAI Negotiations"
    update = replace(edition(), stories=edition().stories[2:])
    assert subject(update) == "⚖️ Update: Court Lets Authors' Suit Against Brightwater AI Go On"
    assert subject(topic()) == (
        "⚡ Microsoft OpenAI talks: Microsoft Considers Withdrawing from OpenAI Negotiations"
    )
    assert subject(empty()) == "No story today: AI Industry Digest, 14 March 2026"
    assert subject(briefs_only()) == (
        "💼 In brief: Plover hires Brightwater's head of safety, Ines Okafor."
    )
    assert subject(nothing_found()) == "No story was found: Microsoft OpenAI talks"


@pytest.mark.parametrize("trick", [*TRICKS, "word " * 100, "a" * 10_000, "👩‍💻" * 90, ""])
def test_a_subject_is_one_short_line(trick: str) -> None:
    text = subject(spoiled(edition(), trick))
    assert len(text) <= 120
    assert line(text).replace("\u2060", "") == text.replace("\u2060", "")
    assert not text.endswith(("\u200d…", " …"))


def test_a_long_subject_ends_after_a_word() -> None:
    headline = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    (story, *_) = edition().stories
    one = replace(edition(), stories=(replace(story, headline=f"{headline} {headline}"),))
    assert subject(one) == f"⚡ {headline} One two three four five six seven…"


def test_a_source_in_another_language_says_so(templates: Templates) -> None:
    mail = Mail(edition_email(edition(), templates, FOOTER))
    assert [a["href"].split("/")[2] for a in mail.all("a") if a.get("lang") == "de"] == [
        "www.modellbahnhof.test",
        "www.chipfabrikheute.test",
    ]


def test_an_address_that_is_only_a_source_and_no_link_keeps_its_words(templates: Templates) -> None:
    (story, *_) = edition().stories
    bare = replace(story, sources=(replace(source(1, "Somewhere", "A title"), url="about:blank"),))
    html = edition_email(replace(edition(), stories=(bare,), briefs=()), templates, BARE)
    assert "<b>Somewhere&nbsp;·</b> A title · 06:10</td>" in html
    assert "aria-label" not in html
