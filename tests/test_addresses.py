"""Addresses: one spelling for each reader, and plain words for what is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.addresses import domain, normal, tagged

QUICK = settings(derandomize=True, database=None, deadline=None, max_examples=300)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Ann@Example.ORG", "ann@example.org"),
        ("  ann.lee+news@example.org\n", "ann.lee+news@example.org"),
        ("a@münchen.de", "a@xn--mnchen-3ya.de"),
        ("a@XN--MNCHEN-3YA.de", "a@xn--mnchen-3ya.de"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("=a@example.org", "=a@example.org"),
        ("a@mail.test", "a@mail.test"),
        ("a@Server.LOCAL", "a@server.local"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_an_address_has_one_spelling(text: str, wanted: str) -> None:
    assert normal(text) == wanted
    assert normal(wanted) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("ann", "it has no @"),
        ("Ann Lee <ann@example.org>", "the address alone, without a name"),
        ("@example.org", "nothing stands before its @"),
        ("ann@", "nothing stands after its @"),
        ("a@b@example.org", "more than one @"),
        ("ann lee@example.org", "a space"),
        ("ann@example.org\r\nBcc: x", "a space or an unprintable"),
        ("ann\x00@example.org", "unprintable"),
        ('"ann"@example.org', "in quotes"),
        ("änn@example.org", "letters that many servers refuse"),
        ("ann..lee@example.org", "its part before the @"),
        ("ann.@example.org", "its part before the @"),
        ("ann@gmail", "only one word"),
        ("ann@test", "only one word"),
        ("ann@example..org", "no domain name"),
        ("ann@.test", "no domain name"),
        ("ann@-example.org", "no domain name"),
        ("ann@exa_mple.org", "no domain name"),
        ("ann@[127.0.0.1]", "no domain name"),
        ("ann@127.0.0.1", "no domain name"),
        ("a" * 65 + "@example.org", "longer than 64"),
        ("a@" + "b" * 250 + ".org", "longer than 254"),
        ("a@" + "ü." * 100 + "org", "no domain name"),
        ("a@" + "b." * 126 + "test", "longer than 254"),
    ],
)
def test_what_is_no_address_is_told_without_repeating_it(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)) as caught:
        normal(text)
    assert not re.search(r"\bann\b|example", str(caught.value))


@QUICK
@given(
    st.text(alphabet="aB9.@-_+ü\"'<> \n\x00[]:ß\u0130\ud800", max_size=30) | st.text(max_size=30)
)
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    try:
        found = normal(text)
    except ValueError as error:
        assert str(error).startswith(("it ", "its ", "nothing "))
    else:
        assert found == normal(found) == found.lower()
        assert found.isascii()
        assert found.count("@") == 1
        assert not any(character.isspace() for character in found)


def test_a_tag_stands_before_the_at() -> None:
    assert tagged("bounces@example.org", "abc") == "bounces+abc@example.org"
    assert normal(tagged("bounces@example.org", "unsubscribe-abc"))
    assert domain("bounces@example.org") == "example.org"
