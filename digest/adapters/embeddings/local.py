"""An embedding model in a folder of this machine, run by fastembed. Nothing is ever downloaded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cached_property
from hashlib import file_digest, sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from digest.errors import EmbeddingError

if TYPE_CHECKING:
    import numpy as np
    from fastembed import TextEmbedding
    from numpy.typing import NDArray

FILES: Final = ("model.onnx", "tokenizer.json", "tokenizer_config.json")  # what a model needs
INSTALL: Final = "pip install 'ai-news-digest[embeddings]'"
_KIND: Final = "sentence-transformers/all-MiniLM-L6-v2"  # mean of the words' vectors, normalised
_THREADS: Final = 1  # one title is too short a work to be shared


def installed() -> bool:
    """Tell whether what runs a model is installed."""
    return find_spec("fastembed") is not None


def lacking(folder: Path) -> list[str]:
    """Return the files that a model needs and ``folder`` has not."""
    return [name for name in FILES if not (folder / name).is_file()]


class LocalEmbedder:
    """An Embedder on the model in ``folder``, loaded when the first title comes.

    One title at a time: the vector that a quantised model gives depends on what else is in the
    batch (cosine 0.98 between the two for all-MiniLM-L6-v2).
    """

    local = True

    def __init__(self, folder: Path, languages: frozenset[str] = frozenset({"en"})) -> None:
        self.languages = languages
        self._folder = folder
        self._model: TextEmbedding | None = None

    @cached_property
    def name(self) -> str:
        """Return the folder's name and what its files hold, in few letters.

        Raises EmbeddingError for files that cannot be read.
        """
        held = sha256()
        try:
            for name in FILES:
                with (self._folder / name).open("rb") as file:
                    held.update(file_digest(file, "sha256").digest())
        except OSError as error:
            raise EmbeddingError(
                f"the model in {self._folder} cannot be read: {error.strerror}"
            ) from error
        return f"{self._folder.name} ({held.hexdigest()[:12]})"

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text; what is too long for the model is cut off."""
        return await asyncio.to_thread(self._embed, texts)

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        try:
            if self._model is None:
                self._model = self._loaded()
            rows = [next(iter(self._model.embed([text], batch_size=1))) for text in texts]
            found = np.array(rows, dtype=np.float32).reshape(len(texts), -1)
        except Exception as error:  # fastembed, its tokenizer and its runtime raise what they like
            said = " ".join(str(error).split())[:200]
            raise EmbeddingError(f"the model in {self._folder} does not run: {said}") from error
        norms = np.linalg.norm(found, axis=1)
        if not np.all(np.abs(norms - 1) < 0.01):
            raise EmbeddingError(f"the model in {self._folder} gives vectors that are none")
        return found

    def _loaded(self) -> TextEmbedding:
        from fastembed import TextEmbedding

        return TextEmbedding(
            _KIND,
            specific_model_path=str(self._folder),
            cache_dir=str(self._folder),  # which it would make; nothing is put there
            local_files_only=True,
            threads=_THREADS,
            cuda=False,
        )
