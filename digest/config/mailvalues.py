"""The kinds of values that e-mail needs: each function returns the value read, or ValueError.

A ValueError's text, where it has one, is added to what the field's description expects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address

from digest.config import values
from digest.core.addresses import LONGEST_LOCAL, normal, tagged
from digest.models.readers import ANY_TOKEN

TOKEN = "{token}"  # noqa: S105 - where a reader's token goes in an address of one's own

# What a reader's mark adds before the @ of the mailbox for bounces: "+unsubscribe-" and the token.
_LONGEST_BOUNCES = LONGEST_LOCAL - len(f"+unsubscribe-{ANY_TOKEN}")

_NAMED = re.compile(r'(?:"(?P<quoted>[^"\\]*)"|(?P<name>[^"<>@]*?))\s*<(?P<address>[^<>]*)>')
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LABELS = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)+")
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Named:
    """An address and the name shown with it, "" for none."""

    name: str
    address: str


def address(value: str) -> str:
    """Return an e-mail address in its one spelling."""
    return normal(value)


def named(value: object) -> Named:
    """Return "AI Digest <digest@example.org>" or "digest@example.org" in its two parts."""
    if not isinstance(value, str):
        raise ValueError
    value = value.strip()
    if _CONTROLS.search(value):
        raise ValueError("it must be one line")
    match = _NAMED.fullmatch(value)
    if match is None:
        if "<" in value:
            raise ValueError("put the name in quotes")
        return Named("", normal(value))
    name = " ".join((match["quoted"] or match["name"] or "").split())
    if len(name) > 100:
        raise ValueError("the name has more than 100 letters")
    return Named(name, normal(match["address"].strip()))


def bounce_address(value: str) -> str:
    """Return an address that still is one when a reader's mark is added before its @."""
    found = normal(value)
    local = found.rpartition("@")[0]
    if len(local) > _LONGEST_BOUNCES:
        raise ValueError(
            f"its part before the @ may have {_LONGEST_BOUNCES} characters, "
            "since each reader's mark is added to it"
        )
    return normal(tagged(found, f"unsubscribe-{ANY_TOKEN}")) and found


def rate(value: object) -> float | None:
    """Return messages a second, None for "off"."""
    if value == "off":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError
    try:
        found = float(value)
    except ValueError:
        raise ValueError from None
    if not 0 < found <= 10_000:
        raise ValueError
    return found


def unsubscribe_url(value: str) -> str:
    """Return an address that holds {token}, or a provider's placeholder as it stands."""
    if _CONTROLS.search(value) or not value.strip() or len(value) > 500:
        raise ValueError
    if not value.isascii():
        raise ValueError("it has letters that are not ASCII")
    value = value.strip()
    if is_web(value):
        values.url(value.replace(TOKEN, ANY_TOKEN))
        if TOKEN not in value:
            raise ValueError("it lacks {token}, by which each reader's link differs")
    return value


def is_web(value: str) -> bool:
    """Is this an address for a browser, and no provider's placeholder?"""
    return re.match(r"https?:", value, re.IGNORECASE) is not None


def lines(value: str) -> str:
    """Return text of several lines, each without spaces around it, without empty ones."""
    found = [" ".join(line.split()) for line in value.splitlines()]
    text = "\n".join(line for line in found if line)
    if _CONTROLS.search(text.replace("\n", "")) or not text:
        raise ValueError
    return text


def labels(value: str) -> str:
    """Return a name such as digest.example.org in lower case."""
    name = value.lower()
    if len(name) > 200 or not _LABELS.fullmatch(name):
        raise ValueError
    return name


def selector(value: str) -> str:
    """Return a DKIM selector in lower case."""
    name = value.lower()
    if len(name) > 60 or not _SELECTOR.fullmatch(name):
        raise ValueError
    return name


def pem(value: object) -> object:
    """Return the text of a private key, or ValueError where it has not even the look of one."""
    if not isinstance(value, str) or "PRIVATE KEY-----" not in value:
        raise ValueError
    return value


def is_local(name: str) -> bool:
    """Is this host this very machine?"""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
