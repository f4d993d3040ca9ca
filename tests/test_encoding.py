"""Bytes become the text their author wrote, whatever was declared."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core import encoding

WORDS = "Ångström élan – „naïve“"


@pytest.mark.parametrize(
    ("body", "declared"),
    [
        (WORDS.encode(), ["iso-8859-1"]),
        (WORDS.encode(), ["utf-16"]),
        (WORDS.encode("utf-8-sig"), []),
        (WORDS.encode("utf-16"), ["utf-8"]),
        (WORDS.encode("windows-1252"), ["ISO-8859-1"]),  # as browsers read that label
        (WORDS.encode("windows-1252"), ["no-such-encoding", "windows-1252"]),
        (("<html>" + WORDS).encode("utf-16-le"), []),
    ],
)
def test_valid_utf8_wins_then_what_is_declared(body: bytes, declared: list[str]) -> None:
    assert encoding.decode(body, declared).removeprefix("<html>") == WORDS


def test_japanese_escape_sequences_are_not_taken_for_utf8() -> None:
    assert encoding.decode("新しい模型".encode("iso-2022-jp"), ["iso-2022-jp"]) == "新しい模型"


def test_encodings_that_are_no_character_sets_are_ignored() -> None:
    body = b"caf\xe9 " * 20_000
    for name in ("punycode", "idna", "unicode_escape", "zlib", "undefined", "rot13"):
        assert "caf" in encoding.decode(body, [name])


def test_an_undeclared_text_is_guessed() -> None:
    body = "Die Behörde prüft, ob die Übernahme genehmigt wird. ".encode("windows-1252") * 20
    assert encoding.decode(body, []).startswith("Die Behörde prüft")


def test_the_charset_of_a_header_is_found() -> None:
    assert encoding.charset('text/xml; charset="UTF-8"') == ["UTF-8"]
    assert encoding.charset("text/html") == []


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=300), st.lists(st.text(max_size=20), max_size=3))
def test_decoding_never_fails(body: bytes, declared: list[str]) -> None:
    assert isinstance(encoding.decode(body, declared), str)
