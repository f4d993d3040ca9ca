"""The kinds of values that publishing with git needs: each returns the value read, or ValueError.

A ValueError's text, where it has one, is added to what the field's description expects.
"""

from __future__ import annotations

import re
import string
from datetime import date
from urllib.parse import urlsplit

from pydantic import ValidationInfo

from digest.config import values
from digest.core.formats import format_of
from digest.core.names import is_branch_name

_SPACES = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SCHEMES = ("https", "http", "ssh", "git", "file")
_SCP = re.compile(r"(?:[^@:/\\\s-][^@:/\\\s]*@)?[A-Za-z0-9_\[][A-Za-z0-9_.\[\]:-]*?:[^:]?.*")
_INSIDE = "the repository"
_FIELDS = ("date", "title", "name", "stories")


def remote(value: str, info: ValidationInfo) -> str:
    """Return a remote as git takes it; a relative path starts at the configuration's folder."""
    if not value or value.startswith("-") or len(value) > 2_000 or _CONTROLS.search(value):
        raise ValueError
    if _SCHEME.match(value):
        return _url(value)
    if "::" in value.partition("/")[0]:  # "ext::…" would have git run a program
        raise ValueError("git's remote helpers are not used here")
    if ":" in value.partition("/")[0]:
        if not _SCP.fullmatch(value) or _SPACES.search(value):
            raise ValueError
        return value
    return str(values.path(value, info))


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError from None
    if parts.scheme not in _SCHEMES:
        raise ValueError(f"not {parts.scheme}://")
    if host.startswith("-") or port == 0 or (not host and parts.scheme != "file"):
        raise ValueError
    if "?" in value or "#" in value:  # a token there would be printed by git
        raise ValueError("it must have no query and no fragment")
    if _SPACES.search(value) or not parts.path.strip("/"):
        raise ValueError("it names no repository" if not parts.path.strip("/") else "")
    return value


def branch(value: str) -> str:
    """Return the name of a branch that `git check-ref-format --branch` takes."""
    if not is_branch_name(value):
        raise ValueError
    return value


def edition_path(value: str) -> str:
    """Return a path pattern inside a repository whose ending names a format."""
    if format_of(value) is None:
        raise ValueError
    return _in_repository(values.pattern(value, inside=_INSIDE))


def weekly(value: str) -> str:
    """Return a path pattern inside a repository for the week's Markdown."""
    return _in_repository(values.weekly(value, inside=_INSIDE))


def _in_repository(pattern: str) -> str:
    if any(part.lower() in (".git", "git~1") for part in pattern.split("/")):
        raise ValueError("git's own folder is not for files")
    return pattern


def message(value: str) -> str:
    """Return the pattern of a commit message: one line with {date}, {title}, {name}, {stories}."""
    if _CONTROLS.search(value):
        raise ValueError("it must be one line")
    for _, field, spec, conversion in string.Formatter().parse(value):
        if field is not None and (field not in _FIELDS or conversion):
            raise ValueError("only {date}, {title}, {name} and {stories} are known there")
        if field != "date" and spec:
            raise ValueError("only {date} takes a format, such as {date:%d.%m.%Y}")
    made = value.format(date=date(2026, 1, 2), title="x", name="x", stories=1)
    if not made.strip() or len(made) > 300 or _CONTROLS.search(made):
        raise ValueError
    return value
