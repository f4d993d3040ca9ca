"""What a model's server said: the JSON in a reply, and its own words where it refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

_READ: Final = 200_000  # characters of a reply that are looked at
_TRIES: Final = 40  # places in a reply where its JSON may begin
_TOLD: Final = 2_000  # characters of a refusal that are looked at
_SHORT: Final = 200  # of those that are told
_THINKING: Final = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


def objects(reply: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects a reply holds, outermost first, from the left.

    What the model thought aloud before it answered is passed over.
    """
    reply = _THINKING.sub("", reply[:_READ])
    decoder = json.JSONDecoder()
    position, tries = reply.find("{"), 0
    while position >= 0 and tries < _TRIES:
        tries += 1
        end = position + 1
        try:
            found, end = decoder.raw_decode(reply, position)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            yield found
        position = reply.find("{", end)


def refusal(body: object, key: str) -> str:
    """Return ": " and the message of a refusal, one short line without the key, "" for none."""
    message = body.get("message") if isinstance(body, dict) else None
    if not isinstance(message, str) or not message.strip():
        return ""
    line = " ".join("".join(c if c.isprintable() else " " for c in message[:_TOLD]).split())
    return f": {(line.replace(key, '…') if key else line)[:_SHORT]}"
