"""stories → briefs: by the model where one is set, else in the outlets' own words.

Whoever writes, the same check follows: a sentence that its cited sources do not bear out is not
published.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from digest.core import extractive, grounding, prompts, wishes
from digest.core.edition import sources
from digest.errors import BriefError, ModelUnavailable
from digest.models import Brief, EditionBrief, Problem, Ranked, Sentence, Story
from digest.ports import LanguageModel, Progress


@dataclass
class Written:
    """The briefs of a run, by story id, and what writing them took."""

    briefs: dict[str, Brief] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    llm: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(
            (
                "calls",
                "input_tokens",
                "cached_tokens",
                "output_tokens",
                "cost_usd",
                "cache_hits",
                "fell_back",
            ),
            0,
        )
    )

    def by_model(self, story_id: str) -> bool:
        """Tell whether a story was written by the model."""
        brief = self.briefs.get(story_id)
        return brief is not None and brief.written_by.kind == "llm"


@dataclass
class Writing:
    """Writes stories; ``fence`` makes the random line that fences articles off in a prompt.

    No more of an article is used than its publisher lets be quoted, and a model is given none that
    is kept from it: a story of such articles alone is written without.
    """

    language: str
    model: LanguageModel | None
    fence: Callable[[], str]
    progress: Progress
    _given_up: bool = False

    async def run(self, ranked: Sequence[Ranked]) -> Written:
        """Write every story, several at a time; one that cannot be written becomes a Problem."""
        written = Written()
        self.progress.start("writing", len(ranked))
        async with asyncio.TaskGroup() as tasks:
            for item in ranked:
                tasks.create_task(self._one(_quotable(item), written))
        return written

    async def _one(self, item: Ranked, written: Written) -> None:
        story = item.judged.story
        for_model = self.model and any(e.article.ai_input for e in story.evidence)
        brief = await self._by_model(item, written) if for_model else None
        if brief is None:
            try:
                brief = self._extractive(item)
            except BriefError as error:
                written.problems.append(Problem("write", _subject(story), str(error)))
        if brief is not None:
            written.briefs[story.id] = brief
        self.progress.advance("writing")

    async def _by_model(self, item: Ranked, written: Written) -> Brief | None:
        model, story = self.model, item.judged.story
        if model is None or self._given_up:
            written.llm["fell_back"] += 1
            return None
        messages = prompts.request(story, language=self.language, fence=self.fence())
        written.llm["calls"] += 1
        try:
            reply = await model.complete(messages, prompts.schema())
            written.llm["input_tokens"] += reply.input_tokens
            written.llm["cached_tokens"] += reply.cached_tokens
            written.llm["output_tokens"] += reply.output_tokens
            brief = grounding.ground(
                prompts.parse_reply(reply.text, story, model=model.name),
                story,
                language=self.language,
            )
        except ModelUnavailable as error:
            self._give_up(error, model, written)
        except BriefError as error:
            message = f"{error}; written without the model"
            written.problems.append(Problem("write", _subject(story), message))
        else:
            return replace(brief, what_changed=self._changes(item))
        written.llm["fell_back"] += 1
        return None

    def _give_up(self, error: ModelUnavailable, model: LanguageModel, written: Written) -> None:
        """Say once that the model is out of reach; every other story is then written without."""
        if not self._given_up:
            self._given_up = True
            message = f"{error}; the edition is written without the model"
            written.problems.append(Problem("write", model.name, message))
            self.progress.say(message)

    def _extractive(self, item: Ranked) -> Brief:
        judged = item.judged
        brief = extractive.write(judged.story, language=self.language, news=judged.news)
        return grounding.ground(brief, judged.story)

    def _changes(self, item: Ranked) -> tuple[Sentence, ...]:
        try:
            return self._extractive(item).what_changed if item.judged.news else ()
        except BriefError:  # told in another language alone: there is nothing to quote
            return ()


def one_line(item: Ranked, language: str) -> EditionBrief:
    """Return a story below the cut in one line. Raises BriefError where no line bears out."""
    story = _quotable(item).judged.story
    emoji, text, cites = extractive.one_line(story, language=language)
    cited = [story.evidence[n - 1].article for n in cites]
    failed = grounding.check(text, [f"{a.title}\n{a.text}" for a in cited])
    if failed or not cites:
        raise BriefError(f"the one-line brief is not borne out: {', '.join(failed) or 'no source'}")
    return EditionBrief(story.id, emoji, text, cites, sources(story))


def _quotable(item: Ranked) -> Ranked:
    """Return a story with no more of each article than may be quoted."""
    story = item.judged.story
    evidence = tuple(replace(e, article=wishes.quotable(e.article)) for e in story.evidence)
    return replace(item, judged=replace(item.judged, story=replace(story, evidence=evidence)))


def _subject(story: Story) -> str:
    return story.evidence[0].article.title
