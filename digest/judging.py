"""Doubtful pairs and doubtful articles → a model's yes or no, kept so that it is asked once.

Where a judge is out of reach, or gets questions wrong whose answers are known, nothing changes.
An answer that fails otherwise counts for itself: two reports are then told apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from digest.core import questions
from digest.errors import ModelError, ModelUnavailable
from digest.models import Article, Problem
from digest.ports import LanguageModel, Store

MOST: Final = 200  # questions of one kind that a run asks, the most doubtful first
AT_ONCE: Final = 4  # requests
DEADLINE: Final = 120.0  # seconds for all questions of one kind; then the run goes on
ABOUT, NOT_ABOUT = 1.0, 0.0  # relevance by a judge's word; no sum of words comes to either


@dataclass
class Answered:
    """The answers to some questions, and what getting them took."""

    answers: dict[str, bool] = field(default_factory=dict)  # by question
    failed: set[str] = field(default_factory=set)  # questions put to the model in vain
    problems: list[Problem] = field(default_factory=list)
    llm: dict[str, float] = field(default_factory=dict)  # as in the run report


@dataclass
class Judging:
    """Asks a model in batches. ``asks`` False: only what it answered before is looked up."""

    model: LanguageModel
    store: Store
    fence: Callable[[], str]
    asks: bool = True
    deadline: float = DEADLINE
    _given_up: bool = False
    _heard: bool = False

    async def pairs(self, doubts: Iterable[tuple[Article, Article]]) -> Answered:
        """Return the answers to the questions of ``questions.pair``, the first ones first."""
        return await self._judge(questions.PAIRS, [questions.pair(a, b) for a, b in doubts])

    async def relevance(self, doubts: Iterable[Article]) -> Answered:
        """Return the answers to the questions of ``questions.about``, the first ones first."""
        return await self._judge(questions.RELEVANCE, [questions.about(a) for a in doubts])

    async def _judge(self, kind: questions.Kind, doubts: Sequence[str]) -> Answered:
        asked = {questions.key(q): q for q in doubts if q}
        judge = f"{self.model.name} {kind.name}"
        kept = self.store.verdicts(judge, asked)
        judged = Answered({asked[k]: yes for k, yes in kept.items()})
        waiting = [q for k, q in asked.items() if k not in kept][:MOST]
        if not self.asks or self._given_up or not waiting:
            return judged
        found: dict[str, bool] = {}
        batches = [
            waiting[i : i + questions.BATCH] for i in range(0, len(waiting), questions.BATCH)
        ]
        turns = asyncio.Semaphore(AT_ONCE)
        try:
            async with asyncio.timeout(self.deadline), asyncio.TaskGroup() as tasks:
                for batch in batches:
                    tasks.create_task(self._ask(kind, batch, turns, found, judged))
        except TimeoutError:
            took = f"took longer than {self.deadline:g} s; the run goes on without the rest"
            judged.problems.append(self._problem(f"its answers {took}"))
        finally:  # Ctrl-C too: what was paid for is kept
            self.store.save_verdicts(judge, found)
        # Who said nothing at all is not waited for again with the other kind of question.
        self._given_up |= not self._heard
        judged.answers |= {asked[k]: yes for k, yes in found.items()}
        return judged

    async def _ask(
        self,
        kind: questions.Kind,
        batch: Sequence[str],
        turns: asyncio.Semaphore,
        found: dict[str, bool],
        judged: Answered,
    ) -> None:
        async with turns:
            if self._given_up:
                return
            asked = questions.request(kind, batch, self.fence())
            _add(judged.llm, calls=1)
            try:
                reply = await self.model.complete(asked.messages, questions.schema())
            except ModelUnavailable as error:
                if not self._given_up:
                    self._given_up = True
                    judged.problems.append(self._problem(f"{error}; nothing more is asked"))
                return
            except ModelError as error:
                self._once(judged, str(error))
                judged.failed.update(batch)
                return
        self._heard = True
        _add(
            judged.llm,
            input_tokens=reply.input_tokens,
            cached_tokens=reply.cached_tokens,
            output_tokens=reply.output_tokens,
        )
        answers = questions.answers(reply.text, asked)
        if answers is None:
            wrong = "it got questions wrong whose answers are known"
            self._once(judged, f"{wrong}; what it said with them is not used")
            return
        found.update(answers)
        missing = [q for q in batch if questions.key(q) not in answers]
        judged.failed.update(missing)
        if missing:
            self._once(judged, "it left questions without an answer")

    def _once(self, judged: Answered, message: str) -> None:
        problem = self._problem(message)
        if problem not in judged.problems:
            judged.problems.append(problem)

    def _problem(self, message: str) -> Problem:
        return Problem("judge", self.model.name, message)


def _add(llm: dict[str, float], **figures: float) -> None:
    for name, value in figures.items():
        llm[name] = llm.get(name, 0) + value


def weighed(article: Article, answered: Answered) -> Article:
    """Return an article with the relevance a judge gave it, its own where none did."""
    yes = answered.answers.get(questions.about(article))
    return article if yes is None else replace(article, relevance=ABOUT if yes else NOT_ABOUT)


def judging_of(
    model: LanguageModel | None, store: Store, fence: Callable[[], str], *, asks: bool = True
) -> Judging | None:
    """Return a judge that asks ``model``, None where there is none."""
    return Judging(model, store, fence, asks=asks) if model else None
