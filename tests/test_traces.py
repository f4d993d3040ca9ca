"""What stays of an article when its text does not."""

from __future__ import annotations

from dataclasses import replace

from digest.core.shingling import COPY, contained, shingles
from digest.core.traces import MOST, facts_of, hashed, sample, shared, trace
from tests.builders import article

TEXT = "\n".join(
    f"Pellmark said on day {n} that board number {n * 37} had cracked near Lindow, town {n}."
    for n in range(60)
)
REPORT = article("a", "Pellmark halts 14,200 boards", TEXT)


def test_a_trace_holds_hashes_and_no_word_of_the_text() -> None:
    found = trace(REPORT)
    assert found.article_id == "a"
    for kept in (found.facts, found.shingles):
        assert kept
        assert all(len(h) == 8 and int(h, 16) >= 0 for h in kept)


def test_a_fact_is_known_again_and_another_is_not() -> None:
    told = trace(REPORT).facts
    assert hashed(facts_of("It was 14,200 of them, said Pellmark.")) <= told
    assert not hashed(facts_of("It was 14,300 of them.")) <= told


def test_years_are_no_facts() -> None:
    assert facts_of("In 2024 and 1999 it sold 31 boards.") == {"31"}


def test_a_sample_tells_a_copy_from_another_report() -> None:
    wire = "The Harbour Wire reports: \n" + TEXT + "\nMore tomorrow."
    other = TEXT.replace("said", "wrote").replace("cracked", "broken in two")
    for text, copied in ((wire, True), (other, False)):
        full = contained(shingles(REPORT.text), shingles(text))
        part = shared(trace(REPORT).shingles, sample(shingles(text)))
        assert (full >= COPY) is copied
        assert (part >= COPY) is copied
        assert abs(full - part) < 0.15


def test_a_sample_too_small_to_tell_tells_nothing() -> None:
    assert shared(frozenset({"00000008"}), frozenset({"00000008"})) == 0.0


def test_an_endless_text_leaves_a_bounded_trace() -> None:
    endless = replace(REPORT, text=" ".join(f"Name{n} {n}." for n in range(30_000)))
    found = trace(endless)
    assert len(found.facts) == MOST
    assert len(found.shingles) == MOST
