"""Which embedder a run works with, and where its model is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from digest.adapters import embeddings
from digest.adapters.llm import connected
from digest.config import Config
from digest.errors import ConfigError
from digest.ports import Embedder


def pulled_folder(config: Config) -> Path:
    """Return where `digest models pull` puts the model: beside the store.

    So a copied folder takes it along, and another configuration's runs stay as they were.
    """
    return config.store_path.parent / "models" / embeddings.MINILM.name


@asynccontextmanager
async def embedder_of(config: Config) -> AsyncIterator[Embedder | None]:
    """Give the configured embedder, or None; nothing is loaded, asked or downloaded yet.

    Raises ConfigError for a folder without a model, and where what runs it is not installed.
    """
    chosen = config.embeddings
    if chosen is None:
        yield None
    elif chosen.base_url and chosen.model:
        key = chosen.api_key.get_secret_value() if chosen.api_key else ""
        timeout = chosen.timeout.total_seconds()
        async with embeddings.EndpointEmbedder(
            partial(connected, chosen.base_url, key, timeout),
            base_url=chosen.base_url,
            model=chosen.model,
            timeout=timeout,
            languages=chosen.known_languages,
        ) as embedder:
            yield embedder
    elif chosen.path:
        _check(chosen.path)
        yield embeddings.LocalEmbedder(chosen.path, chosen.known_languages)
    else:
        folder = pulled_folder(config)
        usable = not embeddings.lacking(folder) and embeddings.installed()
        yield embeddings.LocalEmbedder(folder, chosen.known_languages) if usable else None


def _check(folder: Path) -> None:
    missing = embeddings.lacking(folder)
    if missing:
        wanted = f"has no {' and no '.join(missing)}" if folder.is_dir() else "is no folder"
        raise ConfigError(
            f"`embeddings.path`: {folder} {wanted}; name a folder with an embedding model, or set "
            "`embeddings: auto` and run `digest models pull`",
            key="embeddings.path",
        )
    if not embeddings.installed():
        raise ConfigError(
            f"`embeddings.path`: what runs a model is not installed: {embeddings.INSTALL}",
            key="embeddings.path",
        )
