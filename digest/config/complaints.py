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

from digest.config.outputs import OutputSettings
from digest.config.schema import Config
from digest.config.section import SECRETS
from digest.config.yamlfile import Document, Place
from digest.errors import ConfigError

_MOST = 20  # complaints shown
_MOST_READ = 1_000  # of the schema's; a file with more is no configuration
_LONGEST = 80  # characters of a value shown
PRIVATE = SECRETS | {"to"}  # keys whose values are never shown: readers' addresses are theirs
_CREDENTIALS = re.compile(r"(?<=//)[^/@\s]*@")
_QUERY = re.compile(r"(://[^?#\s\"]*[?#])[^\s\"]+")  # some hold a key

# Keys that later versions take.
_LATER = frozenset(
    {"keep", "editions", "alerts", "web.admin_token"}
    | {"edition.style", "edition.review", "edition.outputs"}
    | {"workers.dask", "llm.prices", "llm.budget"}
)
# What a list's items are, by what the list is.
_ITEMS = {
    "a list of days, such as [mon, tue, wed, thu, fri]": "a day, such as mon",
    "a list of words": "a word",
    "a list of words, publishers or companies": "a word, a publisher or a company",
    "a list of host names or addresses, without scheme and port": (
        "a host name or address, without scheme and port"
    ),
    "a list of http or https addresses that hold {query}": (
        "an http or https address that holds {query}"
    ),
    "a list of e-mail addresses": "an e-mail address",
    "a list of language codes, such as [en]": "a language code, such as en",
}
_LATER_KINDS = ("atom", "site", "chat")  # of outputs


@dataclass(frozen=True, slots=True)
class Complaint:
    """One mistake: where it is and the sentence that follows the key's name."""

    place: Place
    message: str


def as_error(found: Sequence[Complaint], name: str, document: Document) -> ConfigError:
    """Return one error that tells every complaint, one a line, in the order of the file."""
    first: dict[Place, Complaint] = {}
    for complaint in found:
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
        place, section, field = _spot(item["loc"])
        kind, reason = item["type"], str(item.get("ctx", {}).get("error", ""))
        if kind in ("union_tag_not_found", "union_tag_invalid"):
            yield _of_kind((*place, "kind"), kind, item.get("ctx", {}).get("tag"), shown)
        elif kind == "extra_forbidden":
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


def _of_kind(place: Place, error: str, given: object, shown: Callable[[Place], str]) -> Complaint:
    """Return the complaint about an output whose kind is missing or none of ours."""
    wanted = f"expected {', '.join(_KINDS[:-1])} or {_KINDS[-1]}"
    if error == "union_tag_not_found":
        return Complaint(place, f"is missing; {wanted}")
    if given in _LATER_KINDS:
        return Complaint(place, f"is {shown(place)}; {given} is not available in this version")
    near = get_close_matches(str(given)[:50].lower(), _KINDS, 1, 0.4)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return Complaint(place, f"is {shown(place)}; {wanted}{hint}")


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
        text = _QUERY.sub(r"\1…", text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _expected(kind: str, field: FieldInfo | None, place: Place) -> str:
    models = _models(field.annotation) if field else []
    if kind in ("model_type", "model_attributes_type") and models:
        keys = [_keys(model) for model in models]
        needed = [name for name, part in keys[0].items() if part.is_required()]
        needed = [name for name in needed if all(name in others for others in keys)]
        return "keys and values" + (f", at least {' and '.join(needed)}" if needed else "")
    wanted = (field.description if field else None) or "something else"
    if isinstance(place[-1], int):
        return _ITEMS.get(wanted, f"an item for {wanted}")
    return wanted


def _unknown(place: Place, section: type[BaseModel]) -> str:
    key = str(place[-1])
    plain = ".".join(part for part in place if isinstance(part, str))
    if plain in _LATER:
        return "is not available in this version"
    names = [*_keys(section)]
    names += [f"{name}_file" for name in names if name in SECRETS]
    # What an output lacks may stand deeper in it; another kind's keys are no help.
    inside = place[0] == "outputs"
    where = dotted(place[:-1]) + "." if inside else ""
    if elsewhere := [
        path
        for path in _all_keys(section if inside else Config, where)
        if path.rpartition(".")[2] in (key, key.removesuffix("_file"))
    ]:
        return f"is not a key here; did you mean `{elsewhere[0]}`?"
    if near := get_close_matches(key.lower()[:100], names, 1, 0.6):
        return f"is not a key; did you mean `{near[0]}`?"
    return f"is not a key; here are {', '.join(names)}"


def _keys(section: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return a section's fields by the names they have in the file."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def _all_keys(section: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in _keys(section).items():
        yield prefix + name
        for model in _models(field.annotation):
            yield from _all_keys(model, f"{prefix}{name}.")


def _spot(loc: tuple[int | str, ...]) -> tuple[Place, type[BaseModel], FieldInfo | None]:
    """Return the place the schema tells of, the section it is in, and the field that holds it."""
    parts = [part for part in loc if part != "[key]"]
    # After an output's number the schema tells its kind, which is no key of the file.
    kind = parts.pop(2) if parts[0] == "outputs" and len(parts) > 2 else None
    section: type[BaseModel] = Config
    field: FieldInfo | None = None
    names = [part for part in parts if isinstance(part, str)]
    for n, name in enumerate(names):
        field = _keys(section).get(name)
        models = _models(field.annotation) if field else []
        if not models or n == len(names) - 1:
            break
        section = next((model for model in models if _kind(model) == kind), models[0])
    return tuple(parts), section, field


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Return the sections inside an annotation such as tuple[FeedSettings, ...]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in typing.get_args(annotation) for model in _models(part)]


def _kind(model: type[BaseModel]) -> str | None:
    """Return the kind of output that a section is for."""
    field = model.model_fields.get("kind")
    return next(iter(typing.get_args(field.annotation)), None) if field else None


_KINDS = tuple(filter(None, map(_kind, typing.get_args(OutputSettings))))
