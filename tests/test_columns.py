"""Folding: no line wider than asked, nothing lost, addresses whole."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.render.columns import columns, fold


def test_emoji_and_east_asian_characters_take_two_columns() -> None:
    assert columns("abc") == 3
    assert columns("⚡ x") == 4
    assert columns("日本語") == 6
    assert columns("e\u0301") == 1


def test_lines_are_broken_at_spaces() -> None:
    assert fold("one two three", 7) == "one two\nthree"
    assert fold("one two three\nfour", 13) == "one two three\nfour"
    assert fold("one two three\nfour", 12) == "one two\nthree\nfour"


def test_list_items_hang_from_their_mark() -> None:
    assert fold("[1] one two", 8) == "[1] one\n    two"
    assert fold("- one two", 6) == "- one\n  two"
    assert fold("  one two", 6) == "  one\n  two"


def test_a_mark_of_sources_stays_with_the_word_before_it() -> None:
    assert fold("one two [1]", 8) == "one\ntwo [1]"
    assert fold("one two [1, 12]", 11) == "one\ntwo [1, 12]"
    assert fold("one two [1] three", 11) == "one two [1]\nthree"
    assert fold("one two [sic]", 8) == "one two\n[sic]"
    assert fold("a" * 10 + " [1]", 12) == "a" * 10 + "\n[1]"  # there is no room for both


def test_an_address_stays_whole_and_a_long_word_does_not() -> None:
    address = "    https://example.org/" + "a" * 90
    assert fold(address, 72) == address
    assert fold("mailto:a@example.org?subject=unsubscribe", 10).count("\n") == 0
    assert fold("a" * 25, 10) == "\n".join(["a" * 10, "a" * 10, "a" * 5])
    assert fold("日本語日本語", 5) == "日本\n語日\n本語"


@settings(derandomize=True, database=None, deadline=None)
@given(
    text=st.text(alphabet="ab -[1],日⚡\u0301\n\u00a0", max_size=120),
    width=st.integers(min_value=12, max_value=40),
)
def test_whatever_the_text_no_line_is_wider_and_nothing_is_lost(text: str, width: int) -> None:
    folded = fold(text, width)
    assert all(columns(line) <= width for line in folded.split("\n"))
    assert "".join(folded.split()) == "".join(text.split())
