"""YAML as people expect it: text in; plain values and the line of every key out.

Narrower than YAML 1.1, whose surprises have no place in a configuration: ``no``, ``on`` and
``06:30`` stay the text they look like, a key given twice is an error, and there are no anchors,
aliases and tags, so that no file grows when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

LARGEST = 1_000_000  # characters; a list of ten thousand feeds has less
DEEPEST = 12  # levels; the configuration has five

Place = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class YamlError(Exception):
    """The text is no YAML of this kind; ``line`` counts from 1 and is 0 where none is at fault."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """A file's values and, by path such as ("feeds", 3, "url"), the lines they stand on."""

    value: Any
    lines: dict[Place, int]

    def line(self, path: Place) -> int:
        """Return the line of ``path``, or of the nearest thing around it; 0 for the whole file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been read yet."""

    value: Any
    path: Place
    key: str | None = None
    lines: dict[str, int] = field(default_factory=dict)


def read_yaml(text: str) -> Document:
    """Return the values of a YAML text; an empty text is None.

    Raises YamlError for broken syntax, a second document, a key given twice or that is not plain
    text, anchors, aliases, tags, more than ``DEEPEST`` levels and more than ``LARGEST`` characters.
    """
    if len(text) > LARGEST:
        raise YamlError(f"the file has {len(text):,} characters; the limit is {LARGEST:,}")
    try:
        return _build(_events(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        what = "; ".join(part for part in (error.context, error.problem) if part)
        if "\t" in "".join(text.splitlines()[max(0, line - 1) : line]):
            what += " (indent with spaces, not tabs)"
        raise YamlError(f"not readable as YAML: {what}", line) from error
    except (yaml.YAMLError, UnicodeEncodeError) as error:  # the latter: half a surrogate pair
        raise YamlError(f"not readable as YAML: {str(error).splitlines()[0]}") from error


def _events(text: str) -> Iterator[yaml.Event]:
    # libyaml is twenty times as fast; a build of PyYAML without it reads the same language.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    yield from yaml.parse(text.removeprefix("\ufeff"), Loader=loader)


def _build(events: Iterator[yaml.Event]) -> Document:
    stack: list[_Open] = []
    lines: dict[Place, int] = {}
    documents = 0
    root: Any = None
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise YamlError("a second document starts here; one file holds one", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
        elif isinstance(event, yaml.NodeEvent):
            _refuse_extras(event, line)
            value = _value(event)
            path = _place(stack, event, value, line, lines)
            if not stack:
                root = value
            if isinstance(event, yaml.CollectionStartEvent):
                if len(stack) == DEEPEST:
                    raise YamlError(f"nested more than {DEEPEST} levels deep", line)
                stack.append(_Open(value, path))
    return Document(root, lines)


def _refuse_extras(event: yaml.NodeEvent, line: int) -> None:
    if event.anchor is not None:
        raise YamlError("anchors and aliases (&, *) are not used here; write the value out", line)
    tag = getattr(event, "tag", None)
    if tag is not None and tag != "!":
        raise YamlError(f"tags such as {tag} are not used here", line)


def _value(event: yaml.NodeEvent) -> Any:
    if isinstance(event, yaml.MappingStartEvent):
        return {}
    if isinstance(event, yaml.SequenceStartEvent):
        return []
    assert isinstance(event, yaml.ScalarEvent)  # noqa: S101 - an alias never gets here
    return _scalar(event.value) if event.implicit[0] else event.value


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text) and len(text) <= 18:
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _place(
    stack: list[_Open], event: yaml.NodeEvent, value: Any, line: int, lines: dict[Place, int]
) -> Place:
    """Put a value (or take a key) where the innermost open collection wants it."""
    if not stack:
        return ()
    parent = stack[-1]
    if isinstance(parent.value, list):
        path = (*parent.path, len(parent.value))
        parent.value.append(value)
        lines[path] = line
        return path
    if parent.key is None:
        if not isinstance(event, yaml.ScalarEvent):
            raise YamlError("a key must be plain text", line)
        key = event.value
        if key in parent.lines:
            raise YamlError(f"`{key}` is given twice, first on line {parent.lines[key]}", line)
        parent.key, parent.lines[key] = key, line
        lines[(*parent.path, key)] = line
        return (*parent.path, key)
    path = (*parent.path, parent.key)
    parent.value[parent.key] = value
    parent.key = None
    return path
