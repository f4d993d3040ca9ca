"""The address of a remote: what git is given, what a person reads, and the secrets kept apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(?:([^/]*)@)?(.*)", re.DOTALL)
_SCP_LIKE = re.compile(r"[^/\\]+:.*", re.DOTALL)  # a colon before the first slash: host:path
_HELPER = (
    '!f() { test "$1" = get || exit 0; %sprintf \'password=%%s\\n\' "$DIGEST_GIT_PASSWORD"; }; f'
)
_WITH_USER = "printf 'username=%s\\n' \"$DIGEST_GIT_USER\"; "


@dataclass(frozen=True, slots=True)
class Remote:
    """An address without its secrets, and what gives them to git by the environment alone.

    ``settings`` are configuration keys and values in order, ``environment`` what they read.
    """

    url: str
    shown: str
    problem: str = ""
    over_ssh: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)
    settings: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    environment: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def parse(text: str, base: Path) -> Remote:
    """Return what a configured address means: a URL, ``user@host:path`` or a path below ``base``.

    ``problem`` says why it can be none; then nothing else in it may be used but ``shown``.
    """
    if not text or text.startswith("-") or not text.isprintable():
        return Remote("", "".join(c if c.isprintable() else "?" for c in _bare(text)), "no address")
    if found := _URL.fullmatch(text):
        scheme, user_info, rest = found[1].lower(), found[2], found[3]
        if "?" in rest or "#" in rest:  # git would print a token that stands there
            shown = re.split("[?#]", f"{scheme}://{rest}", maxsplit=1)[0]
            return Remote("", shown, "it may have no query and no fragment")
        if scheme in ("http", "https", "ftp", "ftps"):
            return _over_http(scheme, user_info, rest)
        user, _, password = (user_info or "").partition(":")
        address = f"{found[1]}://{user}@{rest}" if user else f"{found[1]}://{rest}"
        secrets = _secrets(password)
        return Remote(address, address, over_ssh="ssh" in scheme, secrets=secrets)
    if _SCP_LIKE.fullmatch(text):
        return Remote(text, text, over_ssh="::" not in text)
    return Remote(str((base / Path(text).expanduser()).absolute()), text)


def bare(text: str) -> str:
    """Return an address as it may be shown, without user, password and query."""
    return parse(text, Path()).shown


def _bare(text: str) -> str:
    return re.sub(r"//[^/]*@", "//", text)


def _over_http(scheme: str, user_info: str | None, rest: str) -> Remote:
    url = f"{scheme}://{rest}"
    if not user_info:
        return Remote(url, url)
    raw_user, colon, raw_password = user_info.partition(":")
    user, password = unquote(raw_user), unquote(raw_password)
    if any(c in user + password for c in "\r\n\0"):
        return Remote("", url, "a user or password of more than one line")
    place = f"credential.{scheme}://{rest.partition('/')[0]}"
    variables = (("DIGEST_GIT_USER", user), ("DIGEST_GIT_PASSWORD", password))
    if colon and user:  # as in the URL: no other helper is asked, none is told
        settings = ((f"{place}.helper", ""), (f"{place}.helper", _HELPER % _WITH_USER))
        return Remote(
            url,
            url,
            secrets=_secrets(raw_password, password),
            settings=settings,
            environment=variables,
        )
    # A name alone: the user's helpers may know its password; a token needs none.
    return Remote(
        url,
        url,
        secrets=_secrets(raw_user, user, raw_password, password),
        settings=((f"{place}.username", user), (f"{place}.helper", _HELPER % "")),
        environment=variables,
    )


def _secrets(*found: str) -> tuple[str, ...]:
    """Return what must never be shown, the longest first; what is too short tells nothing."""
    return tuple(sorted({text for text in found if len(text) > 2}, key=len, reverse=True))
