"""The embedding model: which one is used, what is on this machine, and fetching it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from digest.adapters import embeddings
from digest.adapters.store import SqlStore
from digest.app.embedding import embedder_of, pulled_folder
from digest.app.parts import open_to_read
from digest.config import Config, EmbeddingSettings
from digest.core import yardstick
from digest.errors import EmbeddingError
from digest.meaning import Embedding
from digest.ports import Progress

_WITHOUT = "stories are grouped by words alone"


def embeddings_used(config: Config) -> tuple[bool, str]:
    """Return whether stories are grouped by meaning too, and a sentence on that; asks nobody."""
    chosen = config.embeddings
    if chosen is None:
        return False, f"off: {_WITHOUT}"
    if chosen.base_url:
        return True, f"{chosen.model} at {urlsplit(chosen.base_url).netloc.rpartition('@')[2]}"
    folder = chosen.path or pulled_folder(config)
    if embeddings.lacking(folder):
        fetches = "" if chosen.path else "; `digest models pull` fetches one"
        return False, f"no model in {folder}: {_WITHOUT}{fetches}"
    if not embeddings.installed():
        return False, f"{folder} is there, but not what runs it: {embeddings.INSTALL}"
    return True, str(folder)


async def try_embedder(config: Config) -> str:
    """Return what the embedder does, in a sentence, having asked it for a few invented titles.

    Raises EmbeddingError where it fails or its vectors mean nothing, and ConfigError.
    """
    _, sentence = embeddings_used(config)
    async with embedder_of(config) as embedder:
        if embedder is None and config.embeddings and not embeddings.lacking(pulled_folder(config)):
            raise EmbeddingError(sentence)
        if embedder is None:
            return sentence
        with SqlStore.open("sqlite://") as nothing_kept:
            began = time.monotonic()
            vectors = await Embedding(embedder, nothing_kept).vectors(yardstick.titles())
            took = time.monotonic() - began
        name = embedder.name
    if yardstick.scale(vectors) is None:
        raise EmbeddingError(
            f"the vectors of {name} do not tell events apart, so {_WITHOUT}; take another model"
        )
    return f"{name} tells one event from another; {len(vectors)} titles took {took:.1f} s"


@dataclass(frozen=True)
class ModelFound:
    """A model on this machine, or vectors kept of one."""

    name: str
    folder: str | None = None  # None: not on this machine, or at a server
    bytes: int = 0  # of the model's files
    vectors: int = 0  # kept in the store
    vector_bytes: int = 0


def models_found(config: Config) -> list[ModelFound]:
    """Return the models on this machine and those the store keeps vectors of, by name."""
    with open_to_read(config) as store:
        kept = store.vector_counts()
    folders = [pulled_folder(config)]
    if config.embeddings and config.embeddings.path:
        folders.append(config.embeddings.path)
    here: dict[str, ModelFound] = {}
    for folder in folders:
        if not embeddings.lacking(folder):
            size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
            name = embeddings.LocalEmbedder(folder).name
            here[name] = ModelFound(name, str(folder), size)
    return [
        replace(here.get(name, ModelFound(name)), vectors=vectors, vector_bytes=size)
        for name in sorted({*here, *kept})
        for vectors, size in [kept.get(name, (0, 0))]
    ]


def pull_model(
    config: Config,
    progress: Progress,
    *,
    hub: str | None = None,
    model: embeddings.HubModel = embeddings.MINILM,
    read_timeout: float = 20.0,
) -> str:
    """Put the model into our folder, unless it is there already; return what was done.

    Raises EmbeddingError, which names what failed; what was there before stays then.
    """
    folder = pulled_folder(config).with_name(model.name)
    if embeddings.holds(folder, model):
        return f"{folder} is there already, and whole"
    progress.start("kilobytes", model.size // 1000)
    told = done = 0

    def advance(size: int) -> None:
        nonlocal told, done
        done += size
        progress.advance("kilobytes", done // 1000 - told)
        told = done // 1000

    embeddings.fetch(
        model,
        folder,
        hub=hub or embeddings.HUB,
        proxy=config.fetch.proxy,
        read_timeout=read_timeout,
        advance=advance,
    )
    return f"{model.name} is in {folder} ({model.size / 1e6:.0f} MB)"


def missing_runner(chosen: EmbeddingSettings | None) -> str:
    """Return how to install what runs a model on this machine, "" where nothing is missing."""
    wanted = chosen is not None and chosen.base_url is None
    return embeddings.INSTALL if wanted and not embeddings.installed() else ""
