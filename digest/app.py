"""Wiring: the one place that names adapters and fills the ports from a Config."""

from __future__ import annotations

import functools
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from digest import pipeline, topic
from digest.adapters import files, machine
from digest.adapters.http import HttpFetcher
from digest.adapters.store import SqlStore
from digest.adapters.workers import ProcessWorkers
from digest.config import Config, OutputSettings, load
from digest.editing import Choices
from digest.errors import DeliveryError, RunError
from digest.models import Edition, OutputResult, Problem, RunReport, StoredEdition
from digest.ports import LanguageModel, Output, Progress
from digest.render.markdown import edition_markdown, topic_markdown
from digest.render.page import edition_page
from digest.render.record import edition_from_json, edition_to_json, report_to_json
from digest.render.templates import Templates
from digest.render.text import topic_text
from digest.reporting import RunClock
from digest.world import World

Renderer = Callable[[Edition], str]


def read_config(path: Path) -> Config:
    """Return the configuration in ``path``; raises ConfigError."""
    return load(path, os.environ)


def templates_of(config: Config | None) -> Templates:
    """Return our templates with the user's in place of ours; raises RenderError, ConfigError."""
    templates = Templates(files.load_templates(config.templates if config else None))
    templates.check()
    return templates


def edition_renderers(templates: Templates) -> dict[str, Renderer]:
    """Return how an edition is rendered, by format."""
    return {
        "markdown": functools.partial(edition_markdown, templates=templates),
        "html": functools.partial(edition_page, templates=templates),
        "json": edition_to_json,
    }


def topic_renderers(templates: Templates) -> dict[str, Renderer]:
    """Return how a topic piece is rendered, by format."""
    return {
        "markdown": functools.partial(topic_markdown, templates=templates),
        "text": functools.partial(topic_text, templates=templates),
        "html": functools.partial(edition_page, templates=templates),
        "json": edition_to_json,
    }


def choices_of(config: Config) -> Choices:
    """Return what the edition should be, as plain values."""
    edition = config.edition
    return Choices(
        name=edition.name,
        title=config.title,
        language=_primary(config.language),
        timezone=config.timezone,
        window=edition.window,
        max_stories=edition.max_stories,
        max_briefs=edition.max_briefs,
        per_publisher=edition.per_publisher_cap,
        topics=edition.topics,
        mute=edition.mute,
        note_when_empty=edition.when_empty == "note",
    )


def _primary(language: str) -> str:
    """Return a language without its region: articles tell "en", never "en-GB"."""
    return language.partition("-")[0]


def open_store(config: Config, *, scratch: bool = False) -> SqlStore:
    """Return the configured store; ``scratch``: a copy in memory, for a run that writes nothing."""
    return SqlStore.open(config.store, scratch=scratch)


def open_to_read(config: Config) -> SqlStore:
    """Return the configured store, and where there is none an empty one, without making a file."""
    return open_store(config, scratch=not config.store_path.exists())


def fetcher_of(config: Config) -> HttpFetcher:
    """Return the fetcher as configured; an asynchronous context manager."""
    fetch = config.fetch
    return HttpFetcher(
        user_agent=fetch.user_agent,
        concurrency=fetch.concurrency,
        per_domain_concurrency=fetch.per_domain.concurrency,
        per_domain_interval=fetch.per_domain.interval.total_seconds(),
        timeout=fetch.timeout.total_seconds(),
        max_bytes=fetch.max_bytes,
        allow_hosts=fetch.allow_hosts,
        connect_to=fetch.connect_to,
        proxy=fetch.proxy,
    )


def workers_of(config: Config) -> ProcessWorkers:
    """Return the worker processes as configured; an asynchronous context manager."""
    processes = config.workers.processes
    return ProcessWorkers(None if processes == "auto" else processes)


@asynccontextmanager
async def model_of(config: Config) -> AsyncIterator[LanguageModel | None]:
    """Give the configured language model, or None."""
    if config.llm is None:
        yield None
        return
    from digest.adapters.llm import OpenAIModel

    key = config.llm.api_key
    async with OpenAIModel(
        base_url=config.llm.base_url,
        model=config.llm.model,
        api_key=key.get_secret_value() if key else "",
        timeout=config.llm.timeout.total_seconds(),
        concurrency=config.llm.concurrency,
    ) as model:
        yield model


@asynccontextmanager
async def world_of(
    config: Config,
    *,
    progress: Progress,
    outputs: Sequence[Output] = (),
    renderers: dict[str, Renderer] | None = None,
    scratch: bool = False,
) -> AsyncIterator[World]:
    """Give every port of a run, filled, and close it all in the end."""
    async with AsyncExitStack() as stack:
        store = stack.enter_context(open_store(config, scratch=scratch))
        fetcher = await stack.enter_async_context(fetcher_of(config))
        workers = await stack.enter_async_context(workers_of(config))
        yield World(
            fetcher=fetcher,
            workers=workers,
            store=store,
            progress=progress,
            meter=machine.Machine(),
            clock=machine.utc_now,
            fence=machine.fence,
            model=await stack.enter_async_context(model_of(config)),
            outputs=outputs,
            renderers=renderers or {},
        )


