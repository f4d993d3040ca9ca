"""articles → the meaning of their titles: vectors kept in the store, never computed twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from digest.core import yardstick
from digest.core.traits import Meaning, masked
from digest.errors import EmbeddingError
from digest.models import Article
from digest.ports import Embedder, Progress, Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AT_ONCE: Final = 128  # titles embedded between two times they are saved
DEADLINE: Final = 120.0  # seconds for a server to read new titles; then the run goes on


@dataclass(frozen=True)
class Embedding:
    """What titles mean, by one embedder, over what the store has of it."""

    embedder: Embedder
    store: Store
    progress: Progress | None = None
    deadline: float = DEADLINE

    async def run(self, articles: Sequence[Article]) -> Meaning | None:
        """Return the meaning of the titles that may be embedded, None where there is none.

        Raises EmbeddingError where the embedder fails, or its vectors mean nothing.
        """
        texts = {a.id: masked(a.title) for a in articles if _may_embed(a, self.embedder)}
        if not texts:
            return None
        vectors = await self.vectors([*sorted(set(texts.values())), *yardstick.titles()])
        scale = yardstick.scale(vectors)
        if scale is None:
            raise EmbeddingError(f"the vectors of {self.embedder.name} do not tell events apart")
        found = {article_id: vectors[text] for article_id, text in texts.items()}
        return Meaning(found, scale.slope, scale.shift)

    async def vectors(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return each text's unit vector: the kept ones, the others made and kept part by part."""
        import numpy as np

        name = self.embedder.name
        keys = {text: _key(text) for text in texts}
        kept = self.store.vectors(name, keys.values())
        found = {t: np.frombuffer(kept[k], dtype="<f4") for t, k in keys.items() if k in kept}
        try:
            async with asyncio.timeout(None if self.embedder.local else self.deadline):
                found |= await self._made([text for text in keys if text not in found])
                if len({len(vector) for vector in found.values()}) > 1:
                    # The server has another model by this name now.
                    found = await self._made(list(keys))
        except TimeoutError as error:
            late = f"{name} did not get through the titles within {self.deadline:g} s"
            raise EmbeddingError(f"{late}; the next run goes on from there") from error
        if len({len(vector) for vector in found.values()}) > 1:
            raise EmbeddingError(f"the vectors of {name} are of several lengths")
        return found

    async def _made(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the texts' vectors, fresh from the embedder, each part kept as it comes."""
        made: dict[str, NDArray[np.float32]] = {}
        if texts and self.progress:
            self.progress.start("titles", len(texts))
        for start in range(0, len(texts), AT_ONCE):
            part = texts[start : start + AT_ONCE]
            rows = dict(zip(part, (await self.embedder.embed(part)).astype("<f4"), strict=True))
            held = {_key(text): row.tobytes() for text, row in rows.items()}
            self.store.save_vectors(self.embedder.name, held)
            made |= rows
            if self.progress:
                self.progress.advance("titles", len(part))
        return made


def _key(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def _may_embed(article: Article, embedder: Embedder) -> bool:
    """Decide whether an article's title may be given to the embedder, and is of use to it."""
    known = embedder.languages
    spoken = not known or article.language.partition("-")[0] in ("", *known)
    given = embedder.local or article.ai_input
    return spoken and given and bool(article.title.strip())  # servers refuse an empty text
