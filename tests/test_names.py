"""What an edition may be called; branches are held against git in test_config_outputs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.names import is_branch_name, is_edition_name


@pytest.mark.parametrize("name", ["daily", "ai-2", "7", "x" * 40])
def test_names_of_editions(name: str) -> None:
    assert is_edition_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../x",
        "a/b",
        "a.b",
        "A",
        "ä",
        "a b",
        "-a",
        "a-",
        "a--b",
        "a\n",
        "\0",
        "x" * 41,
        "٣",
    ],
)
def test_what_no_edition_is_called(name: str) -> None:
    assert not is_edition_name(name)


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_a_branch_is_called_nothing_that_git_takes_for_something_else(name: str) -> None:
    if is_branch_name(name):
        assert not name.startswith(("-", "refs/", "."))
        assert name.isprintable()
        assert ".." not in name
