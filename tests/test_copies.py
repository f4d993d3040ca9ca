"""One text printed by many is one witness; reports that share words are several."""

from __future__ import annotations

import random
import re
import time
from dataclasses import replace
from typing import Any

import pytest

from digest.core import copies, ranking, stories
from digest.models import Article, Judged, StoryStatus
from tests.builders import NOW, article

SYLLABLES = [first + second for first in "bdfgkl" for second in "aeiou"]


def report(seed: int, sentences: int = 14) -> list[str]:
    """Return sentences of 18 invented words, the same for a seed, unlike those of any other."""
    pick = random.Random(seed)  # noqa: S311 - a text, not a secret
    return [
        f"The {' '.join(''.join(pick.choices(SYLLABLES, k=3)) for _ in range(17))}."
        for _ in range(sentences)
    ]


WIRE = report(1)
TEXT = " ".join(WIRE)
FIRST = article("wire", "Study of 212 schools in Orvale finds that tutors help", TEXT)


def printed(title: str, text: str, **other: object) -> Article:
    made = article("print", title, text, site="kettle.test", hours=1)
    return replace(made, **other)  # type: ignore[arg-type]


def witnesses(*articles: Article) -> int:
    found = stories.group(articles, language="en")
    return sum(len(story.evidence) for story in found)


def edited(text: str, every: int) -> str:
    """Return the text with one word in so many replaced."""
    parts = text.split()
    return " ".join(f"other{n}" if n % every == every - 1 else w for n, w in enumerate(parts))


COPIES = {
    "another headline": TEXT,
    "an intro and credits": f"By our staff in Lund. A long day for all. {TEXT} (AFP, Kettle)",
    "a longer intro": f"{' '.join(report(7, 3))} {TEXT}",
    "a shortened tail": " ".join(WIRE[:7]),
    "reordered paragraphs": "\n".join([*WIRE[5:], *WIRE[:5]]),
    "other spaces, dashes and case": re.sub(r"(\w+) (\w+)\.", r"“\1” – \2.", TEXT).upper(),
    "one word in fifteen edited": edited(TEXT, 15),
    "the feed's first 60 words": " ".join(TEXT.split()[:60]) + "…",
}


@pytest.mark.parametrize("text", COPIES.values(), ids=COPIES.keys())
def test_a_print_of_the_same_text_is_no_second_witness(text: str) -> None:
    other = printed("Lessons pay, say researchers", text)
    (told,) = stories.group([FIRST, other], language="en")
    (evidence,) = told.evidence
    assert {evidence.article.id, *(c.id for c in evidence.copies)} == {"wire", "print"}
    ranked = ranking.rank([Judged(told, StoryStatus.NEW)], now=NOW)
    assert "1 publisher" in " ".join(ranked[0].reasons)


QUOTE = f"“{' '.join(report(9, 4))}”"
OTHERS = {
    "another report": " ".join(report(2)),
    "a translation": " ".join(f"{word[::-1]}en" for word in TEXT.split()),
    "half of it from one press release": " ".join([*WIRE[:7], *report(3, 7)]),
    "a long quotation in common": f"{' '.join(report(4, 8))} {QUOTE}",
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS.keys())
def test_reports_that_share_some_words_stay_two_witnesses(text: str) -> None:
    first = replace(FIRST, text=f"{TEXT} {QUOTE}" if QUOTE in text else TEXT)
    assert witnesses(first, printed(FIRST.title, text)) == 2


def test_two_reports_that_both_quote_a_third_stay_two() -> None:
    release = " ".join(report(5, 4))
    reports = [
        article(f"r{n}", FIRST.title, f"{release} {' '.join(report(20 + n, 9))}", site=f"s{n}.test")
        for n in range(2)
    ]
    trusted = article("release", FIRST.title, release, site="maker.test", trust=3.0)
    (told,) = stories.group([*reports, trusted], language="en")
    assert {e.article.id for e in told.evidence} == {"r0", "r1"}
    assert [c.id for e in told.evidence for c in e.copies] == ["release"]


def test_the_print_that_is_told_from_is_the_best_that_is_not_much_shortened() -> None:
    short = printed("Tutors help", " ".join(WIRE[:4]), trust=3.0)
    (told,) = stories.group([FIRST, short], language="en")
    assert told.evidence[0].article.id == "wire"
    trusted = printed("Tutors help", " ".join(WIRE[:10]), trust=3.0)
    (told,) = stories.group([FIRST, trusted], language="en")
    assert told.evidence[0].article.id == "print"


@pytest.mark.parametrize("bound", [{"max_snippet": 0}, {"ai_input": False}], ids=str)
def test_a_print_that_is_free_is_told_from_before_one_that_is_not(bound: dict[str, Any]) -> None:
    first = replace(FIRST, **bound)
    free = printed("Tutors help", TEXT)
    (told,) = stories.group([first, free], language="en")
    assert told.evidence[0].article.id == "print"
    closed = replace(free, ai_input=False)  # whole sentences before what a model may have
    (told,) = stories.group([replace(FIRST, max_snippet=0), closed], language="en")
    assert told.evidence[0].article.id == "print"
    long = replace(FIRST, max_snippet=len(TEXT))  # as long as the text: no bound
    (told,) = stories.group([long, free], language="en")
    assert told.evidence[0].article.id == "wire"


def test_furniture_of_one_site_and_lines_of_a_few_words_make_no_copies() -> None:
    furniture = " ".join(report(6, 5))
    pages = [
        article("a", "Firm opens a lab in Quito", f"Rain fell. {furniture}"),
        article("b", "Court hears a case on maps", f"Snow fell. {furniture}"),
    ]
    line = "Read the whole report on our site."
    lines = [article(f"l{n}", f"Item {n}", line, site=f"s{n}.test") for n in range(2)]
    assert copies.originals([*pages, *lines]) == [0, 1, 2, 3]


def test_a_text_on_every_site_takes_no_quadratic_time() -> None:
    wired = [
        article(f"c{n:03}", f"Headline {n}", f"{n} {TEXT}", site=f"site-{n}.test")
        for n in range(400)
    ]
    others = [
        article(f"o{n:03}", f"Item {n}x", " ".join(report(100 + n, 5)), site=f"far-{n}.test")
        for n in range(200)
    ]
    begun = time.perf_counter()
    found = stories.group(wired + others, language="en")
    assert time.perf_counter() - begun < 10
    sizes = sorted(len(stories.reports(story)) for story in found)
    assert sizes[-1] >= 400
    assert max(len(e.copies) for story in found for e in story.evidence) == 399
