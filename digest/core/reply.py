"""The shape of a model's reply, as it is asked for and as it is validated."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _listed(value: object) -> object:
    """A model that cites one article often gives the bare number."""
    return [value] if isinstance(value, int | str) else value


Cites = Annotated[list[Annotated[int, Field(ge=-(10**9), le=10**9)]], BeforeValidator(_listed)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class ReplySentence(_Part):
    text: Annotated[str, Field(min_length=1, max_length=1200)]
    cites: Annotated[Cites, Field(max_length=50)]


class ReplySection(_Part):
    emoji: Annotated[str, Field(max_length=200)] = ""
    heading: Annotated[str, Field(min_length=1, max_length=200)]
    sentences: Annotated[list[ReplySentence], Field(max_length=20)]


class Reply(_Part):
    emoji: Annotated[str, Field(max_length=200)] = ""
    headline: Annotated[str, Field(min_length=1, max_length=300)]
    lead: Annotated[list[ReplySentence], Field(min_length=1, max_length=12)]
    sections: Annotated[list[ReplySection], Field(max_length=12)] = []
    disagreements: Annotated[list[ReplySentence], Field(max_length=12)] = []


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def schema() -> dict[str, Any]:
    """Return the strict JSON schema of a reply, in the subset that servers agree on."""
    text = {"type": "string"}
    sentence = _object(text=text, cites={"type": "array", "items": {"type": "integer"}})
    sentences = {"type": "array", "items": sentence}
    section = _object(emoji=text, heading=text, sentences=sentences)
    return _object(
        emoji=text,
        headline=text,
        lead=sentences,
        sections={"type": "array", "items": section},
        disagreements=sentences,
    )
