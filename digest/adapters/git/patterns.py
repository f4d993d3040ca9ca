"""Patterns of paths in a repository: filled in for an edition, and recognised again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from string import Formatter

from digest.models import Edition

_DIRECTIVES = {
    "Y": r"\d{4}",
    "G": r"\d{4}",
    "y": r"\d{2}",
    "m": r"\d{2}",
    "d": r"\d{2}",
    "j": r"\d{3}",
    "V": r"\d{2}",
    "u": r"[1-7]",
    "b": r"[^\W\d_]+\.?",
    "B": r"[^\W\d_]+",
    "a": r"[^\W\d_]+\.?",
    "A": r"[^\W\d_]+",
}
_DATED = ("Y", "y", "m", "b", "B", "d", "j", "G", "V", "u")


def filled(pattern: str, edition: Edition, day: date | None = None) -> str:
    """Return the path or message a pattern makes of an edition; raises ValueError with a sentence.

    ``{date}``, with a strftime format after a colon, ``{id}``, ``{name}``, ``{title}`` and
    ``{stories}`` (how many) are known. ``day`` takes the place of the edition's date.
    """
    known = {
        "date": day or edition.date,
        "id": edition.id,
        "name": edition.name,
        "title": " ".join(edition.title.split()),
        "stories": len(edition.stories),
    }
    try:
        return pattern.format(**known)
    except (KeyError, IndexError, ValueError, AttributeError, TypeError) as error:
        listed = ", ".join(f"{{{name}}}" for name in known)
        raise ValueError(f"“{pattern}” cannot be filled in; it may hold {listed}") from error


def path_problem(path: str) -> str:
    """Return why a path may not be written in a repository, "" where it may."""
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in path or not path.isprintable():
        return f"the path {path!r} does not stay inside the repository"
    if any(part.lower().rstrip(". ").partition(":")[0] in (".git", "git~1") for part in parts):
        return f"the path {path} lies in git's own folder"
    if len(path.encode("utf-8", "replace")) > 1_000 or any(0xD800 <= ord(c) < 0xE000 for c in path):
        return f"the path {path[:40]!r}… cannot be a file name"
    return ""


def folders_above(path: str) -> list[str]:
    """Return the folders a path lies in, the outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]


def fixed_folder(pattern: str) -> str:
    """Return the folder all of a pattern's paths lie in, with a slash at its end, or ""."""
    head = next(iter(Formatter().parse(pattern)), ("", None, None, None))[0]
    return head[: head.rfind("/") + 1]


def newest(pattern: str, paths: Iterable[str], most: int) -> list[str]:
    """Return the ``most`` newest of the paths a pattern makes, by its date, newest first."""
    shape = re.compile(_expression(pattern))
    found = [(_date_of(match), path) for path in paths if (match := shape.fullmatch(path))]
    return [path for _, path in sorted(found, reverse=True)[:most]]


def _expression(pattern: str) -> str:
    """Return the regular expression for a pattern; one directive twice has one value."""
    seen: set[str] = set()
    written = []
    for literal, field, form, _ in Formatter().parse(pattern):
        written.append(re.escape(literal))
        if field == "date":
            expanded = (form or "%Y-%m-%d").replace("%F", "%Y-%m-%d")
            written.append(re.sub(r"%(.)|([^%]+)|%", lambda m: _piece(m, seen), expanded))
        elif field is not None:
            written.append("[^/]+?" if field in seen else f"(?P<{_group(field)}>[^/]+?)")
            seen.add(field)
    return "".join(written)


def _piece(match: re.Match[str], seen: set[str]) -> str:
    letter, literal = match[1], match[2]
    if letter is None:
        return re.escape(literal or "%")
    if letter not in _DIRECTIVES:
        return re.escape("%") if letter == "%" else "[^/]+?"
    if letter in seen:
        return f"(?P={letter})"
    seen.add(letter)
    return f"(?P<{letter}>{_DIRECTIVES[letter]})"


def _group(field: str) -> str:
    return "field_" + re.sub(r"\W", "_", field)


def _date_of(match: re.Match[str]) -> date:
    """Return the day a path tells, or the first day of all where it tells none."""
    told = {letter: value for letter, value in match.groupdict().items() if letter in _DATED}
    if "G" in told and "V" in told:
        told = {key: told[key] for key in ("G", "V", "u") if key in told}
        told.setdefault("u", "7")
    else:
        told = {key: value for key, value in told.items() if key not in ("G", "V", "u")}
    form = " ".join(f"%{letter}" for letter in told)
    try:
        return datetime.strptime(" ".join(told.values()), form).date()  # noqa: DTZ007 - a day
    except ValueError:
        return date.min
