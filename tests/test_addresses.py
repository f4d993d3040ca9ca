"""Addresses: one spelling for each reader, and plain words for what is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core import addresses
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


HOSTS = st.sampled_from(
    ("example.org", "Example.COM", "a.test", "x.lan", "b.internal", "c.arpa", "d.onion",
     "e.example", "localhost", "a.localhost", "xn--mnchen-3ya.de", "ab--cd.de", "a-.de", "-a.de",
     "a--b.de", "1.de", "a.d", "a.1de", "a.x1", "test.de", "local.de", "home.test", "a.home",
     "x.local", "y.invalid", "127.0.0.1", "a..de", "a.de.", "my-site.co.uk")
)  # fmt: skip
LOCALS = st.from_regex(r"[aZ0_+.-]{1,4}", fullmatch=True) | st.sampled_from(
    ["a" * 64, "a" * 65, "o'neil", "a!b", "a%b", "a/b", "=a"]
)
LABELS = st.from_regex(r"[aZ0-]{1,5}", fullmatch=True) | st.sampled_from(["b" * 63, "b" * 64])


@settings(QUICK, max_examples=1_500)
@given(LOCALS, HOSTS | st.lists(LABELS, min_size=1, max_size=5).map(".".join))
def test_what_is_taken_without_the_validator_it_takes_as_well(local: str, host: str) -> None:
    text = f"{local}@{host}"
    if addresses._is_ordinary(text):
        assert addresses._validated(text) == text.lower() == normal(text)


def test_most_addresses_need_no_validator() -> None:
    for text in ("ann@example.org", "Ann.Lee+news@mail.my-site.co.uk", "a_b-1@x1.de"):
        assert addresses._is_ordinary(text)
    for text in ("a@xn--mnchen-3ya.de", "a@a--b.de", "a@x.test", f"{'a' * 65}@b.de", "K@\u212a.de"):
        assert not addresses._is_ordinary(text)
    long = "@" + ".".join(["b" * 60] * 4) + ".example.org"
    assert not addresses._is_ordinary("a" * 10 + long)


def test_a_tag_stands_before_the_at() -> None:
    assert tagged("bounces@example.org", "abc") == "bounces+abc@example.org"
    assert normal(tagged("bounces@example.org", "unsubscribe-abc"))
    assert domain("bounces@example.org") == "example.org"
