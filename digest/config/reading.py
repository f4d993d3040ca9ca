"""A configuration file read: environment and secret files filled in, every mistake in one error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from digest.config import complaints
from digest.config.agreement import disagreements
from digest.config.complaints import PRIVATE, Complaint
from digest.config.schema import Config
from digest.config.section import SECRETS
from digest.config.yamlfile import LARGEST, Document, Place, YamlError, read_yaml
from digest.core.feedlist import spelling
from digest.errors import ConfigError

_LARGEST_SECRET = 10_000  # bytes
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{")


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """Return the configuration in the file ``path``.

    ``environ`` fills ``${NAME}``. Raises ConfigError for a file that cannot be read and for
    everything wrong in it, each with its line; the error's ``key`` is the first key at fault.
    """
    try:
        with path.open("rb") as file:
            body = file.read(4 * LARGEST + 1)
        text = body.decode()
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such file; `digest init` makes one, --config names another"
        ) from None
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: not UTF-8 text") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    return parse(text, folder=path.absolute().parent, environ=environ, name=str(path))


def parse(
    text: str, *, folder: Path, environ: Mapping[str, str], name: str = "config.yaml"
) -> Config:
    """Return the configuration a YAML text says; relative paths start at ``folder``.

    Raises ConfigError as ``load`` does, with ``name`` for the file's.
    """
    try:
        document = read_yaml(text)
    except YamlError as error:
        where = f"{name}, line {error.line}" if error.line else name
        raise ConfigError(f"{where}: {error}") from error
    if not isinstance(document.value, dict | None):
        raise ConfigError(f"{name}: expected keys and values, such as `title: AI Industry Digest`")

    filler = _Filler(folder, environ)
    tree = filler.fill(document.value or {}, ())
    found = [*filler.complaints, *_twice(tree)]
    config = None
    try:
        config = Config.model_validate(tree, context={"folder": folder})
    except ValidationError as error:
        told = complaints.of_validation(error, _Shown(document))
        found += [complaint for complaint in told if complaint.place not in filler.unread]
    if config is not None:
        found += disagreements(config)
    if found or config is None:
        raise complaints.as_error(found, name, document)
    return config


class _Filler:
    """Copies a tree: nulls left out, variables and secret files filled in."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.complaints: list[Complaint] = []
        self.unread: set[Place] = set()  # secrets whose files are of no use
        self._folder = folder
        self._environ = environ

    def fill(self, value: Any, place: Place) -> Any:
        if isinstance(value, list):
            return [self.fill(item, (*place, n)) for n, item in enumerate(value)]
        if isinstance(value, dict):
            return self._fill_mapping(value, place)
        return self._fill_text(value, place) if isinstance(value, str) else value

    def _fill_mapping(self, value: dict[str, Any], place: Place) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, item in value.items():
            here = (*place, key)
            secret = key.removesuffix("_file")
            if item is None:
                continue
            if secret == key or secret not in SECRETS:
                made[key] = self.fill(item, here)
            elif value.get(secret) is not None:
                self._complain(here, f"is given beside `{secret}`; keep one of the two")
            else:
                made[secret] = self._read_secret(self.fill(item, here), here)
        return made

    def _fill_text(self, text: str, place: Place) -> str:
        def fill(match: re.Match[str]) -> str:
            name = match[1]
            if name is None:
                self._complain(place, "holds `${` without a variable's name and `}`")
            elif name not in self._environ:
                self._complain(place, f"needs the environment variable {name}, which is not set")
            return self._environ.get(name or "", "")

        return _VARIABLE.sub(fill, text)

    def _read_secret(self, name: Any, place: Place) -> str:
        try:
            if not isinstance(name, str) or not name.strip():
                raise ValueError
            path = self._folder / Path(name.strip()).expanduser()
            with path.open("rb") as file:
                body = file.read(_LARGEST_SECRET + 1)
            text = body.decode().strip()
        except OSError as error:
            self._complain(place, f"names {path}, which cannot be read: {error.strerror}")
        except (ValueError, RuntimeError):  # no path, no text, no such home
            self._complain(place, "expected the name of a text file that holds nothing else")
        else:
            if text and len(body) <= _LARGEST_SECRET:
                return text
            self._complain(place, f"names {path}, which is " + ("too large" if text else "empty"))
        self.unread.add((*place[:-1], str(place[-1]).removesuffix("_file")))
        return "?"

    def _complain(self, place: Place, message: str) -> None:
        self.complaints.append(Complaint(place, message))


class _Shown:
    """Tells a value as the file has it: secrets hidden, variables by name and not by value."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def __call__(self, place: Place) -> str:
        value: Any = self._document.value
        for part in place:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return "…"
        return "(hidden)" if PRIVATE.intersection(place) else complaints.show(value)


def _twice(tree: Mapping[str, Any]) -> list[Complaint]:
    """Return a complaint for each feed, or fallback of one, whose address stands there already."""
    given = tree.get("feeds")
    feeds: list[Any] = given if isinstance(given, list) else []
    first: dict[str, int] = {}
    found = []
    for n, feed in enumerate(feeds):
        same = _spelled(feed.get("url")) if isinstance(feed, dict) else ""
        if same and same in first:
            both = " and ".join(_feed_name(feeds[i], i) for i in (first[same], n))
            found.append(Complaint(("feeds", n, "url"), f"is the address of {both}; keep one"))
        elif same:
            first[same] = n
    for n, feed in enumerate(feeds):
        others = feed.get("fallbacks") if isinstance(feed, dict) else None
        for m, url in enumerate(others if isinstance(others, list) else ()):
            if (same := _spelled(url)) in first:
                name = _feed_name(feeds[first[same]], first[same])
                place = ("feeds", n, "fallbacks", m)
                found.append(Complaint(place, f"is the address of {name}, which is asked anyway"))
    return found


def _spelled(url: object) -> str:
    return spelling(url) if isinstance(url, str) else ""


def _feed_name(feed: Mapping[str, Any], n: int) -> str:
    name = feed.get("name")
    return f"feeds[{n}]" + (f" ({name})" if isinstance(name, str) and name else "")
