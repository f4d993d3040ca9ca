"""Small hand-written stand-ins for what a test does not have."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from zlib import crc32

from digest.core import yardstick
from digest.errors import EmbeddingError, MailUncertain, ModelError
from digest.ports import ModelReply

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")


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


class FakeTime:
    """A clock that runs only while somebody sleeps; for any number of threads."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds


class FakeMailServer:
    """A mail server that takes what ``answer`` lets it: given the address, it returns or raises.

    A MailUncertain is raised when the whole message has come, every other answer before.
    """

    def __init__(self, answer: Callable[[str], Exception | None] = lambda _address: None) -> None:
        self.answer = answer
        self.connecting: list[Exception | None] = []  # what connecting raises, first to last
        self.connections = 0
        self.tried: list[str] = []
        self.taken: list[str] = []
        self.messages: list[tuple[str, bytes]] = []  # envelope sender, message

    def connect(self) -> FakeMailServer:
        error = self.connecting.pop(0) if self.connecting else None
        if error is not None:
            raise error
        self.connections += 1
        return self

    def send(self, sender: str, address: str, message: bytes, ready: Callable[[], bool]) -> bool:
        self.tried.append(address)
        error = self.answer(address)
        if error is not None and not isinstance(error, MailUncertain):
            raise error
        if not ready():
            return False
        self.taken.append(address)
        self.messages.append((sender, message))
        if error is not None:
            raise error
        return True

    def close(self) -> None:
        pass


class InlineWorkers:
    """Does a worker's work in this process: quick, and safe where the test wrote the bytes."""

    async def run(self, function: Callable[..., T], *args: object) -> T:
        return function(*args)

    def prepare(self) -> None:
        pass

    def peak_rss_mb(self) -> float:
        return 0.0


class CountingEmbedder:
    """An embedder that keeps what it was asked; titles of one event of the yardstick are near.

    ``fail_after`` is how many calls it answers before it fails.
    """

    def __init__(
        self,
        name: str = "counting",
        *,
        languages: Iterable[str] = (),
        local: bool = True,
        width: int = 64,
        fail_after: int | None = None,
    ) -> None:
        self.name = name
        self.languages = frozenset(languages)
        self.local = local
        self.asked: list[str] = []
        self._width = width
        self._left = fail_after
        self._event = {text: event[0] for event in yardstick.EVENTS for text in event}

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        if self._left == 0:
            raise EmbeddingError(f"{self.name} failed")
        self._left = None if self._left is None else self._left - 1
        self.asked += texts
        rows = np.array([self._row(text) for text in texts])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def _row(self, text: str) -> NDArray[np.float64]:
        import numpy as np

        event, own = (
            np.random.default_rng(crc32(key.encode())).normal(size=self._width)
            for key in (self._event.get(text, text), f"own {text}")
        )
        return np.asarray(event + own, dtype=np.float64)
