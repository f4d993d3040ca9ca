"""Small hand-written stand-ins for what a test does not have."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from digest.errors import ModelError
from digest.ports import ModelReply


class SilentProgress:
    """Watches a run, keeps what was said, shows nothing."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def start(self, stage: str, total: int | None = None) -> None:
        pass

    def advance(self, stage: str, by: int = 1, *, more: int = 0) -> None:
        pass

    def say(self, message: str) -> None:
        self.said.append(message)


class ScriptedModel:
    """A language model that answers from a list: replies as records or texts, errors raised."""

    name = "scripted"

    def __init__(self, *answers: Mapping[str, Any] | str | ModelError) -> None:
        self._answers = list(answers)
        self.asked: list[Sequence[Mapping[str, str]]] = []

    async def complete(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]
    ) -> ModelReply:
        assert schema["type"] == "object"
        self.asked.append(messages)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, ModelError):
            raise answer
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return ModelReply(text, input_tokens=100, cached_tokens=40, output_tokens=20)
