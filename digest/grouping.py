"""articles → stories, with what helps to tell them apart: the meaning of their titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from digest.core import forgotten, memory
from digest.core.similarity import Meaning, masked
from digest.errors import EmbeddingError
from digest.models import Article, Problem, Story
from digest.ports import Embedder, Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass
class Grouped:
    """Stories, and what went wrong on the way to them."""

    stories: list[Story] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Grouping:
    """Groups articles; vectors are kept in the store and never computed twice."""

    language: str
    store: Store
    embedder: Embedder | None = None

    async def run(
        self, articles: Sequence[Article], past: memory.Memory = memory.NOTHING
    ) -> Grouped:
        """Return the stories the articles tell; those without a text by what ``past`` has."""
        grouped = Grouped()
        meaning = await self._meaning(articles, grouped)
        grouped.stories = forgotten.group(
            articles, past.traces, past.printed, language=self.language, meaning=meaning
        )
        return grouped

    async def _meaning(self, articles: Sequence[Article], grouped: Grouped) -> Meaning | None:
        """Return the vectors of the titles; without, where the embedder fails."""
        if self.embedder is None:
            return None
        known = self.embedder.languages
        texts = {a.id: masked(a.title) for a in articles if not known or a.language in ("", *known)}
        try:
            vectors = await self._vectors(self.embedder, sorted(set(texts.values())))
        except EmbeddingError as error:
            message = f"{error}; stories are grouped by words alone"
            grouped.problems.append(Problem("group", self.embedder.name, message))
            return None
        return Meaning({article_id: vectors[text] for article_id, text in texts.items()})

    async def _vectors(
        self, embedder: Embedder, texts: Sequence[str]
    ) -> dict[str, NDArray[np.float32]]:
        import numpy as np

        keys = {text: sha256(text.encode("utf-8", "replace")).hexdigest() for text in texts}
        kept = self.store.vectors(embedder.name, keys.values())
        found = {t: np.frombuffer(kept[k], dtype="<f4") for t, k in keys.items() if k in kept}
        missing = [text for text in texts if text not in found]
        if missing:
            rows = (await embedder.embed(missing)).astype("<f4")
            found |= dict(zip(missing, rows, strict=True))
            self.store.save_vectors(embedder.name, {keys[t]: found[t].tobytes() for t in missing})
        return found
