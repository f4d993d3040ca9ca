"""Sources in another language: what of them is checked, and how a translation is shown."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from digest.core import crossing, extractive, facts, questions
from digest.core.committed import committed
from digest.core.grounding import ground
from digest.errors import BriefError, ModelError
from digest.models import Brief, Edition, Judged, Ranked, Section, Sentence, StoryStatus, WrittenBy
from digest.render.email import Footer, edition_email, edition_plain
from digest.render.markdown import edition_markdown
from digest.render.page import edition_page
from digest.render.record import edition_from_json, edition_to_json
from digest.render.templates import Templates
from digest.render.text import topic_text
from digest.writing import Writing, Written, one_line
from tests.builders import article, story
from tests.fakes import ScriptedModel, SilentProgress
from tests.sample_edition import edition

GERMAN = article(
    "d",
    "Initech kauft Globex für 2,3 Milliarden Dollar",
    "Initech übernimmt Globex für 2,3 Milliarden Dollar. Am Dienstag stimmte die EU-Kommission zu,"
    " 1.200 Stellen in Deutschland bleiben. „Wir wachsen zusammen“, sagte Vera Brandt.",
    language="de",
    site="nordlicht.test",
)
ENGLISH = article("e", "Initech buys Globex", "Initech buys Globex, the chip maker, for cash.")


def brief(
    *texts: str, headline: str = "Initech Buys Globex", cites: tuple[int, ...] = (1,)
) -> Brief:
    lead, *rest = (Sentence(text, cites) for text in texts)
    sections = (Section("🧪", "Initech", tuple(rest)),) if rest else ()
    return Brief("🤝", headline, (lead,), sections, WrittenBy("llm", "m"))


def told(*texts: str) -> list[Sentence]:
    found = ground(brief(*texts), story(GERMAN), language="en")
    return [*found.lead, *(s for section in found.sections for s in section.sentences)]


@pytest.mark.parametrize(
    "text",
    [
        "Initech acquires Globex for $2.3 billion.",
        "The European Commission agreed on Tuesday.",
        "In Germany 1,200 jobs stay.",
    ],
)
def test_figures_days_and_names_cross(text: str) -> None:
    assert [s.translated for s in told(text)] == ["de"]


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("Initech acquires Globex for $3.2 billion.", "figure"),
        ("The European Commission agreed on Friday.", "Friday"),
        ("Umbrella acquires Globex.", "name Umbrella"),
        ("Vera Brandt said “we are growing together”.", "quotation"),
        ("The deal is thought to be a good one.", "no figure, day or name"),
        ("Initech übernimmt Globex für 2,3 Milliarden Dollar.", "left in its source's language"),
        ("Für 2,3 Milliarden Dollar hat Initech den Konkurrenten Globex übernommen.", "left in"),
    ],
)
def test_what_its_foreign_source_has_not_is_refused(text: str, because: str) -> None:
    with pytest.raises(BriefError, match=because):
        told(text)


def test_a_sentence_with_one_source_in_the_own_language_is_checked_as_ever() -> None:
    both = story(ENGLISH, GERMAN)
    kept = ground(brief("Initech buys Globex for cash.", cites=(1, 2)), both, language="en")
    assert kept.lead[0].translated == ""
    with pytest.raises(BriefError):
        ground(brief("Initech pleases gardeners everywhere.", cites=(1, 2)), both, language="en")


def test_a_foreign_sentence_is_refused_beside_a_source_in_the_own_language() -> None:
    text = "Initech übernimmt Globex für 2,3 Milliarden Dollar."
    with pytest.raises(BriefError, match="left in its source's language"):
        ground(brief(text, cites=(1, 2)), story(ENGLISH, GERMAN), language="en")


@pytest.mark.parametrize("headline", ["Initech Buys Globex for $9 Billion", GERMAN.title])
def test_a_headline_that_fails_is_not_replaced_by_a_foreign_title(headline: str) -> None:
    made = brief("Initech acquires Globex for $2.3 billion.", headline=headline)
    kept = ground(made, story(GERMAN), language="en")
    assert kept.headline == "Initech acquires Globex for $2.3 billion"
    both = ground(
        replace(made, headline="Globex Is Worth $9 Billion"), story(GERMAN, ENGLISH), language="en"
    )
    assert both.headline == ENGLISH.title


def test_without_a_language_nothing_counts_as_foreign() -> None:
    whole = "Initech übernimmt Globex für 2,3 Milliarden Dollar."
    assert ground(brief(whole), story(GERMAN)).lead[0].translated == ""


def test_a_source_lends_other_notations_and_names() -> None:
    lent = crossing.lent("500.000 Chips für 1,5 Mrd. Euro, im März in den USA")
    assert {"500000", "eur 1500000000"} <= facts.numbers(lent)
    assert "March" in lent and "United States" in lent
    assert crossing.lent("mai or may not") == "mai or may not"


def write(model: ScriptedModel | None) -> Written:
    item = Ranked(Judged(story(GERMAN), StoryStatus.NEW), 1.0, ())
    writing = Writing("en", model, lambda: "=f=", SilentProgress())
    return asyncio.run(writing.run([item]))


def test_a_model_translates_and_it_is_marked() -> None:
    reply = {
        "emoji": "🤝",
        "headline": "Initech Buys Globex",
        "lead": [{"text": "Initech acquires Globex for $2.3 billion.", "cites": [1]}],
        "sections": [],
        "disagreements": [],
    }
    model = ScriptedModel(reply)
    written = write(model)
    assert written.by_model("s-1")
    assert written.briefs["s-1"].lead[0].translated == "de"
    assert "(in German)" in model.asked[0][1]["content"]


def test_without_a_model_a_foreign_title_is_not_quoted() -> None:
    (line,) = extractive.write(story(GERMAN), language="en").lead
    assert line.text == f"The full report is at {GERMAN.publisher}."
    assert ground(extractive.write(story(GERMAN), language="en"), story(GERMAN)).lead == (line,)


def test_without_its_model_a_foreign_story_is_a_link() -> None:
    assert not write(ScriptedModel(ModelError("cut short"))).by_model("s-1")
    line = one_line(Ranked(Judged(story(GERMAN), StoryStatus.NEW), 1.0, ()), "en")
    assert line.text == "Initech kauft Globex für 2,3 Milliarden Dollar."
    assert [s.language for s in line.sources] == ["de"]


# --- shown ---


def translated() -> Edition:
    """Return an edition whose first story has one translated sentence, and a German brief."""
    one = edition()
    first, *others = one.stories
    lead = (replace(first.lead[0], translated="de"), Sentence("The rest is known.", (1,)))
    german = tuple(replace(s, language="de") for s in one.briefs[0].sources)
    return replace(
        one,
        stories=(replace(first, lead=lead), *others),
        briefs=(replace(one.briefs[0], sources=german), *one.briefs[1:]),
    )


def test_every_rendering_says_what_is_translated(templates: Templates) -> None:
    shown = translated()
    for text in (
        edition_markdown(shown, templates),
        edition_page(shown, templates),
        edition_email(shown, templates, Footer()),
        " ".join(edition_plain(shown, templates, Footer()).split()),
        topic_text(replace(shown, stories=shown.stories[:1]), templates),
    ):
        assert text.count("(translated from German)") == 1
    for text in (
        edition_markdown(shown, templates),
        edition_page(shown, templates),
        edition_email(shown, templates, Footer()),
        " ".join(edition_plain(shown, templates, Footer()).split()),
    ):
        assert ", in German" in text


def test_where_all_is_translated_it_is_said_once(templates: Templates) -> None:
    one = edition()
    lead = tuple(Sentence(f"Part {n} of it.", (1,), "de, fr") for n in range(3))
    text = edition_markdown(replace(one, stories=(replace(one.stories[0], lead=lead),)), templates)
    assert text.count("translated from") == 1
    assert "(all translated from German and French)" in text


def test_the_record_has_the_mark_only_where_it_says_something() -> None:
    shown = translated()
    record = json.loads(edition_to_json(shown))
    first, second = record["stories"][0]["lead"]
    assert first["translated"] == "de" and "translated" not in second
    assert edition_from_json(edition_to_json(shown)) == shown
    assert "translated" not in edition_to_json(edition())


def test_marks_are_no_words_of_a_committed_edition(templates: Templates) -> None:
    plain = committed(edition_markdown(replace(translated(), stories=edition().stories), templates))
    marked = committed(edition_markdown(translated(), templates))
    assert plain and marked
    said = [text for piece in marked.pieces for text, _ in piece.sentences]
    assert said and not [text for text in said if "German" in text]


def test_a_question_shows_titles_in_any_language() -> None:
    assert "Initech kauft Globex" in questions.pair(ENGLISH, GERMAN)
