"""The list of feeds in ``config.yaml`` edited as text, every other byte kept.

A writer of YAML would drop comments, order and quoting. So the text is read only to learn where
its feeds stand; lines are put in or taken out there; and what came of it is read again: it has to
say what it said before, and the change. Where it does not, the file is left to the person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import yaml

from digest.core import urls
from digest.errors import ConfigError
from digest.models import Feed

NAME_CHARS, CATEGORY_CHARS = 200, 100  # that the configuration takes

Value = tuple[str, Any]  # a node's tag and what it holds: two texts mean the same where these do

_LINE_END = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=\r?\n|\Z)")
_LISTED_END = re.compile(r"[ \t]*(,?)[ \t]*(?:#[^\r\n]*)?(?=\r?\n)")
_PLAIN = re.compile(r"[A-Za-z][\w ./&+%=~()-]*", re.ASCII)
_NOTHING = ("", "~", "null", "Null", "NULL")


def spelling(url: str) -> str:
    """Return what two addresses of one feed have in common: all but the scheme and a slash."""
    return urls.canonical(url).partition("://")[2].rstrip("/")


def fit(text: str, most: int) -> str:
    """Return foreign text as one printable line in which the configuration fills nothing in."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    shown = re.sub(r"\$+\{", "{", shown)
    return " ".join(shown.split())[:most].strip()


def line_of(feed: Feed) -> str:
    """Return the line that stands for a feed in the configuration."""
    return f"- {{{', '.join(f'{key}: {value}' for key, value in _keys(feed))}}}"


def added(text: str, feeds: Sequence[Feed]) -> str:
    """Return the configuration ``text`` with these feeds at the end of its list.

    Raises ConfigError, with the lines to add by hand, where that cannot be done safely.
    """
    if not feeds:
        return text
    mark, text = _marked(text)
    try:
        root = _read(text)
        changed = _with(text, root, feeds)
        wanted = [*_feeds(root), *(_value(_read(line_of(feed)).value[0]) for feed in feeds)]
        if _others(_read(changed)) == _others(root) and _feeds(_read(changed)) == wanted:
            return mark + changed
    except (yaml.YAMLError, ValueError, IndexError):
        pass
    raise by_hand("feeds: this file", feeds)


def by_hand(which: str, feeds: Sequence[Feed]) -> ConfigError:
    """Return the error for a file that a person has to add these feeds to."""
    lines = "\n".join(f"  {line_of(feed)}" for feed in feeds)
    message = f"{which} cannot be changed safely; add by hand, below `feeds:`:\n{lines}"
    return ConfigError(message, key="feeds")


def removed(text: str, n: int) -> str:
    """Return the configuration ``text`` without feed number ``n``, counted from 0.

    Comments on the feed's own lines go with it, all others stay. Raises ConfigError where that
    cannot be done safely.
    """
    line = 0
    mark, text = _marked(text)
    try:
        root = _read(text)
        listed = _node(root)
        assert listed is not None  # noqa: S101 - whoever counts feeds has read some
        line = listed.value[n].start_mark.line + 1
        changed = _without(text, listed, n)
        wanted = _feeds(root)
        del wanted[n]
        if _others(_read(changed)) == _others(root) and _feeds(_read(changed)) == wanted:
            return mark + changed
    except (yaml.YAMLError, ValueError, IndexError):
        pass
    raise ConfigError(
        f"feeds: this file cannot be changed safely; take out by hand what stands on line {line}",
        key="feeds",
    )


# --- putting in ------------------------------------------------------------------------------


def _with(text: str, root: Any, feeds: Sequence[Feed]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    listed = _node(root)
    if listed is None:
        start = "" if not text or text.endswith("\n") else newline
        lines = [f"  {line_of(feed)}" for feed in feeds]
        return text + start + newline.join(["feeds:", *lines, ""])
    if isinstance(listed, yaml.SequenceNode) and listed.value:
        if listed.flow_style:
            return _into_flow(text, listed, feeds, newline)
        last = listed.value[-1]
        indent = " " * listed.start_mark.column
        block = isinstance(last, yaml.MappingNode) and not last.flow_style
        lines = [
            indent + line for feed in feeds for line in (_block(feed) if block else [line_of(feed)])
        ]
        return _after_line(text, _end(text, last), lines, newline)
    return _into_nothing(text, root, listed, feeds, newline)


def _block(feed: Feed) -> list[str]:
    keys = [f"{key}: {value}" for key, value in _keys(feed)]
    return [f"- {keys[0]}", *(f"  {line}" for line in keys[1:])]


def _into_flow(text: str, listed: Any, feeds: Sequence[Feed], newline: str) -> str:
    """Return the text with feeds at the end of a list in brackets."""
    items = [line_of(feed).removeprefix("- ") for feed in feeds]
    last = listed.value[-1]
    end = last.end_mark.index
    rest = _LISTED_END.match(text, end)
    if last.start_mark.line == listed.start_mark.line or rest is None:
        return text[:end] + "".join(f", {item}" for item in items) + text[end:]
    indent = " " * last.start_mark.column
    comma = rest[1]
    lines = [indent + item + "," for item in items]
    if not comma:
        lines[-1] = lines[-1].removesuffix(",")
    head = text[:end] + ("" if comma else ",") + text[end : rest.end()]
    return newline.join([head, *lines]) + text[rest.end() :]


def _into_nothing(text: str, root: Any, listed: Any, feeds: Sequence[Feed], newline: str) -> str:
    """Return the text with feeds in the place of an empty list, or of no value at all."""
    start, end = listed.start_mark.index, listed.end_mark.index
    if text[start:end].strip("[] \t\r\n") not in _NOTHING:
        raise ValueError  # a comment in brackets, or no list
    if root.flow_style:
        items = ", ".join(line_of(feed).removeprefix("- ") for feed in feeds)
        return f"{text[:start]}[{items}]{text[end:]}"
    rest = _LINE_END.match(text, end)
    if rest is None:
        raise ValueError
    kept = text[:start].rstrip(" \t") + text[end : rest.end()]
    return newline.join([kept, *(f"  {line_of(feed)}" for feed in feeds)]) + text[rest.end() :]


def _after_line(text: str, at: int, lines: Sequence[str], newline: str) -> str:
    """Return the text with ``lines`` after the line that holds position ``at``."""
    rest = _LINE_END.match(text, at)
    if rest is None:
        raise ValueError
    return newline.join([text[: rest.end()], *lines]) + text[rest.end() :]


# --- taking out ------------------------------------------------------------------------------


def _without(text: str, listed: Any, n: int) -> str:
    item = listed.value[n]
    start, end = item.start_mark.index, _end(text, item)
    if not listed.flow_style:
        before = _end(text, listed.value[n - 1]) if n else listed.start_mark.index
        dash = re.compile(rf"^ {{{listed.start_mark.column}}}-(?=\s)", re.MULTILINE)
        found = dash.search(text, text.rfind("\n", 0, before) + 1 if not n else before, start)
        if found is None:
            raise ValueError
        return _cut_lines(text, found.start(), end)
    comma = re.compile(r"[ \t]*,").match(text, end)
    line = text.rfind("\n", 0, start) + 1
    rest = _LINE_END.match(text, comma.end() if comma else end)
    if not text[line:start].strip() and rest is not None and listed.start_mark.index < line:
        return _cut_lines(text, line, rest.end())
    if n + 1 < len(listed.value):
        follows = listed.value[n + 1].start_mark.index
        if not text[end:follows].strip(", \t\r\n"):
            return text[:start] + text[follows:]
        return text[:start] + text[comma.end() if comma else end :].lstrip(" ")
    return text[: listed.value[n - 1].end_mark.index] + text[end:]


def _cut_lines(text: str, start: int, end: int) -> str:
    """Return the text without the lines that hold the positions from ``start`` to ``end``."""
    rest = _LINE_END.match(text, end)
    if rest is None:
        raise ValueError
    after = text[rest.end() :]
    if not after:  # the last line of a text that ends without a line's end
        return text[:start].removesuffix("\n").removesuffix("\r")
    return text[:start] + after.removeprefix("\r").removeprefix("\n")


# --- reading ---------------------------------------------------------------------------------


def _marked(text: str) -> tuple[str, str]:
    """Return the mark that some editors begin a file with, which YAML's places leave out."""
    rest = text.removeprefix("\ufeff")
    return text[: len(text) - len(rest)], rest


def _read(text: str) -> Any:
    """Return a text's root node; None for one without any content."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.compose(text, Loader=loader)


def _node(root: Any) -> Any:
    """Return the node of ``feeds``, None where there is no such key."""
    if root is None:
        return None
    if not isinstance(root, yaml.MappingNode):
        raise ValueError
    return next((value for key, value in root.value if key.value == "feeds"), None)


def _feeds(root: Any) -> list[Value]:
    listed = _node(root)
    if not isinstance(listed, yaml.SequenceNode):
        return []
    return [_value(item) for item in listed.value]


def _others(root: Any) -> list[tuple[Value, Value]]:
    if root is None:
        return []
    return [(_value(k), _value(v)) for k, v in root.value if k.value != "feeds"]


def _value(node: Any) -> Value:
    if isinstance(node, yaml.MappingNode):
        return node.tag, [(_value(key), _value(value)) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return node.tag, [_value(item) for item in node.value]
    return node.tag, node.value


def _end(text: str, node: Any) -> int:
    """Return where a node's own text ends: a block's mark lies beyond the comments after it."""
    if not isinstance(node, yaml.ScalarNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    return start + len(text[start:end].rstrip())


# --- writing ---------------------------------------------------------------------------------


def _keys(feed: Feed) -> list[tuple[str, str]]:
    pairs = [("url", urls.inert(feed.url)), ("name", feed.name), ("category", feed.category)]
    return [(key, _scalar(value)) for key, value in pairs if value]


def _scalar(value: str) -> str:
    """Return a text as YAML: bare where it can only be text, else in double quotes."""
    if _PLAIN.fullmatch(value) and not value.endswith(" "):
        try:
            node = _read(f"[{value}]").value[0]
        except yaml.YAMLError:
            return _quoted(value)
        if node.tag == "tag:yaml.org,2002:str" and node.value == value:
            return value
    return _quoted(value)


def _quoted(value: str) -> str:
    return "".join(
        c if c.isprintable() else f"\\U{ord(c):08x}" for c in json.dumps(value, ensure_ascii=False)
    )
