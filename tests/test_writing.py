"""stories → briefs: the model where it may, the outlets' own words where it may not."""

from __future__ import annotations

import asyncio
from typing import Any

from digest.errors import ModelError, ModelUnavailable
from digest.models import Judged, Ranked, StoryStatus
from digest.writing import Writing, Written
from tests.builders import article, story
from tests.fakes import ScriptedModel, SilentProgress

TEXT = (
    "Brindle agreed on Monday to buy the chip designer Ostrava Logic for $2.1 billion in cash.\n"
    "The purchase needs the approval of regulators in three countries, which Brindle expects by "
    "the autumn.\n"
    "Ostrava Logic employs 340 people in Brno and designs memory controllers for accelerators.\n"
    "“We looked at building this ourselves and it would have taken four years,” said Marta Quell, "
    "Brindle's head of hardware."
)
TRUE = "Brindle agreed to buy the chip designer Ostrava Logic for $2.1 billion."
LIE = "Brindle agreed to buy the chip designer Ostrava Logic for $9.9 billion."


def reply(lead: str, *, cites: list[int] | None = None) -> dict[str, Any]:
    sentence = {"text": lead, "cites": cites or [1]}
    section = {"text": "Ostrava Logic employs 340 people in Brno.", "cites": [1]}
    return {
        "emoji": "💰",
        "headline": "Brindle to buy Ostrava Logic",
        "lead": [sentence],
        "sections": [{"emoji": "👥", "heading": "Ostrava Logic in Brno", "sentences": [section]}],
        "disagreements": [],
    }


def write(model: ScriptedModel | None, count: int = 1) -> tuple[Written, SilentProgress]:
    progress = SilentProgress()
    ranked = [
        Ranked(
            Judged(
                story(article(f"a{n}", "Brindle to buy Ostrava Logic", TEXT), key=f"s{n}"),
                StoryStatus.NEW,
            ),
            1.0,
            (),
        )
        for n in range(count)
    ]
    writing = Writing("en", model, lambda: "fence", progress)
    return asyncio.run(writing.run(ranked)), progress


def test_without_a_model_the_outlets_own_words_are_used() -> None:
    written, _ = write(None)
    brief = written.briefs["s0"]
    assert brief.written_by.kind == "extractive"
    assert all(s.text in TEXT for s in brief.lead)
    assert written.problems == []
    assert written.llm["calls"] == written.llm["fell_back"] == 0


def test_a_true_reply_is_published_and_counted() -> None:
    written, _ = write(ScriptedModel(reply(TRUE)))
    brief = written.briefs["s0"]
    assert (brief.written_by.kind, brief.written_by.model) == ("llm", "scripted")
    assert [s.text for s in brief.lead] == [TRUE]
    assert written.llm["calls"] == 1
    assert written.llm["input_tokens"] == 100
    assert written.llm["cached_tokens"] == 40
    assert written.llm["output_tokens"] == 20


def test_a_lie_is_not_published() -> None:
    written, _ = write(ScriptedModel(reply(LIE)))
    brief = written.briefs["s0"]
    assert brief.written_by.kind == "extractive"
    assert "9.9" not in " ".join(s.text for s in brief.lead)
    assert written.llm["fell_back"] == 1
    assert "written without the model" in written.problems[0].message


def test_a_cite_of_a_source_there_is_not_bears_nothing_out() -> None:
    written, _ = write(ScriptedModel(reply(TRUE, cites=[7])))
    assert written.briefs["s0"].written_by.kind == "extractive"


def test_one_bad_reply_costs_one_story_only() -> None:
    model = ScriptedModel(ModelError("the reply was cut short"), reply(TRUE))
    written, _ = write(model, count=3)
    kinds = sorted(b.written_by.kind for b in written.briefs.values())
    assert kinds == ["extractive", "llm", "llm"]
    assert written.llm["fell_back"] == 1


def test_a_model_out_of_reach_is_named_once_and_asked_no_more() -> None:
    model = ScriptedModel(ModelUnavailable("the key was refused (401)"))
    written, progress = write(model, count=5)
    assert {b.written_by.kind for b in written.briefs.values()} == {"extractive"}
    assert written.llm["fell_back"] == 5
    assert len(written.problems) == 1
    assert len(progress.said) == 1
    assert "401" in progress.said[0]


def test_a_story_nobody_can_write_becomes_a_problem_and_the_others_go_on() -> None:
    progress = SilentProgress()
    german = article("d", "Firma kauft Firma", "Text.", language="de")
    ranked = [Ranked(Judged(story(german), StoryStatus.NEW), 1.0, ())]
    written = asyncio.run(Writing("en", None, lambda: "f", progress).run(ranked))
    assert (written.briefs == {}) == bool(written.problems)
