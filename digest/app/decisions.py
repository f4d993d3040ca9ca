"""Decisions looked at again: why something was published or not, and an edition made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from digest import explaining, pipeline, remaking
from digest.adapters import machine
from digest.adapters.store import SqlStore
from digest.app import outputs as places
from digest.app.embedding import embedder_of
from digest.app.parts import Unwatched, choices_of, open_store, open_to_read, templates_of, world_of
from digest.config import Config
from digest.editing import Editing
from digest.errors import ModelUnavailable
from digest.grouping import Grouping
from digest.interrupts import finish
from digest.judging import judging_of
from digest.models import OutputResult
from digest.ports import ModelReply, Progress
from digest.writing import Writing


def explain(
    config: Config, subject: str, *, now: datetime, verbose: bool = False
) -> explaining.Explanation:
    """Return why something was, or was not, published; see explaining.explain."""

    async def explained(store: SqlStore) -> explaining.Explanation:
        async with embedder_of(config) as embedder:
            choices = choices_of(config)
            judge = _judge_of(config)
            judging = judging_of(judge, store, machine.fence, asks=False)
            grouping = Grouping(choices.language, store, embedder, judging)
            writing = Writing(choices.language, None, machine.fence, Unwatched())
            desk = explaining.Desk(
                choices,
                store,
                Editing(choices, store, grouping, writing, machine.Machine(), judging=judging),
                now,
                {feed.url: feed.name for feed in config.feed_list()},
            )
            return await explaining.explain(desk, subject, verbose=verbose)

    with open_to_read(config) as store:
        return finish(explained(store))


def rebuild_edition(
    config: Config, edition_id: str, *, progress: Progress, out: Path, dry_run: bool = False
) -> tuple[remaking.Remade, list[OutputResult]]:
    """Make a stored edition again (see remaking.remake) and write its files.

    They go to ``out`` and the configured folders; ``dry_run`` writes nothing at all.
    """
    templates = templates_of(config)
    with open_store(config, scratch=dry_run) as store, store.lease():

        async def remade() -> remaking.Remade:
            async with world_of(config, store, progress=progress) as world:
                return await remaking.remake(choices_of(config), edition_id, world)

        done = finish(remade())
        if dry_run or done.emptied:
            return done, []
        outputs = places.written_to(out) + places.file_outputs(config)
        renderers = places.edition_renderers(templates, config, store)
        rendered = pipeline.render_for(done.edition, outputs, renderers)
        results = pipeline.deliver(
            done.edition, outputs, rendered, ledger=store, now=machine.utc_now(), kept=()
        )
    return done, results


@dataclass(frozen=True)
class _Unasked:
    """Stands for a model whose answers are looked up, and which is asked nothing."""

    name: str

    async def complete(
        self, _messages: Sequence[Mapping[str, str]], _schema: Mapping[str, Any]
    ) -> ModelReply:
        raise ModelUnavailable(f"{self.name} is not asked")


def _judge_of(config: Config) -> _Unasked | None:
    return _Unasked(config.llm.judge or config.llm.model) if config.llm else None
