"""Words from outside, fit to pass on."""

from __future__ import annotations

import time

import pytest

from digest.core.redaction import redacted

TOKEN = "abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("550 <ann@example.org>: no", "550 <…>: no"),
        ("mailto:ann@example.org; gone", "mailto:…; gone"),
        ("Ann.O'Hara+x@example.net is gone", "… is gone"),
        ('"ann b"@example.net is gone', "… is gone"),
        ("see /?email=ann%40example.org", "see …"),
        ("{ann@example.org}", "{…}"),
        ("ann@", "…"),
        (f"/unsubscribe/{TOKEN}, +{TOKEN.upper()}.", "/unsubscribe/…, +…."),
        (f"{TOKEN}a is no token", f"{TOKEN}a is no token"),
        (" two\r\nlines\t\x00\x1b[31m\u202e ünder one ", "two lines [31m ünder one"),
        ("", ""),
    ],
)
def test_what_is_private_or_no_letter_is_left_out(text: str, shown: str) -> None:
    assert redacted(text) == shown


@pytest.mark.parametrize(
    ("text", "secrets", "shown"),
    [
        ("wrong: hunter22, xHUNTER22x", ["hunter22"], "wrong: …, x…x"),
        ("joe is not a joerg", ["joe"], "… is not a joerg"),
        ("am9lam9l== and am9l", ["am9l", "am9lam9l"], "…== and …"),
        ("it was a\r\n b.*c", ["a b.*c"], "it was …"),
        ("nothing", ["", " "], "nothing"),
        (" " * 990 + "a" * 30, ["a" * 30], "…"),
    ],
)
def test_secrets_are_left_out(text: str, secrets: list[str], shown: str) -> None:
    assert redacted(text, secrets) == shown


def test_it_is_short_and_ends_with_a_whole_word_or_a_sign() -> None:
    assert redacted("x " * 5_000) == "x " * 99 + "x…"
    assert redacted("x" * 50, most=10) == "x" * 9 + "…"
    cut = "word " * 198 + "somebody@example.org"  # the 1,000th character is inside the address
    assert "somebody" not in redacted(cut + " x" * 200, most=2_000)
    assert redacted("x" * 500_000) == "…"


@pytest.mark.parametrize("text", ['"' * 400_000, "a" * 999 + " " + "@" * 400_000, "%4" * 200_000])
def test_it_takes_no_time(text: str) -> None:
    start = time.process_time()
    assert len(redacted(text, ["secret"])) <= 200
    assert time.process_time() - start < 2
