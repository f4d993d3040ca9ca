"""An embedding model behind an OpenAI-compatible server. It is sent titles and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from digest.core import said
from digest.errors import EmbeddingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from openai import AsyncOpenAI

_AT_ONCE: Final = 32  # texts in a request; small servers take no more
_REQUESTS: Final = 4  # under way at once
_LONGEST: Final = 400  # bytes of a text; some servers refuse 512 tokens, each a byte at least
_UNREADABLE: Final = (ValueError, TypeError, ArithmeticError, RecursionError)
_WIDEST: Final = 65_536  # numbers in a vector; no model has as many


class EndpointEmbedder:
    """An Embedder on ``base_url``; an asynchronous context manager.

    ``connect`` makes the client, which keeps to a server's Retry-After; ``timeout``, in seconds,
    bounds each request as a whole. No ``languages`` stand for every one.
    """

    local = False

    def __init__(
        self,
        connect: Callable[[], AsyncOpenAI],
        *,
        base_url: str,
        model: str,
        timeout: float = 60.0,
        languages: frozenset[str] = frozenset(),
    ) -> None:
        self.languages = languages
        host = urlsplit(base_url).netloc.rpartition("@")[2]
        self.name = f"{model} at {host}"
        self._model = model
        self._where = f"the embedding server at {host}"
        self._connect = connect
        self._timeout = timeout
        self._client: AsyncOpenAI | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        client, self._client = self._client, None
        if client:
            await client.close()

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text; a very long one is cut off."""
        import numpy as np

        client, turns = self._connected(), asyncio.Semaphore(_REQUESTS)
        cut = [t.encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore") for t in texts]

        async def ask(part: Sequence[str]) -> list[list[float]]:
            async with turns:
                return await self._ask(client, part)

        parts = [cut[n : n + _AT_ONCE] for n in range(0, len(cut), _AT_ONCE)]
        try:
            async with asyncio.TaskGroup() as group:
                asked = [group.create_task(ask(part)) for part in parts]
        except ExceptionGroup as errors:
            first = errors.exceptions[0]
            raise first from first.__cause__
        rows = [row for task in asked for row in task.result()]
        if len({len(row) for row in rows}) > 1:
            raise EmbeddingError(f"{self._where} gave vectors of several lengths")
        found = np.array(rows, dtype=np.float64)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)

    def _connected(self) -> AsyncOpenAI:
        if self._client is None:
            self._client = self._connect()
        key = self._client.api_key
        if not (key.isascii() and key.isprintable()):
            raise EmbeddingError(f"the API key for {self._where} holds characters no key has")
        return self._client

    async def _ask(self, client: AsyncOpenAI, texts: Sequence[str]) -> list[list[float]]:
        import openai

        try:
            async with asyncio.timeout(self._timeout):
                answer: Any = await client.embeddings.create(
                    model=self._model, input=list(texts), encoding_format="float"
                )
        except (TimeoutError, openai.APITimeoutError) as error:
            message = f"{self._where} gave no answer within {self._timeout:g} s"
            raise EmbeddingError(message) from error
        except openai.APIStatusError as error:
            why = said.refusal(error.body, client.api_key)
            message = f"{self._where} {self._refusal(error.status_code)}{why}"
            raise EmbeddingError(message) from error
        except openai.APIConnectionError as error:
            raise EmbeddingError(f"{self._where} cannot be reached") from error
        except (openai.OpenAIError, *_UNREADABLE) as error:
            raise self._unusable("cannot be read") from error
        return self._rows(answer, len(texts))

    def _refusal(self, status: int) -> str:
        if status in (401, 403):
            return f"refused the API key ({status})"
        if status == 404:
            return f"does not know the model “{self._model}” ({status})"
        if status == 429:
            return "asks to slow down, again and again (429)"
        if status >= 500:
            return f"failed again and again ({status})"
        return f"rejected the request ({status})"

    def _rows(self, answer: Any, wanted: int) -> list[list[float]]:
        """Return the vectors in the texts' order; answers are not what the types promise."""
        data = getattr(answer, "data", None)
        if not isinstance(data, list) or len(data) != wanted:
            raise self._unusable(f"has not the {wanted} vectors asked for")
        places = [getattr(item, "index", None) for item in data]
        if sorted(p for p in places if isinstance(p, int)) == list(range(wanted)):
            data = [data[places.index(n)] for n in range(wanted)]
        rows = [getattr(item, "embedding", None) for item in data]
        if not all(_is_vector(row) for row in rows):
            raise self._unusable("holds what is no vector")
        return rows  # type: ignore[return-value]

    def _unusable(self, why: str) -> EmbeddingError:
        return EmbeddingError(f"{self._where} gave an answer that {why}")


def _is_vector(row: object) -> bool:
    """Decide whether a row is a list of numbers with a length: none is NaN, not all are 0."""
    if not isinstance(row, list) or not 1 < len(row) <= _WIDEST:
        return False
    numbers = all(type(x) in (int, float) and abs(x) < 1e30 for x in row)
    return numbers and any(abs(x) > 1e-30 for x in row)
