"""Fitting: what goes first, what stays, and that it is said."""

from __future__ import annotations

import pytest

from digest.models import Edition
from digest.render import fitting
from digest.render.fitting import fitted
from tests.builders import repeated
from tests.sample_edition import edition, empty


class Printer:
    """Renders an edition as so many bytes for each of its parts, and counts how often."""

    def __init__(self, story: int = 2_000, section: int = 5_000, brief: int = 500) -> None:
        self.story, self.section, self.brief = story, section, brief
        self.times = 0

    def __call__(self, edition: Edition, left_out: str) -> str:
        self.times += 1
        full = sum(bool(story.sections) for story in edition.stories)
        size = self.story * len(edition.stories) + self.section * full
        return left_out + "x" * (size + self.brief * len(edition.briefs))


def shape(edition: Edition) -> tuple[int, int, int]:
    """How many stories, how many of them with sections, how many briefs."""
    full = [bool(story.sections) for story in edition.stories]
    assert full == sorted(full, reverse=True), "short stories come last"
    return len(full), sum(full), len(edition.briefs)


def test_what_fits_is_left_alone_and_rendered_once() -> None:
    printer = Printer()
    result = fitted(edition(), printer)
    assert result.edition == edition()
    assert result.left_out == ""
    assert result.html == "x" * (6 * 7_000 + 5 * 500)
    assert printer.times == 1


@pytest.mark.parametrize(
    ("stories", "briefs", "kept", "said"),
    [
        (13, 20, (13, 13, 13), "7 more in brief were left out."),
        (13, 15, (13, 13, 13), "2 more in brief were left out."),
        (15, 0, (15, 13, 0), "the last 2 stories are told in short."),
        (20, 1, (20, 11, 0),
         "1 brief was left out, and the last 9 stories are told in short."),
        (60, 0, (48, 0, 0),
         "12 more stories were left out, and the stories here are told in short."),
        (49, 3, (48, 0, 0), "1 more story and 3 briefs were left out, "
         "and the stories here are told in short."),
    ],
)  # fmt: skip
def test_briefs_go_first_then_sections_then_stories(
    stories: int, briefs: int, kept: tuple[int, int, int], said: str
) -> None:
    whole = repeated(edition(), stories, briefs)
    printer = Printer()
    result = fitted(whole, printer)
    assert shape(result.edition) == kept
    assert result.left_out == f"To keep this mail small, {said}"
    assert len(result.html) <= fitting.MOST
    assert printer.times <= 10
    for story, original in zip(result.edition.stories, whole.stories, strict=False):
        assert (story.id, story.lead, story.sources) == (
            original.id, original.lead, original.sources
        )  # fmt: skip


def test_the_first_story_stays_whatever_it_weighs() -> None:
    result = fitted(repeated(edition(), 4, 4), Printer(story=200_000))
    assert shape(result.edition) == (1, 0, 0)
    assert result.left_out == (
        "To keep this mail small, 3 more stories and 4 briefs were left out, "
        "and the story here is told in short."
    )


def test_an_edition_with_nothing_to_leave_out_is_rendered_as_it_is() -> None:
    printer = Printer()
    heavy = fitted(empty(), lambda one, said: printer(one, said) + "x" * 200_000)
    assert heavy.edition == empty()
    assert heavy.left_out == ""


def test_the_size_is_that_of_the_bytes() -> None:
    whole = repeated(edition(), 2, 2)
    result = fitted(whole, lambda one, said: said + "é" * (len(one.briefs) * 30_000))
    assert shape(result.edition) == (2, 2, 1)
