"""articles → stories, with what helps to tell them apart: titles' meaning, a judge in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from digest.core import forgotten, memory, questions, stories
from digest.core.stories import Pair
from digest.core.traits import Meaning
from digest.errors import EmbeddingError
from digest.judging import Judging
from digest.meaning import Embedding
from digest.models import Article, Problem, Story
from digest.ports import Embedder, Progress, Store


@dataclass
class Grouped:
    """Stories, and what went wrong on the way to them."""

    stories: list[Story] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    verdicts: Mapping[Pair, bool] = field(default_factory=dict)  # what a judge said
    llm: Mapping[str, float] = field(default_factory=dict)  # what it took, as in the run report
    meaning: Meaning | None = None  # of the titles


@dataclass(frozen=True)
class Grouping:
    """Groups articles; vectors are kept in the store and never computed twice."""

    language: str
    store: Store
    embedder: Embedder | None = None
    judging: Judging | None = None
    progress: Progress | None = None

    async def run(
        self, articles: Sequence[Article], past: memory.Memory = memory.NOTHING
    ) -> Grouped:
        """Return the stories the articles tell; those without a text by what ``past`` has."""
        grouped = Grouped()
        meaning = grouped.meaning = await self._meaning(articles, grouped)
        await self._judge(articles, past, meaning, grouped)
        grouped.stories = forgotten.group(
            articles,
            past.traces,
            past.printed,
            language=self.language,
            meaning=meaning,
            verdicts=grouped.verdicts,
        )
        return grouped

    async def _judge(
        self,
        articles: Sequence[Article],
        past: memory.Memory,
        meaning: Meaning | None,
        grouped: Grouped,
    ) -> None:
        """Have it judged, by one report of each, whether two doubtful groups tell one event."""
        if self.judging is None:
            return
        lent = forgotten.lent(articles, past.traces, past.printed)
        doubts = stories.doubtful(lent, meaning=meaning)
        known = {a.id: a for a in articles}
        shown = [(_shown(d.first, known), _shown(d.second, known)) for d in doubts]
        judged = await self.judging.pairs(shown)
        verdicts: dict[Pair, bool] = {}
        for doubt, pair in zip(doubts, shown, strict=True):
            question = questions.pair(*pair)
            if question in judged.answers or question in judged.failed:
                one = judged.answers.get(question, False)
                verdicts |= {frozenset((a, b)): one for a in doubt.first for b in doubt.second}
        grouped.verdicts = verdicts
        grouped.problems += judged.problems
        grouped.llm = judged.llm

    async def _meaning(self, articles: Sequence[Article], grouped: Grouped) -> Meaning | None:
        """Return the meaning of the titles; without, where the embedder fails."""
        if self.embedder is None:
            return None
        try:
            return await Embedding(self.embedder, self.store, self.progress).run(articles)
        except EmbeddingError as error:
            message = f"{error}; stories are grouped by words alone"
            grouped.problems.append(Problem("group", "embeddings", message))
            return None


def _shown(ids: Iterable[str], known: Mapping[str, Article]) -> Article:
    """Return the first of a group's reports that a model may be given, else the first."""
    reports = [known[i] for i in ids]
    return next((a for a in reports if a.ai_input), reports[0])
