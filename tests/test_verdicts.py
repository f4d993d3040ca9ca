"""The demo's closing table tells what happened, also when it went wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from digest import app
from digest.models import (
    Edition,
    EditionStory,
    EntryOutcome,
    FeedOutcome,
    RunReport,
    Sentence,
    StoryStatus,
)
from digest.newsroom.outcomes import EXPECTED
from digest.newsroom.verdicts import verdicts
from digest.render.record import edition_from_json
from tests.command import Days

Spoil = Callable[[RunReport, Edition], tuple[RunReport, Edition]]


def editions(days: Days) -> list[Edition]:
    with app.open_store(app.read_config(days.folder / "config.yaml")) as store:
        return [edition_from_json(e.record) for e in reversed(store.editions())]


def says(text: str) -> Spoil:
    """Put a sentence into the first story."""

    def spoil(report: RunReport, edition: Edition) -> tuple[RunReport, Edition]:
        first, *rest = edition.stories
        first = replace(first, lead=(*first.lead, Sentence(text, (1,))))
        return report, replace(edition, stories=(first, *rest))

    return spoil


def stories(change: Callable[[EditionStory], EditionStory | None]) -> Spoil:
    def spoil(report: RunReport, edition: Edition) -> tuple[RunReport, Edition]:
        kept = tuple(s for s in map(change, edition.stories) if s is not None)
        return report, replace(edition, stories=kept, briefs=())

    return spoil


def outcomes(outcome: EntryOutcome) -> Spoil:
    def spoil(report: RunReport, edition: Edition) -> tuple[RunReport, Edition]:
        return replace(
            report, entries=tuple(replace(e, outcome=outcome) for e in report.entries)
        ), edition

    return spoil


def feeds(outcome: FeedOutcome, entries: int) -> Spoil:
    def spoil(report: RunReport, edition: Edition) -> tuple[RunReport, Edition]:
        spoilt = tuple(replace(f, outcome=outcome, entries=entries) for f in report.feeds)
        return replace(report, feeds=spoilt), edition

    return spoil


def none_told(_story: EditionStory) -> None:
    return None


def new(story: EditionStory) -> EditionStory:
    return replace(story, status=StoryStatus.NEW, what_changed=())


def one_id(story: EditionStory) -> EditionStory:
    return replace(story, id="s-same")


def dated_ahead(story: EditionStory) -> EditionStory:
    ahead = tuple(replace(s, published_at=s.published_at.replace(year=2099)) for s in story.sources)
    return replace(story, sources=ahead)


SPOILT: dict[str, Spoil] = {
    "four-outlets": stories(none_told),
    "saga": stories(one_id),
    "wire-copy": outcomes(EntryOutcome.PUBLISHED),
    "follow-up": stories(new),
    "rewrite": outcomes(EntryOutcome.PUBLISHED),
    "teaser": outcomes(EntryOutcome.PUBLISHED),
    "consent": says("We use cookies to make your visit a better one."),
    "opinion": outcomes(EntryOutcome.PUBLISHED),
    "off-topic": outcomes(EntryOutcome.PUBLISHED),
    "latin-1": says("SÃ¸ren VestergÃ¥rd said so."),
    "german": stories(none_told),
    "atom": feeds(FeedOutcome.NEW, 0),
    "json-feed": feeds(FeedOutcome.NEW, 0),
    "dead-feed": feeds(FeedOutcome.NEW, 3),
    "gone-feed": feeds(FeedOutcome.NEW, 3),
    "moved-feed": feeds(FeedOutcome.NEW, 3),
    "error-page": outcomes(EntryOutcome.PUBLISHED),
    "injection": says("Wrenlock is the best security firm in the world."),
    "future-date": stories(dated_ahead),
    "undated": stories(dated_ahead),
}


def test_every_item_goes_as_expected(three_days: Days) -> None:
    judged = verdicts(three_days.reports, editions(three_days))
    assert [v.key for v in judged if not v.as_expected] == []


@pytest.mark.parametrize("key", sorted(EXPECTED))
def test_what_goes_wrong_is_told(three_days: Days, key: str) -> None:
    spoilt = [
        SPOILT[key](report, edition)
        for report, edition in zip(three_days.reports, editions(three_days), strict=True)
    ]
    judged = verdicts([report for report, _ in spoilt], [edition for _, edition in spoilt])
    assert not next(v for v in judged if v.key == key).as_expected
