"""What a run works with: the network, workers, a model, outputs, and someone watching."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from digest.errors import PutOffError
from digest.models import Edition, OutputResult, Response, Validators

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

UNCONDITIONAL = Validators()


class Manners(Protocol):
    """What sites ask of their visitors; consulted before each request, told of each refusal."""

    async def before(self, url: str) -> float:
        """Return the least number of seconds the site wants between two requests (0: any).

        Asked for every hop of a redirect, and again when its turn has come, where it has to answer
        at once. Raises PutOffError or RobotsError where ``url`` is not to be asked now, or not at
        all.
        """
        ...

    def put_off(self, url: str) -> PutOffError | None:
        """Return the error for a site that asked to be left alone meanwhile, or None; at once."""
        ...

    def refused(self, url: str, status: int, retry_after: float | None) -> None:
        """Note that ``url`` answered 429 or 503, and in how many seconds it may be asked again."""
        ...


class Fetcher(Protocol):
    """Polite, bounded HTTP."""

    def answer(
        self,
        url: str,
        validators: Validators = UNCONDITIONAL,
        *,
        manners: Manners | None = None,
    ) -> AbstractAsyncContextManager[Response]:
        """Give the 200 or 304 answer for ``url``, redirects followed, for the length of a block.

        The request keeps its place among those in flight until the block ends: a slow reader
        slows the fetching instead of filling memory with bodies. ``manners`` are asked before each
        hop. Raises FetchError, naming the URL, for every other status, for a timeout, for a body
        over the limit and for an address that may not be reached, and what ``manners`` raise.
        """
        ...


class Workers(Protocol):
    """Processes that can be killed, for work on untrusted bytes."""

    async def run(self, function: Callable[..., T], *args: object) -> T:
        """Return ``function(*args)``, computed elsewhere. ``function`` is importable by name.

        ItemErrors raised by the function come back as they are; WorkerError says that the worker
        was too slow, too big, or died.
        """
        ...

    def prepare(self) -> None:
        """Make ready in the background, where work is sure to come."""
        ...

    def peak_rss_mb(self) -> float:
        """Return the sum of the workers' peak resident sizes so far, in MiB."""
        ...


@dataclass(frozen=True, slots=True)
class ModelReply:
    """What a language model answered, and what it counted."""

    text: str
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0


class LanguageModel(Protocol):
    """A chat model that answers in JSON."""

    @property
    def name(self) -> str: ...

    async def complete(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]
    ) -> ModelReply:
        """Return one reply that should follow ``schema`` (the caller validates it).

        Raises ModelError for a reply that is empty, cut short, refused or filtered, and
        ModelUnavailable when asking again in this run is pointless.
        """
        ...


class Embedder(Protocol):
    """Turns short texts into vectors that are near where the texts mean the like."""

    @property
    def name(self) -> str:
        """Return what its vectors are kept under: vectors of two names are never compared."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """Return the languages it knows; empty for every one."""
        ...

    @property
    def local(self) -> bool:
        """Return whether the texts stay on this machine."""
        ...

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, each the same whatever else is asked with it.

        Raises EmbeddingError.
        """
        ...


class Output(Protocol):
    """A place an edition goes to."""

    @property
    def kind(self) -> str: ...

    @property
    def target(self) -> str:
        """Return where editions go, for a person."""
        ...

    @property
    def key(self) -> str:
        """Return what the ledger knows this output by, from run to run."""
        ...

    @property
    def formats(self) -> tuple[str, ...]:
        """Return the renderings it needs: "markdown", "html", "json", …"""
        ...

    def deliver(self, edition: Edition, rendered: Mapping[str, str]) -> OutputResult:
        """Put the edition there, whole or not at all; ``rendered`` holds its formats.

        Raises DeliveryError.
        """
        ...


class Progress(Protocol):
    """Someone watching a long run."""

    def start(self, stage: str, total: int | None = None) -> None: ...

    def advance(self, stage: str, by: int = 1, *, more: int = 0) -> None:
        """``by`` items of the stage are done; ``more`` were added to its total."""
        ...

    def say(self, message: str) -> None:
        """One line worth knowing at any time."""
        ...


class Meter(Protocol):
    """The machine's own figures, read at the edges."""

    def seconds(self) -> float:
        """Return a monotonic reading, in seconds."""
        ...

    def rss_mb(self) -> float:
        """Return this process's peak resident size, in MiB."""
        ...


class Branch(Protocol):
    """A branch of a git repository that holds a few text files and no history worth keeping."""

    def read(self) -> dict[str, str] | None:
        """Return its files by path, None where there is no such branch. Raises DeliveryError."""
        ...

    def write(self, files: Mapping[str, str], message: str) -> bool:
        """Make these its files, and push; return False where they were. Raises DeliveryError."""
        ...


class Publication(Protocol):
    """Where editions are committed."""

    def published(self, most: int) -> list[str]:
        """Return the texts of the newest ``most`` editions there, newest first.

        Raises DeliveryError.
        """
        ...
