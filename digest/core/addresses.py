"""E-mail addresses: the one spelling of each, and tagged forms of one's own.

A ValueError here says what is wrong with an address without repeating it, so that the sentence
may be logged.
"""

from __future__ import annotations

import re

LONGEST = 254  # characters of an address: RFC 5321, 4.5.3.1.3
LONGEST_LOCAL = 64  # of its part before the @: RFC 5321, 4.5.3.1.1

_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff]")

_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)

# Most addresses: ASCII, no hyphen twice, a last part that no rule keeps apart. The validator's
# answer to these is known (a test compares), and a list of them is read ten times as fast.
_ORDINARY = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*"
    r"@(?:(?=[a-z0-9-]{1,63}\.)[a-z0-9]+(?:-[a-z0-9]+)*\.)+"
    r"(?!(?:arpa|example|home|internal|invalid|lan|local|localhost|onion|test)\Z)[a-z]{2,63}",
    re.ASCII,
)

# Names of one's own network, and those kept for trying out (RFC 2606, 6761). The validator refuses
# them, so it is shown them as parts of a longer name.
_INNER = re.compile(r"[@.](?:test|local|localhost|invalid|home|lan|internal)$", re.IGNORECASE)
_BEHIND = ".example"


def normal(text: str) -> str:
    """Return the one spelling of an e-mail address: lower case, its domain in ASCII.

    Servers may tell "Ann@" from "ann@", but none in use does, and one reader must not be two.
    Only the form is checked, not whether mail arrives. Raises ValueError with a plain sentence
    ("it has no @") for what is no address, a name beside the address, a part before the @ that is
    quoted or not ASCII, and a domain that is only one word (but localhost).
    """
    text = text.strip()
    if _is_ordinary(text):
        return text.lower()
    _check(text)
    return _validated(text)


def _is_ordinary(text: str) -> bool:
    """Is this surely an address, its lower case the one spelling?"""
    if not text.isascii() or len(text) > LONGEST or text.find("@") > LONGEST_LOCAL:
        return False
    return _ORDINARY.fullmatch(text.lower()) is not None


def _validated(text: str) -> str:
    """Return the one spelling of what the validator takes; raises ValueError."""
    from email_validator import EmailNotValidError, validate_email

    inner = bool(_INNER.search(text))
    try:
        found = validate_email(
            f"{text}{_BEHIND}" if inner else text,
            check_deliverability=False,
            allow_smtputf8=False,
            allow_quoted_local=False,
            globally_deliverable=False,
        )
    except EmailNotValidError as error:
        raise ValueError(_reason(text)) from error
    address = (found.ascii_email or "").lower()
    address = address.removesuffix(_BEHIND) if inner else address
    _check_domain(address)
    return address


def domain(address: str) -> str:
    """Return what follows the @ of an address."""
    return address.rpartition("@")[2]


def tagged(address: str, tag: str) -> str:
    """Return the address with a mark before its @: bounces+TAG@example.org (RFC 5233)."""
    local, _, host = address.rpartition("@")
    return f"{local}+{tag}@{host}"


def _check(text: str) -> None:
    """Raise ValueError for the mistakes people make, in words for them."""
    if not text:
        raise ValueError("it is empty")
    if "<" in text or ">" in text:
        raise ValueError("it must be the address alone, without a name and “<…>”")
    if "@" not in text:
        raise ValueError("it has no @")
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    local = text.rpartition("@")[0]
    if local.startswith('"'):
        raise ValueError("its part before the @ is in quotes, which many servers refuse")
    if "@" in local:
        raise ValueError("it has more than one @")
    if _UNPRINTABLE.search(text):
        raise ValueError("it holds a space or an unprintable character")
    if not local.isascii():
        raise ValueError("its part before the @ has letters that many servers refuse")
    if len(local) > LONGEST_LOCAL:
        raise ValueError(f"its part before the @ is longer than {LONGEST_LOCAL} characters")


def _check_domain(address: str) -> None:
    host = domain(address)
    if "." not in host and host != "localhost":
        raise ValueError("its part after the @ is only one word, such as “gmail” without “.com”")
    if host.rpartition(".")[2].isdigit():
        raise ValueError("its part after the @ is no domain name")
    if len(address) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")


def _reason(text: str) -> str:
    local, _, host = text.rpartition("@")
    if not local or not host:
        return f"nothing stands {'after' if local else 'before'} its @"
    if _LOCAL.fullmatch(local):
        return "its part after the @ is no domain name"
    return "its part before the @ is none that mail knows"