def outputs_of(config: Config, out: Path, *, deliver: bool) -> list[Output]:
    """Return where an edition goes: always ``out``, and the configured outputs if ``deliver``."""
    always: list[Output] = [
        files.FileOutput(kind, out, f"edition.{ending}") for kind, ending in files.ENDINGS.items()
    ]
    return always + ([_file_output(o) for o in config.outputs] if deliver else [])


def _file_output(settings: OutputSettings) -> Output:
    return files.FileOutput(settings.kind, settings.dir, settings.pattern)


async def run_edition(
    config: Config,
    *,
    now: datetime,
    progress: Progress,
    out: Path,
    day: date | None = None,
    refresh: bool = False,
    dry_run: bool = False,
    deliver: bool = True,
    report_to: Path | None = None,
) -> pipeline.Outcome:
    """Put out an edition, and its report beside it; ``dry_run`` writes nothing at all.

    Raises ConfigError, StoreError, RenderError and BusyError; a report that cannot be written is
    a failed output.
    """
    renderers = edition_renderers(templates_of(config))
    outputs = outputs_of(config, out, deliver=deliver)
    if dry_run:
        outputs = [_Unwritten()]
    async with world_of(
        config, progress=progress, outputs=outputs, renderers=renderers, scratch=dry_run
    ) as world:
        outcome = await pipeline.run(
            choices_of(config),
            config.feed_list(),
            world,
            run_id=machine.run_id(now),
            now=now,
            day=day,
            refresh=refresh,
        )
    if not dry_run:
        for path in (out / "report.json", report_to):
            if path is not None:
                outcome = replace(outcome, report=write_report(outcome.report, path))
    return outcome


def write_report(report: RunReport, path: Path) -> RunReport:
    """Write a run's report; return it, with a failed output where that did not work."""
    try:
        files.write(path, report_to_json(report))
    except OSError as error:
        message = f"{path} cannot be written: {files.reason(error)}"
        return replace(
            report,
            exit_code=report.exit_code or 3,
            problems=(*report.problems, Problem("output", str(path), message)),
            outputs=(*report.outputs, OutputResult("report", str(path), "failed", message)),
        )
    return report


class _Unwritten:
    """The output of a dry run: rendered, so that it can be shown, and put nowhere."""

    kind = "markdown"
    target = "standard output"
    formats = ("markdown",)

    def deliver(self, edition: Edition, rendered: Mapping[str, str]) -> OutputResult:
        detail = f"{edition.id}: {len(rendered)} renderings; a dry run writes nothing"
        return OutputResult(self.kind, self.target, "held", detail)


async def find_topic(
    config: Config,
    question: str,
    *,
    now: datetime,
    since: timedelta,
    offline: bool,
    progress: Progress,
) -> tuple[topic.Piece, RunReport]:
    """Return one piece on ``question`` (see topic.find) and the report of the search."""
    async with world_of(config, progress=progress) as world:
        clock = RunClock(machine.run_id(now), world)
        piece = await topic.find(
            question,
            config.feed_list(),
            config.topic_feeds,
            world,
            language=_primary(config.language),
            timezone=config.timezone,
            now=now,
            since=now - since,
            offline=offline,
        )
        return piece, topic.report(piece, clock)


def render_stored(config: Config, edition_id: str, out: Path) -> list[OutputResult]:
    """Write a stored edition to ``out`` and the configured outputs again.

    Raises RunError for an edition there is not, and RenderError.
    """
    renderers = edition_renderers(templates_of(config))
    stored = stored_edition(config, edition_id)
    return pipeline.put_out(
        edition_from_json(stored.record), outputs_of(config, out, deliver=True), renderers
    )


def stored_edition(config: Config, edition_id: str) -> StoredEdition:
    """Return a stored edition; raises RunError for one there is not."""
    with open_to_read(config) as store:
        stored = store.edition(edition_id)
    if stored is None:
        raise RunError(f"there is no edition {edition_id}; `digest editions list` names those made")
    return stored


def now() -> datetime:
    """Return the time, in UTC, to the second."""
    return machine.utc_now()


def first_config() -> str:
    """Return the configuration that ``digest init`` puts into a new folder."""
    return files.bundled("config.yaml").read_text("utf-8")


def trouble(error: Exception) -> str:
    """Return why a file operation failed, in a few words."""
    return files.reason(error)


def write_text(path: Path, text: str) -> None:
    """Write a file the user asked for; raises DeliveryError naming it."""
    try:
        files.write(path, text)
    except OSError as error:
        message = f"{path} cannot be written: {files.reason(error)}"
        raise DeliveryError("file", message) from error
