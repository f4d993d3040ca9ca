"""A topic piece as plain text: the shape of the user's own example."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from digest.render.templates import Templates
from digest.render.text import topic_text
from tests.conftest import Golden
from tests.sample_edition import SEED, TRICKS, edition, spoiled, topic


def test_the_text_is_what_it_was(golden: Golden, templates: Templates) -> None:
    golden("topic.txt", topic_text(topic(), templates))


def test_without_its_numbers_the_piece_is_the_seed(templates: Templates) -> None:
    one = topic()
    one = replace(one, stories=(replace(one.stories[0], disagreements=()),))
    piece = topic_text(one, templates).split("\n\nSources\n")[0]
    assert re.sub(r" \[[0-9, ]+\]", "", piece) == SEED.read_text(encoding="utf-8").rstrip("\n")


def test_sources_are_numbered_as_the_sentences_cite_them(templates: Templates) -> None:
    text = topic_text(topic(), templates)
    lines = text.split("\n\nSources\n")[1].split("\n\n")[0].splitlines()
    assert [line[:4] for line in lines] == ["[1] ", "[2] ", "[3] "]
    assert lines[2] == (
        "[3] Modellbahnhof — Microsoft baut an eigenen Modellen weiter, 13 March 2026 (in German), "
        "https://www.modellbahnhof.test/2026/microsoft-baut-an-eigenen-modellen-weiter"
        "?edition=world&page=1"
    )
    assert "also carried by Wire Daily and Northern Post" in lines[0]
    assert "(paywalled)" in lines[1]
    assert {int(n) for n in re.findall(r"\[(\d+)", text)} == {1, 2, 3}


@pytest.mark.parametrize("trick", TRICKS)
def test_no_text_adds_a_line_or_reaches_the_terminal(trick: str, templates: Templates) -> None:
    text = topic_text(spoiled(topic(), trick, "https://a.test/\x1b[31m"), templates)
    plain = topic_text(spoiled(topic(), "x", ""), templates)
    if trick.strip("\u200b"):
        assert text.count("\n") == plain.count("\n")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


def test_a_question_nobody_wrote_about_gets_an_honest_sentence(templates: Templates) -> None:
    text = topic_text(replace(topic(), stories=()), templates)
    assert text == (
        "No story was found between 13 March 2026, 06:30 and 14 March 2026, 06:30 "
        "(Europe/Berlin).\n"
    )


def test_several_stories_stand_apart(templates: Templates) -> None:
    text = topic_text(edition(), templates)
    assert text.count("\nSources\n") == 6
    assert "\n\n🔋 Quillon Labs" in text
    assert "\n\n\n" not in text
