"""What is wrong with a configuration, in sentences: the line, the key, the value, what helps."""

from __future__ import annotations

import json
import re
import sys
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from digest.config.schema import SECRETS, Config
from digest.config.yamlfile import Document, Place
from digest.errors import ConfigError

_MOST = 20  # complaints shown
_MOST_READ = 1_000  # of the schema's; a file with more is no configuration
_LONGEST = 80  # characters of a value shown
_CREDENTIALS = re.compile(r"(?<=//)[^/@\s]*@")

# Keys that later versions take.
_LATER = frozenset(
    {"keep", "editions", "embeddings", "web", "alerts"}
    | {"edition.style", "edition.review", "edition.outputs"}
    | {"feeds.fallbacks", "fetch.respect_robots", "workers.dask"}
    | {"llm.judge", "llm.prices", "llm.budget"}
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One mistake: where it is and the sentence that follows the key's name."""

    place: Place
    message: str


def as_error(found: Sequence[Complaint], name: str, document: Document) -> ConfigError:
    """Return one error that tells every complaint, one a line, in the order of the file."""
    hopeless = {c.place[:-1] for c in found if c.place[0] == "outputs" and c.place[-1] == "kind"}
    first: dict[Place, Complaint] = {}
    for complaint in found:
        # An output of an unknown kind has unknown keys: once is enough.
        if complaint.place[:-1] not in hopeless or complaint.place[-1] == "kind":
            first.setdefault(complaint.place, complaint)
    ordered = sorted(first.values(), key=lambda c: document.line(c.place) or sys.maxsize)
    lines = [(document.line(c.place), f"`{dotted(c.place)}` {c.message}") for c in ordered[:_MOST]]
    told = [f"line {line}: {text}" if line else text for line, text in lines]
    if len(ordered) > _MOST:
        told.append(f"and {len(ordered) - _MOST} more")
    if len(ordered) == 1:
        message = f"{name}, {told[0]}" if lines[0][0] else f"{name}: {told[0]}"
    else:
        message = "\n  ".join((f"{name} has {len(ordered)} mistakes:", *told))
    return ConfigError(message, key=dotted(ordered[0].place))


def of_validation(error: ValidationError, shown: Callable[[Place], str]) -> Iterator[Complaint]:
    """Yield a complaint for each thing the schema refused; ``shown`` tells the value at a place."""
    for item in islice(error.errors(include_url=False, include_input=False), _MOST_READ):
        place = tuple(part for part in item["loc"] if part != "[key]")
        section, field = _field(place)
        kind, reason = item["type"], str(item.get("ctx", {}).get("error", ""))
        if kind == "extra_forbidden":
            yield Complaint(place, _unknown(place, section))
        elif kind == "missing":
            yield Complaint(place, f"is missing; expected {_expected(kind, field, place)}")
        else:
            if kind == "string_type" and shown(place)[:1] in "-.0123456789tf":
                reason = "put it in quotes"
            yield Complaint(
                place,
                f"is {shown(place)}; expected {_expected(kind, field, place)}"
                + (f" ({reason})" if reason else ""),
            )


def dotted(place: Place) -> str:
    """Return a place as people write it: feeds[3].url."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")


def show(value: Any) -> str:
    """Return a value for an error message: short, on one line, without passwords."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "empty"
    text = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        text = _CREDENTIALS.sub("…@", text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _expected(kind: str, field: FieldInfo | None, place: Place) -> str:
    model = _model(field.annotation) if field else None
    if kind == "model_type" and model:
        needed = [name for name, part in model.model_fields.items() if part.is_required()]
        return "keys and values" + (f", at least {' and '.join(needed)}" if needed else "")
    wanted = (field.description if field else None) or "something else"
    return f"an item for {wanted}" if isinstance(place[-1], int) else wanted


def _unknown(place: Place, section: type[BaseModel]) -> str:
    key = str(place[-1])
    plain = ".".join(part for part in place if isinstance(part, str))
    if plain in _LATER:
        return "is not available in this version"
    names = [*section.model_fields]
    names += [f"{name}_file" for name in names if name in SECRETS]
    if elsewhere := [path for path in _all_keys(Config) if path.rpartition(".")[2] == key]:
        return f"is not a key here; did you mean `{elsewhere[0]}`?"
    if near := get_close_matches(key.lower()[:100], names, 1, 0.6):
        return f"is not a key; did you mean `{near[0]}`?"
    return f"is not a key; here are {', '.join(names)}"


def _all_keys(section: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in section.model_fields.items():
        yield prefix + name
        if model := _model(field.annotation):
            yield from _all_keys(model, f"{prefix}{name}.")


def _field(place: Place) -> tuple[type[BaseModel], FieldInfo | None]:
    """Return the section a place is in, and the field that holds it."""
    section: type[BaseModel] = Config
    field: FieldInfo | None = None
    names = [part for part in place if isinstance(part, str)]
    for n, name in enumerate(names):
        field = section.model_fields.get(name)
        model = _model(field.annotation) if field else None
        if field is None or model is None or n == len(names) - 1:
            break
        section = model
    return section, field


def _model(annotation: Any) -> type[BaseModel] | None:
    """Return the section inside an annotation such as tuple[FeedSettings, ...]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model, typing.get_args(annotation))), None)
