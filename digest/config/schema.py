"""The whole language of ``config.yaml``, as frozen models.

Each field's description says what is expected there; the error message of a wrong value quotes
it. A key of the contract that nothing fills yet is no field here, so that it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from digest import __version__
from digest.config import values
from digest.config.email import EmailOutputSettings
from digest.config.models import EmbeddingSettings, ModelSettings
from digest.config.outputs import OutputSettings
from digest.config.section import Duration, Section, Url, Whole, Word
from digest.core.feedlist import CATEGORY_CHARS, NAME_CHARS
from digest.core.names import EDITION_NAME, LONGEST_EDITION_NAME
from digest.models import Feed, FeedKind

PROGRAM = f"ai-news-digest/{__version__}"  # as it calls itself, and as robots.txt may call it


class Schedule(Section):
    """When ``serve`` and ``run --due`` put the edition out, in the configured time zone."""

    at: Annotated[time, BeforeValidator(values.clock)] = Field(
        description='a time of day in quotes, such as "06:30"'
    )
    days: Annotated[tuple[str, ...], AfterValidator(values.days)] = Field(
        default=values.DAYS, description="a list of days, such as [mon, tue, wed, thu, fri]"
    )
    catch_up: Duration = Field(
        default=timedelta(hours=12),
        ge=timedelta(0),
        le=timedelta(days=7),
        description='a duration up to 7d, such as "12h"',
    )


class EditionSettings(Section):
    """What goes into an edition."""

    name: str = Field(
        default="daily",
        pattern=EDITION_NAME,
        max_length=LONGEST_EDITION_NAME,
        description="lower-case letters, digits and single dashes, such as daily",
    )
    schedule: Schedule | None = Field(default=None, description='a mapping such as {at: "06:30"}')
    window: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(hours=1),
        le=timedelta(hours=72),
        description='a duration from 1h to 72h, such as "24h"',
    )
    max_stories: Whole = Field(default=8, ge=1, le=50, description="a whole number from 1 to 50")
    max_briefs: Whole = Field(default=12, ge=0, le=100, description="a whole number from 0 to 100")
    per_publisher_cap: Whole = Field(
        default=3, ge=1, le=50, description="a whole number from 1 to 50"
    )
    per_company_cap: Whole = Field(
        default=3, ge=1, le=50, description="a whole number from 1 to 50"
    )
    topics: tuple[Word, ...] = Field(default=(), description="a list of words")
    mute: tuple[Word, ...] = Field(
        default=(), description="a list of words, publishers or companies"
    )
    when_empty: Literal["skip", "note"] = Field(default="skip", description="skip or note")


class FeedSettings(Section):
    """One feed."""

    url: Url = Field(description="an http or https address")
    name: str = Field(default="", max_length=NAME_CHARS, description="text")
    category: str = Field(default="", max_length=CATEGORY_CHARS, description="text")
    kind: FeedKind = Field(default=FeedKind.NEWS, description="news or discussion")
    trust: Annotated[float, BeforeValidator(values.number)] = Field(
        default=1.0, ge=0, le=5, allow_inf_nan=False, description="a number from 0 to 5"
    )
    fallbacks: tuple[Url, ...] = Field(
        default=(), description="a list of http or https addresses, tried in order"
    )
    full_text: Literal["auto", "feed"] = Field(
        default="auto", description="auto (open the pages) or feed (use the feed's own text)"
    )


class PerDomain(Section):
    """Manners towards one site."""

    concurrency: Whole = Field(default=2, ge=1, le=50, description="a whole number from 1 to 50")
    interval: Duration = Field(
        default=timedelta(seconds=1),
        ge=timedelta(0),
        le=timedelta(hours=1),
        description='a duration up to 1h, such as "1s", or 0',
    )


class FetchSettings(Section):
    """How feeds and pages are fetched."""

    user_agent: str | None = Field(
        default=None,
        pattern=r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$",
        max_length=200,
        description="one line of plain ASCII text, at most 200 characters",
    )
    concurrency: Whole = Field(default=60, ge=1, le=500, description="a whole number from 1 to 500")
    per_domain: PerDomain = Field(
        default=PerDomain(), description='a mapping such as {concurrency: 2, interval: "1s"}'
    )
    timeout: Duration = Field(
        default=timedelta(seconds=30),
        ge=timedelta(milliseconds=100),
        le=timedelta(minutes=10),
        description='a duration from 100ms to 10m, such as "30s"',
    )
    max_bytes: Annotated[int, BeforeValidator(values.size)] = Field(
        default=5_000_000,
        ge=10_000,
        le=100_000_000,
        description='a size from 10KB to 100MB, such as "5MB"',
    )
    articles: Literal["pages", "feed"] = Field(default="pages", description="pages or feed")
    respect_robots: bool = Field(default=True, description="true or false")
    allow_hosts: tuple[Annotated[str, AfterValidator(values.host)], ...] = Field(
        default=(), description="a list of host names or addresses, without scheme and port"
    )
    connect_to: Mapping[
        Annotated[str, AfterValidator(values.host)], Annotated[str, AfterValidator(values.address)]
    ] = Field(
        default={},
        description='host or pattern → address:port, such as {"*.test": "127.0.0.1:8123"}',
    )
    proxy: Url | None = Field(
        default=None,
        repr=False,
        description="an http or https address, such as http://proxy.example:3128",
    )


class WorkerSettings(Section):
    """Processes that read feeds and pages."""

    processes: Annotated[int | Literal["auto"], BeforeValidator(values.processes)] = Field(
        default="auto", description="auto or a whole number from 1 to 64"
    )


class WebSettings(Section):
    """Where the server that `digest serve` runs can be reached from outside."""

    base_url: Annotated[str, AfterValidator(values.site)] = Field(
        description="an http or https address without query, such as https://digest.example.org"
    )


class Config(Section):
    """Everything a run needs to know; times are durations, sizes bytes, paths absolute."""

    title: Annotated[str, AfterValidator(values.one_line)] = Field(
        default="AI Industry Digest",
        min_length=1,
        max_length=200,
        description="text, at most 200 letters",
    )
    language: str = Field(
        default="en",
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        description="a language code, such as en",
    )
    timezone: Annotated[str, AfterValidator(values.zone)] = Field(
        default="UTC", description="a time zone, such as Europe/Berlin"
    )
    store: Annotated[str, AfterValidator(values.store)] = Field(
        default="sqlite:///var/digest.db",
        validate_default=True,
        description="a database file, such as sqlite:///var/digest.db",
    )
    edition: EditionSettings = Field(default=EditionSettings(), description="a mapping")
    feeds: tuple[FeedSettings, ...] = Field(
        min_length=1, description="a list of at least one feed, such as [{url: https://…}]"
    )
    topic_feeds: tuple[Annotated[str, AfterValidator(values.topic_feed)], ...] = Field(
        default=(), description="a list of http or https addresses that hold {query}"
    )
    fetch: FetchSettings = Field(default=FetchSettings(), description="a mapping")
    workers: WorkerSettings = Field(
        default=WorkerSettings(), description="a mapping whose processes are auto or 1 to 64"
    )
    embeddings: Annotated[EmbeddingSettings | None, BeforeValidator(values.embeddings)] = Field(
        default=EmbeddingSettings(),
        description="auto, off, {path: folder} or {base_url: https://…, model: …}",
    )
    llm: ModelSettings | None = Field(default=None, description="a mapping with base_url and model")
    outputs: tuple[Annotated[OutputSettings, Field(discriminator="kind")], ...] = Field(
        default=(),
        description="a list such as [{kind: markdown, dir: digests}], no two with one file",
    )
    web: WebSettings | None = Field(
        default=None, description="a mapping such as {base_url: https://digest.example.org}"
    )
    templates: Annotated[Path, BeforeValidator(values.folder)] | None = Field(
        default=None, description="a folder that exists"
    )

    @property
    def zone(self) -> ZoneInfo:
        """Return the edition's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def contact(self) -> str:
        """Return how a publisher can reach whoever runs this, "" where nothing tells it.

        The web address of our own server, or the address mail is sent from.
        """
        if self.web is not None:
            return self.web.base_url
        mails = (o.sender.address for o in self.outputs if isinstance(o, EmailOutputSettings))
        return next((f"mailto:{address}" for address in mails), "")

    @property
    def user_agent(self) -> str:
        """Return what requests say of themselves: the program, and a contact where one is told."""
        contact = f" (+{self.contact})" if self.contact else ""
        return self.fetch.user_agent or PROGRAM + contact

    @property
    def names_contact(self) -> bool:
        """Tell whether requests say whom to write to, as far as we know."""
        return self.fetch.user_agent is not None or bool(self.contact)

    @property
    def base_url(self) -> str | None:
        """Return where our own server can be reached, None where that is not told."""
        return self.web.base_url if self.web else None

    @property
    def store_path(self) -> Path:
        """Return the database file."""
        return Path(self.store.removeprefix("sqlite:///"))

    def feed_list(self) -> tuple[Feed, ...]:
        """Return the feeds as the rest of the program knows them."""
        return tuple(
            Feed(
                url=feed.url,
                name=feed.name,
                category=feed.category,
                kind=feed.kind,
                trust=feed.trust,
                open_pages=feed.full_text == "auto" and self.fetch.articles == "pages",
                fallbacks=feed.fallbacks,
            )
            for feed in self.feeds
        )
