"""The week's roll-up: each story once, nothing in it that no edition printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from markdown_it import MarkdownIt

from digest.core.rollup import monday_of, week
from digest.models import (
    Edition,
    EditionBrief,
    EditionStory,
    Section,
    Sentence,
    StoryStatus,
    Window,
    WrittenBy,
)
from digest.models.rollup import Rollup
from digest.render.markdown import destination
from digest.render.printable import line
from digest.render.rollup import weekly_markdown
from digest.render.templates import Templates
from tests.conftest import Golden
from tests.sample_edition import TRICKS, edition, said, source, spoiled, story

MONDAY = date(2026, 3, 9)


def on(day: date, *stories: EditionStory, briefs: tuple[EditionBrief, ...] = ()) -> Edition:
    """Return an edition of a day with these stories, in this order."""
    at = datetime(day.year, day.month, day.day, 5, 30, tzinfo=UTC)
    return replace(
        edition(),
        id=f"daily-{day}",
        date=day,
        generated_at=at,
        window=Window(at - timedelta(days=1), at),
        stories=tuple(replace(told, rank=n) for n, told in enumerate(stories, start=1)),
        briefs=briefs,
    )


def told(
    name: str, headline: str, *, lead: str = "", changed: str = "", by: str = ""
) -> EditionStory:
    """Return a telling of the story ``name`` by one source, named for its headline or ``by``."""
    return replace(
        story(
            1, "⚡", headline, (said(lead or f"{headline} indeed.", 1),), (),
            (source(1, by or headline, headline),),
            status=StoryStatus.UPDATE if changed else StoryStatus.NEW,
            what_changed=(said(changed, 1),) if changed else (),
        ),
        id=name,
    )  # fmt: skip


def brief(name: str, text: str) -> EditionBrief:
    return EditionBrief(name, "🧪", text, (1,), (source(1, "Talk Desk", text),))


def rolled(*editions: Edition, **limits: int) -> Rollup:
    made = week(editions, MONDAY, **limits)
    assert made is not None
    return made


def sample() -> Rollup:
    """Return a week of four days: a saga of three tellings, the sample edition, briefs, a rest."""
    monday = on(
        MONDAY,
        told(
            "dock",
            "Tern Robotics Recalls 900 Warehouse Arms",
            lead="Tern Robotics takes back 900 arms that did not stop when told to.",
            by="Loading Dock",
        ),
        told(
            "hall",
            "Nimbus Grid Opens a Hall Cooled by Sea Water",
            lead="Nimbus Grid put its first hall cooled by sea water into service.",
            by="Wire Daily",
        ),
        briefs=(brief("voice", "Murmur's voice model now speaks 71 languages."),),
    )
    wednesday = on(
        MONDAY + timedelta(days=2),
        told(
            "sky",
            "Plover Opens a Test Range for Drones",
            lead="Plover lets others try out their drones on its range in the north.",
            by="Northern Post",
        ),
        told(
            "dock",
            "Tern Robotics Recalls 2,000 Warehouse Arms",
            changed="The recall grew from 900 arms to 2,000.",
            by="Redmond Observer",
        ),
        briefs=(brief("sky", "A range opens."), brief("late", "A late report.")),
    )
    saturday = edition()
    recall = replace(
        saturday.stories[5],
        id="dock",
        status=StoryStatus.UPDATE,
        what_changed=(said("It now takes in 3,000 arms, and names the fault.", 1),),
    )
    saturday = replace(saturday, stories=(*saturday.stories[:5], recall))
    return rolled(saturday, monday, wednesday, most_stories=8, most_in_full=2, most_also=5)


def test_the_weekly_markdown_is_what_it_was(golden: Golden, templates: Templates) -> None:
    golden("weekly.md", weekly_markdown(sample(), templates))


def test_a_story_is_told_once_with_its_newest_headline_and_the_course_of_days() -> None:
    first = told("a", "Old", lead="It began.")
    second = told("a", "New", lead="It goes on.", changed="It doubled.")
    third = told("a", "Newest", lead="It goes on.", changed="It tripled.")
    made = rolled(
        on(MONDAY, first), on(MONDAY + timedelta(days=1), second),
        on(MONDAY + timedelta(days=6), third),
    )  # fmt: skip
    (one,) = made.stories
    assert one.story.headline == "Newest"
    assert [sentence.text for sentence in one.story.lead] == ["It goes on."]
    assert one.days == (MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=6))
    assert [(t.day, [s.text for s in t.sentences]) for t in one.course] == [
        (MONDAY, ["It began."]),
        (MONDAY + timedelta(days=1), ["It doubled."]),
        (MONDAY + timedelta(days=6), ["It tripled."]),
    ]


def test_the_sources_of_all_tellings_are_numbered_anew_as_they_are_cited() -> None:
    shared = source(2, "Shared", "Shared")
    first = told("a", "Old")
    first = replace(first, sources=(*first.sources, shared), lead=(said("It began.", 2, 1),))
    second = told("a", "New", changed="It doubled.")
    second = replace(
        second,
        sources=(*second.sources, replace(shared, n=5, title="Corrected")),
        lead=(said("It goes on.", 5),),
    )
    (one,) = rolled(on(MONDAY, first), on(MONDAY + timedelta(days=1), second)).stories
    assert [(s.n, s.publisher) for s in one.story.sources] == [
        (1, "Shared"), (2, "Old"), (3, "New"),
    ]  # fmt: skip
    assert one.story.sources[0].title == "Corrected"
    assert one.story.lead[0].cites == (1,)
    assert [t.sentences[0].cites for t in one.course] == [(1, 2), (3,)]


def test_an_update_of_a_story_from_an_earlier_week_says_what_changed() -> None:
    (one,) = rolled(on(MONDAY, told("a", "New", changed="It doubled."))).stories
    assert [s.text for t in one.course for s in t.sentences] == ["It doubled."]


def test_a_sentence_is_printed_once() -> None:
    first = told("a", "Old", lead="Same words.")
    second = told("a", "New", lead="Same words.", changed="Same words.")
    (one,) = rolled(on(MONDAY, first), on(MONDAY + timedelta(days=1), second)).stories
    assert one.course == ()


def test_the_best_place_ranks_first_then_how_often_then_the_score() -> None:
    a, b, c, d = (told(name, name.upper()) for name in "abcd")
    tuesday = on(MONDAY + timedelta(days=1), replace(c, score=9.9), b)
    wednesday = on(MONDAY + timedelta(days=2), d, b)
    made = rolled(on(MONDAY, replace(a, score=1.0), b), tuesday, wednesday)
    scores = {s.story.id: s.story.score for s in made.stories}
    assert scores["c"] > scores["d"] > scores["a"]
    assert [(s.story.rank, s.story.id) for s in made.stories] == [
        (1, "c"), (2, "d"), (3, "a"), (4, "b"),
    ]  # fmt: skip


def test_only_the_first_stories_keep_their_sections() -> None:
    parts = (Section("📏", "Size", (said("It is large.", 1),)),)
    stories = [replace(told(name, name), sections=parts) for name in "abc"]
    made = rolled(on(MONDAY, *stories), most_in_full=2)
    assert [len(s.story.sections) for s in made.stories] == [1, 1, 0]


def test_what_is_beyond_the_cut_and_the_briefs_follow_in_a_line_each() -> None:
    stories = [told(name, f"Story {name}") for name in "abcd"]
    briefs = (brief("a", "Told above."), brief("x", "Old words."), brief("y", "Y."))
    later = on(MONDAY + timedelta(days=1), briefs=(brief("x", "New words."), brief("z", "Z.")))
    made = rolled(on(MONDAY, *stories, briefs=briefs), later, most_stories=2, most_also=4)
    assert [s.story.id for s in made.stories] == ["a", "b"]
    assert [(b.story_id, b.text) for b in made.also] == [
        ("c", "Story c."), ("d", "Story d."), ("x", "New words."), ("z", "Z."),
    ]  # fmt: skip
    assert made.more == 1


def test_a_week_without_an_edition_has_no_roll_up() -> None:
    assert week([], MONDAY) is None
    assert week([on(MONDAY - timedelta(days=1)), on(MONDAY + timedelta(days=7))], MONDAY) is None


def test_any_day_stands_for_its_week() -> None:
    editions = [on(MONDAY, told("a", "A"))]
    assert week(editions, MONDAY + timedelta(days=6)) == week(editions, MONDAY)
    assert monday_of(date(2027, 1, 3)) == date(2026, 12, 28)


def test_the_order_of_the_editions_changes_nothing() -> None:
    days = [
        on(MONDAY + timedelta(days=n), told("a", f"Day {n}"), told(f"b{n}", "B")) for n in range(5)
    ]
    assert rolled(*days) == rolled(*reversed(days))


@pytest.mark.parametrize(
    ("monday", "title", "span", "slug"),
    [
        (date(2026, 12, 28), "week 53 of 2026", "28 December 2026 to 3 January 2027", "2026-w53"),
        (date(2025, 12, 29), "week 1 of 2026", "29 December 2025 to 4 January 2026", "2026-w01"),
        (date(2026, 3, 30), "week 14 of 2026", "30 March to 5 April 2026", "2026-w14"),
        (MONDAY, "week 11 of 2026", "9 to 15 March 2026", "2026-w11"),
    ],
)
def test_the_week_is_named_as_iso_8601_has_it(
    monday: date, title: str, span: str, slug: str, templates: Templates
) -> None:
    made = week([on(monday + timedelta(days=3), told("a", "A Story"))], monday)
    assert made is not None
    text = weekly_markdown(made, templates)
    head = yaml.safe_load(text.split("---\n", 2)[1])
    assert head["title"] == f"AI Industry Digest, {title}"
    assert head["slug"] == f"daily-{slug}"
    assert head["description"] == f"The week of {span}: A Story."
    assert head["tags"] == ["digest", "daily", "weekly"]
    assert head["draft"] is False
    assert head["date"].utcoffset() is not None
    assert f"**{span}:** A Story. 1 story, 1 min read." in text
    assert "Rolled up from 1 edition, of Thursday;" in text


def test_a_week_of_quiet_days_says_so(templates: Templates) -> None:
    text = weekly_markdown(rolled(on(MONDAY), on(MONDAY + timedelta(days=1))), templates)
    assert "**9 to 15 March 2026:** no story this week." in text
    assert "Rolled up from 2 editions, of Monday and Tuesday;" in text


def test_every_sentence_was_printed_by_an_edition_with_its_sources() -> None:
    whole = edition()
    printed = {
        (s.text, tuple(one.sources[n - 1].url for n in s.cites))
        for one in whole.stories
        for s in _sentences(one)
    }
    for one in rolled(whole, most_in_full=9).stories:
        urls = {source.n: source.url for source in one.story.sources}
        for sentence in _sentences(one.story):
            assert (sentence.text, tuple(urls[n] for n in sentence.cites)) in printed


def _sentences(one: EditionStory) -> Iterator[Sentence]:
    yield from (*one.lead, *one.what_changed, *one.disagreements)
    for section in one.sections:
        yield from section.sentences


def test_every_cite_is_a_link_to_its_source(templates: Templates) -> None:
    made = sample()
    tokens = MarkdownIt("commonmark").parse(weekly_markdown(made, templates).split("---\n", 2)[2])
    children = [child for token in tokens for child in token.children or []]
    hrefs = [str(child.attrs["href"]) for child in children if child.type == "link_open"]
    for one in made.stories:
        urls = {source.n: destination(source.url) for source in one.story.sources}
        sentences = [*_sentences(one.story), *(s for t in one.course for s in t.sentences)]
        for url in [urls[n] for sentence in sentences for n in sentence.cites] + [*urls.values()]:
            hrefs.remove(url)
        for link in one.story.commentary:
            hrefs.remove(link.url)
    assert len(hrefs) == len(made.also)


def test_all_who_wrote_a_story_are_told(templates: Templates) -> None:
    first = replace(told("a", "Old"), written_by=WrittenBy("llm", "plover-4"))
    second = told("a", "New", changed="It doubled.")
    text = weekly_markdown(rolled(on(MONDAY, first), on(MONDAY + timedelta(1), second)), templates)
    assert "Some stories were written by plover-4" in text


@pytest.mark.parametrize("trick", TRICKS)
def test_no_text_changes_the_shape_of_the_page(trick: str, templates: Templates) -> None:
    if line(trick):
        assert _shape(_spoiled(trick), templates) == _shape(_spoiled("x"), templates)


def _spoiled(text: str) -> Rollup:
    return rolled(spoiled(edition(), text), most_stories=3)


def _shape(made: Rollup, templates: Templates) -> list[tuple[str, object]]:
    body = weekly_markdown(made, templates).split("---\n", 2)[2]
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body)
    return [
        (part.type, part.attrGet("href"))
        for token in tokens
        for part in (token, *(token.children or []))
    ]
