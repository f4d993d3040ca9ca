"""The ports of a run, filled from a Config."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from digest.adapters import files, machine
from digest.adapters.http import HttpFetcher
from digest.adapters.store import SqlStore
from digest.adapters.workers import ProcessWorkers
from digest.app.embedding import embedder_of
from digest.config import Config
from digest.editing import Choices
from digest.manners import Manners
from digest.models import Edition
from digest.ports import LanguageModel, Output, Progress
from digest.render.templates import Templates
from digest.world import World

Renderer = Callable[[Edition], str]


class Unwatched:
    """Watches nothing."""

    def start(self, stage: str, total: int | None = None) -> None:
        """Take no notice."""

    def advance(self, stage: str, by: int = 1, *, more: int = 0) -> None:
        """Take no notice."""

    def say(self, message: str) -> None:
        """Take no notice."""


def templates_of(config: Config | None) -> Templates:
    """Return our templates with the user's in place of ours; raises RenderError, ConfigError."""
    templates = Templates(files.load_templates(config.templates if config else None))
    templates.check()
    return templates


def choices_of(config: Config) -> Choices:
    """Return what the edition should be, as plain values."""
    edition = config.edition
    return Choices(
        name=edition.name,
        title=config.title,
        language=primary(config.language),
        timezone=config.timezone,
        window=edition.window,
        max_stories=edition.max_stories,
        max_briefs=edition.max_briefs,
        per_publisher=edition.per_publisher_cap,
        per_company=edition.per_company_cap,
        topics=edition.topics,
        mute=edition.mute,
        note_when_empty=edition.when_empty == "note",
    )


def primary(language: str) -> str:
    """Return a language without its region: articles tell "en", never "en-GB"."""
    return language.partition("-")[0]


def open_store(config: Config, *, scratch: bool = False) -> SqlStore:
    """Return the configured store; ``scratch``: a copy in memory, for a run that writes nothing."""
    return SqlStore.open(config.store, scratch=scratch)


def open_to_read(config: Config) -> SqlStore:
    """Return the configured store, and where there is none an empty one, without making a file."""
    return open_store(config, scratch=not config.store_path.exists())


def fetcher_of(config: Config, *, also: Sequence[str] = ()) -> HttpFetcher:
    """Return the fetcher as configured; an asynchronous context manager.

    ``also`` are hosts of our own, which may have private addresses.
    """
    fetch = config.fetch
    return HttpFetcher(
        user_agent=config.user_agent,
        concurrency=fetch.concurrency,
        per_domain_concurrency=fetch.per_domain.concurrency,
        per_domain_interval=fetch.per_domain.interval.total_seconds(),
        timeout=fetch.timeout.total_seconds(),
        max_bytes=fetch.max_bytes,
        allow_hosts=(*fetch.allow_hosts, *also),
        connect_to=fetch.connect_to,
        proxy=fetch.proxy,
    )


def workers_of(config: Config) -> ProcessWorkers:
    """Return the worker processes as configured; an asynchronous context manager."""
    processes = config.workers.processes
    return ProcessWorkers(None if processes == "auto" else processes)


def manners_of(
    config: Config, store: SqlStore, fetcher: HttpFetcher, workers: ProcessWorkers
) -> Manners:
    """Return how sites are treated, over what the store remembers of them."""
    return Manners(
        store,
        fetcher,
        workers,
        agent=config.user_agent,
        now=machine.utc_now,
        respect_robots=config.fetch.respect_robots,
    )


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
async def judge_of(
    config: Config, model: LanguageModel | None
) -> AsyncIterator[LanguageModel | None]:
    """Give the model that judges doubtful pairs and articles; ``model``, where no other is set."""
    if config.llm is None or config.llm.judge is None:
        yield model
        return
    named = config.llm.model_copy(update={"model": config.llm.judge})
    async with model_of(config.model_copy(update={"llm": named})) as judge:
        yield judge


@asynccontextmanager
async def world_of(
    config: Config,
    store: SqlStore,
    *,
    progress: Progress,
    outputs: Sequence[Output] = (),
    renderers: Mapping[str, Renderer] | None = None,
) -> AsyncIterator[World]:
    """Give every port of a run, filled, and close all but the store in the end."""
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(model_of(config))
        fetcher = await stack.enter_async_context(fetcher_of(config))
        workers = await stack.enter_async_context(workers_of(config))
        yield World(
            fetcher=fetcher,
            manners=manners_of(config, store, fetcher, workers),
            workers=workers,
            store=store,
            ledger=store,
            progress=progress,
            meter=machine.Machine(),
            clock=machine.utc_now,
            fence=machine.fence,
            model=model,
            judge=await stack.enter_async_context(judge_of(config, model)),
            embedder=await stack.enter_async_context(embedder_of(config)),
            outputs=outputs,
            renderers=renderers or {},
        )
