"""Plain text: what is cleaned, where sentences end, which words count, in bounded time."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core import text


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  two   words \t here ", "two words here"),
        ("one\r\n\r\ntwo\x0bthree", "one\ntwo\nthree"),
        ("zero\u200bwidth \u202eright\u202c", "zerowidth right"),
        ("soft\u00adhyphen\x00 and\x07 bell", "softhyphen and bell"),
        ("cafe\u0301", "caf\u00e9"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("hidden\U000e0041\U000e0042 tag", "hidden tag"),
    ],
)
def test_clean_leaves_only_what_a_reader_sees(raw: str, cleaned: str) -> None:
    assert text.clean(raw) == cleaned


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        (
            "<p>One <b>bold</b>ly &amp; well</p><p>Two&nbsp;three</p>",
            "One boldly & well\nTwo three",
        ),
        ("a<br/>b<ul><li>c<li>d</ul>", "a\nb\nc\nd"),
        ("<script>alert(1)</script>kept<style>p{}</style>", "kept"),
        ('<img alt="a > b" src=x>after', "after"),
        ("4 < 5 and R&D", "4 < 5 and R&D"),
        ("&lt;b&gt; stays text", "<b> stays text"),
        ("source\nlines\nfold <i>here</i>", "source lines fold here"),
        ("<template><p>no</p></template><!-- no -->a<noscript>no</noscript>", "a"),
        ("<p onclick='x'>a</p onx><scr<script>no</script>ipt>b", "a\nnoipt>b"),
        ("a<script>never closed", "a"),
        ("a\ud800<p>b\x00c", "a\nbc"),
        ("", ""),
    ],
)
def test_plain_reads_html_as_a_browser_shows_it(html: str, plain: str) -> None:
    assert text.plain(html) == plain


def test_words_below_the_parsers_depth_are_kept() -> None:
    assert text.plain("<div>" * 5000 + "deep down") == "deep down"


@pytest.mark.parametrize(
    "expected",
    [
        ["Mr. Orell of Brakk Inc. said U.S. sales hit $1.5 billion on Jan. 5.", "The firm grew."],
        ["She lives in the U.S.", "The rest is known."],
        ["Ada W. Lorne spoke at 9 a.m. on Monday.", "Then she left."],
        ["“We agree.”", "The vote was over.", "“Really?” Ada Lorne asked."],
        ["“Is it ready?” she asked.", "It was No. 3 on the list (and still is.)", "Fine."],
        ["Well... maybe.", "And then… nothing happened…", "Nobody knew."],
        ["Version 3.5 beat GPT-4o on tests, e.g. in maths, vs. others.", "xAI followed."],
        ["Am 3. Juni kam Dr. Sommer z. B. nach Ulm.", "Das kostet 1,5 Mrd. Euro.", "Gut."],
        ["„Es geht los.“", "Der 21. September bleibt frei."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(expected: list[str]) -> None:
    assert text.sentences(" ".join(expected)) == expected


def test_a_newline_and_a_bullet_end_a_sentence() -> None:
    listed = "A headline without a stop\n• First point\n- Second point. And more.\n2. Third"
    assert text.sentences(listed) == [
        "A headline without a stop",
        "First point",
        "Second point.",
        "And more.",
        "Third",
    ]


def test_sentences_of_scripts_without_spaces_are_found() -> None:
    assert text.sentences("これは本です。あれは「本です。」と言った。") == [
        "これは本です。",
        "あれは「本です。」と言った。",
    ]


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_or_invented_between_sentences(raw: str) -> None:
    line = text.clean(raw).replace("\n", " ")
    found = text.sentences(line)
    assert all(sentence in line for sentence in found)
    letters = [c for c in line if c.isalpha()]
    assert [c for sentence in found for c in sentence if c.isalpha()] == letters


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    once = text.clean(raw)
    assert text.clean(once) == once
    assert unicodedata.is_normalized("NFC", once)


def test_words_are_the_same_whatever_hyphens_and_apostrophes_are_typed() -> None:
    assert text.words("GPT\u20114o’s") == text.words("GPT-4o's") == ["gpt-4o"]


def test_words_keep_numbers_and_model_names_whole() -> None:
    told = "Brakk’s $1,000.50 plan, GPT-4o-mini, AI-powered, don’t, 5%"
    assert text.words(told) == [
        *("brakk", "1,000.50", "plan", "gpt-4o", "mini", "ai", "powered", "don't", "5"),
    ]


@pytest.mark.parametrize(
    "forms",
    ["chip chips", "company companies", "raise raises raised raising", "plan planned planning"],
)
def test_forms_of_one_word_share_a_stem(forms: str) -> None:
    assert len(set(text.content_words(forms))) == 1


def test_function_words_are_not_content() -> None:
    assert text.content_words("It is what they have been and what we will be") == []


@pytest.mark.parametrize(
    ("sample", "code"),
    [
        ("The lab said that it will open the model to all of its users.", "en"),
        ("Das Labor teilte mit, dass es das Modell für alle öffnen wird.", "de"),
        ("Le laboratoire a annoncé que le modèle est ouvert pour les écoles.", "fr"),
        ("El laboratorio dijo que el modelo es para todos los usuarios.", "es"),
        ("研究所は新しいモデルを公開した。", "ja"),
        ("Лаборатория открыла модель для всех", "ru"),
        ("Brakk Orell 3000", ""),
        ("", ""),
    ],
)
def test_language_is_told_by_function_words_or_left_open(sample: str, code: str) -> None:
    assert text.language(sample) == code


def test_shortening_ends_at_a_word_within_the_limit() -> None:
    assert text.shorten("Hello big wide world", 12) == "Hello big…"
    assert text.shorten("short", 12) == "short"
    assert text.shorten("x" * 50, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    "line",
    [
        "." * 10**6,
        ".)" * 500_000,
        "a" + "\u0316\u0301" * 500_000,
        "A. " * 330_000,
        "<div>" * 200_000,
        "<a " + " ".join(f"x{i}=1" for i in range(100_000)) + ">",
        "<!--" * 250_000,
        "1," * 500_000,
        "a" * 10**6,
    ],
    ids=[
        "stops",
        "closers",
        "marks",
        "initials",
        "nested",
        "attributes",
        "comments",
        "digits",
        "word",
    ],
)
def test_a_hostile_megabyte_takes_linear_time(line: str) -> None:
    started = time.perf_counter()
    text.clean(line)
    text.plain(line)
    text.sentences(line)
    text.content_words(line)
    text.language(line)
    # About a second on a busy machine; anything quadratic would take minutes.
    assert time.perf_counter() - started < 10
