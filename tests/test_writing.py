"""stories → briefs: the model where it may, the outlets' own words where it may not."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

from digest.adapters.llm import OpenAIModel
from digest.errors import ModelError, ModelUnavailable
from digest.models import Article, Judged, Ranked, StoryStatus
from digest.ports import LanguageModel
from digest.writing import Writing, Written, one_line
from tests.builders import article, story
from tests.fakes import ScriptedModel, SilentProgress
from tests.model_server import KEY, ModelServer

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


# --- what publishers wish --------------------------------------------------------------------

SECRET = (
    "Zephyrine walked through Quellenbach on Monday and bought nothing at all, its agents said.\n"
    "Brindle agreed on Monday to buy the chip designer Ostrava Logic for $2.1 billion in cash."
)
CLOSED = replace(
    article("c", "Zephyrine sees Quellenbach", SECRET, site="closed.test"), ai_input=False
)
OPEN = article("o", "Brindle to buy Ostrava Logic", TEXT, site="open.test")


def tell(model: LanguageModel | None, *articles: Article) -> Written:
    ranked = [Ranked(Judged(story(*articles, key="s"), StoryStatus.NEW), 1.0, ())]
    return asyncio.run(Writing("en", model, lambda: "fence", SilentProgress()).run(ranked))


def test_of_a_mixed_story_the_model_is_sent_the_open_articles_only() -> None:
    with ModelServer() as server:

        async def work() -> Written:
            async with OpenAIModel(base_url=server.url, model="m", api_key=KEY) as model:
                writing = Writing("en", model, lambda: "fence", SilentProgress())
                told = story(CLOSED, OPEN, CLOSED, key="s")
                return await writing.run([Ranked(Judged(told, StoryStatus.NEW), 1.0, ())])

        written = asyncio.run(work())
        (sent,) = [json.dumps(body, ensure_ascii=False) for body in server.requests]
    assert "Ostrava Logic" in sent
    assert not [word for word in ("Zephyrine", "Quellenbach", "Closed", "closed") if word in sent]
    assert "fence article 2\\n" in sent
    assert "fence article 1\\n" not in sent
    brief = written.briefs["s"]
    assert brief.written_by.kind == "llm"
    assert {n for s in brief.lead for n in s.cites} == {2}


def test_a_cite_of_an_article_the_model_was_not_given_does_not_count() -> None:
    told = tell(ScriptedModel(reply(TRUE, cites=[1, 2])), CLOSED, replace(OPEN, id="x"))
    (lead,) = told.briefs["s"].lead
    assert (lead.text, lead.cites) == (TRUE, (2,))
    refused = tell(ScriptedModel(reply(TRUE, cites=[2])), OPEN, CLOSED)
    assert TRUE not in [s.text for s in refused.briefs["s"].lead]


def test_a_story_of_closed_articles_alone_is_written_without_the_model() -> None:
    model = ScriptedModel(reply(TRUE))
    written = tell(model, CLOSED)
    assert model.asked == []
    assert written.briefs["s"].written_by.kind == "extractive"
    assert (written.llm["calls"], written.llm["fell_back"], written.problems) == (0, 0, [])


def test_no_more_is_quoted_than_a_publisher_lets_be_quoted() -> None:
    first = TEXT.partition("\n")[0]
    short = tell(None, replace(OPEN, max_snippet=len(first) + 20)).briefs["s"]
    said = [s.text for s in (*short.lead, *(s for x in short.sections for s in x.sentences))]
    assert [s for s in said if s in TEXT] == [first]
    none = tell(None, replace(OPEN, max_snippet=0)).briefs["s"]
    assert none.headline == OPEN.title
    assert not [s.text for s in none.lead if s.text in TEXT]
    assert none.sections == ()


def test_the_model_is_shown_no_more_than_may_be_quoted() -> None:
    model = ScriptedModel(reply(TRUE))
    tell(model, replace(OPEN, max_snippet=100), replace(OPEN, id="p", max_snippet=0))
    prompt = model.asked[0][1]["content"]
    assert "chip designer" in prompt
    assert "regulators" not in prompt
    assert "Write 1 to 2 sections" in prompt


def test_below_the_cut_the_headline_is_told_whatever_may_be_quoted() -> None:
    item = Ranked(Judged(story(replace(OPEN, max_snippet=0)), StoryStatus.NEW), 1.0, ())
    assert one_line(item, "en").text == f"{OPEN.title}."
