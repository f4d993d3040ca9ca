"""One emoji is one, and a fitting one is always found."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.core import emoji


@pytest.mark.parametrize("one", ["⚡", "🤝", "⚖️", "👩‍💻", "👍🏽", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "❤️‍🔥"])
def test_one_emoji_is_one(one: str) -> None:
    assert emoji.single(f" {one} ") == one


@pytest.mark.parametrize(
    "other", ["", "x", "🚀🚀", "→", "✓", "🚀!", "🇩", "1", "\ufe0f", "\U0001faff"]
)
def test_what_is_not_one_emoji_is_none(other: str) -> None:
    assert emoji.single(other) == ""


def test_a_character_shown_in_black_gets_its_colour() -> None:
    assert emoji.single("⚖") == "⚖\ufe0f"


def test_a_fitting_emoji_is_always_found_and_never_taken_twice() -> None:
    taken: list[str] = []
    for _ in range(10):
        taken.append(emoji.fitting("Court rules on chips", taken))
    assert taken[0] == "⚖️"
    assert len(set(taken)) == 10
    assert all(emoji.single(e) == e for e in taken)


def test_the_seeds_own_emojis_are_single() -> None:
    seed = next((Path(__file__).parent.parent / "seeds").glob("*.txt"))
    leading = [line[0] for line in seed.read_text("utf-8").splitlines() if not line[0].isalnum()]
    assert [emoji.single(e) for e in leading] == leading
    assert len(leading) == 5
