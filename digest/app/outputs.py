"""Where an edition goes, and how it is rendered for each place."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from digest.adapters import files
from digest.adapters.git import GitOutput
from digest.adapters.store import SqlStore
from digest.app.mail import email_output, footer_of, mails_of, pasted_footer
from digest.app.parts import Renderer, Unwatched, open_to_read, templates_of
from digest.config import (
    Config,
    EmailOutputSettings,
    FileOutputSettings,
    GitOutputSettings,
    MarkdownOutputSettings,
    OutputSettings,
)
from digest.core import rollup
from digest.core.formats import ENDINGS
from digest.core.rebuilding import is_rebuilt
from digest.errors import ConfigError
from digest.models import Edition, OutputResult
from digest.ports import Output, Progress
from digest.render.email import Footer, edition_email, edition_plain
from digest.render.markdown import edition_markdown, topic_markdown
from digest.render.page import edition_page
from digest.render.record import edition_from_json, edition_to_json
from digest.render.rollup import weekly_markdown
from digest.render.templates import Templates
from digest.render.text import topic_text
from digest.sending import EmailOutput

RUNNER = "GITHUB_ACTIONS"  # "true" in the environment of a GitHub Actions runner


def edition_renderers(templates: Templates, config: Config, store: SqlStore) -> dict[str, Renderer]:
    """Return how an edition is rendered, by format.

    "email" and "text" are a message to be pasted elsewhere, "email:NAME" and "email-text:NAME"
    what the output of that name sends; "weekly" is the roll-up of the edition's week.
    """
    return {
        "markdown": functools.partial(edition_markdown, templates=templates),
        "html": functools.partial(edition_page, templates=templates),
        "json": edition_to_json,
        "weekly": functools.partial(_weekly, templates=templates, store=store),
        **_mail_renderers(templates, pasted_footer(config), "email", "text"),
        **{
            name: renderer
            for mail in mails_of(config)
            for name, renderer in _mail_renderers(
                templates, footer_of(config, mail), f"email:{mail.name}", f"email-text:{mail.name}"
            ).items()
        },
    }


def topic_renderers(templates: Templates, config: Config) -> dict[str, Renderer]:
    """Return how a topic piece is rendered, by format."""
    return {
        "markdown": functools.partial(topic_markdown, templates=templates),
        "text": functools.partial(topic_text, templates=templates),
        "html": functools.partial(edition_page, templates=templates),
        "email": functools.partial(
            edition_email, templates=templates, footer=pasted_footer(config)
        ),
        "json": edition_to_json,
    }


def _mail_renderers(
    templates: Templates, footer: Footer, html: str, text: str
) -> dict[str, Renderer]:
    return {
        html: functools.partial(edition_email, templates=templates, footer=footer),
        text: functools.partial(edition_plain, templates=templates, footer=footer),
    }


def _weekly(edition: Edition, *, templates: Templates, store: SqlStore) -> str:
    """Return the roll-up of an edition's week, "" where there is none to write.

    The edition itself may not be stored yet. A week without news has no roll-up, and one with an
    edition that was rebuilt keeps the one made before, which says more.
    """
    monday = rollup.monday_of(edition.date)
    week = [e for e in _week(store, edition.name, monday) if e.id != edition.id]
    told = rollup.week([*week, edition], monday)
    if told is None or not (told.stories or told.also) or any(map(is_rebuilt, week)):
        return ""
    return weekly_markdown(told, templates)


def weekly_of(config: Config, name: str, monday: date) -> str | None:
    """Return the Markdown roll-up of a week's stored editions, None where there are none."""
    templates = templates_of(config)
    with open_to_read(config) as store:
        editions = _week(store, name, monday)
    told = rollup.week(editions, monday)
    return weekly_markdown(told, templates) if told else None


def _week(store: SqlStore, name: str, monday: date) -> list[Edition]:
    stored = store.editions(name=name)
    sunday = monday + timedelta(days=6)
    return [edition_from_json(e.record) for e in stored if monday <= e.date <= sunday]


def written_to(out: Path) -> list[Output]:
    """Return the three files that an edition always goes to, wherever ``--out`` points."""
    return [
        files.FileOutput(kind, out, f"edition.{ending}", key=f"out:{kind}")
        for kind, ending in ENDINGS.items()
    ]


def configured(
    config: Config, store: SqlStore, progress: Progress, *, resend_uncertain: bool = False
) -> list[Output]:
    """Return the configured outputs, in their order; raises ConfigError."""
    for n, settings in enumerate(config.outputs):
        if isinstance(settings, EmailOutputSettings):
            _refuse_on_runner(settings, n)
    return [_output(config, o, store, progress, resend_uncertain) for o in config.outputs]


def output_keys(config: Config, store: SqlStore) -> list[str]:
    """Return what the ledger knows the configured outputs by."""
    return [_output(config, o, store, Unwatched(), False).key for o in config.outputs]


def _output(
    config: Config,
    settings: OutputSettings,
    store: SqlStore,
    progress: Progress,
    resend_uncertain: bool,
) -> Output:
    if isinstance(settings, EmailOutputSettings):
        return email_output(config, settings, store, progress, resend_uncertain=resend_uncertain)
    if isinstance(settings, GitOutputSettings):
        return git_output(config, settings)
    return _file_output(settings)


def _refuse_on_runner(settings: EmailOutputSettings, n: int) -> None:
    """Raise ConfigError where readers would be mailed from a machine that forgets them."""
    if settings.to_readers and os.environ.get(RUNNER) == "true":
        raise ConfigError(
            f"outputs[{n}]: stored readers are not mailed from a GitHub Actions runner: it forgets "
            "who reads, who unsubscribed and who has the edition already. Mail them from a machine "
            "that keeps its store (`digest serve`), or give a fixed list with `to`, which may get "
            "a mail twice where sending broke off.",
            key=f"outputs[{n}]",
        )


def mail_outputs(config: Config, store: SqlStore, progress: Progress) -> list[EmailOutput]:
    """Return the configured e-mail outputs."""
    return [email_output(config, mail, store, progress) for mail in mails_of(config)]


def file_outputs(config: Config) -> list[Output]:
    """Return the configured outputs that write files here."""
    return [_file_output(o) for o in config.outputs if isinstance(o, FileOutputSettings)]


def git_outputs(config: Config) -> list[GitOutput]:
    """Return the configured git outputs."""
    return [git_output(config, o) for o in config.outputs if isinstance(o, GitOutputSettings)]


def git_checks(config: Config) -> list[Callable[[], str]]:
    """Return, for each git output, what asks its remote and tells how it answers."""
    return [output.check for output in git_outputs(config)]


def git_output(config: Config, settings: GitOutputSettings) -> GitOutput:
    """Return a git output; its private clone lies beside the store."""
    return GitOutput(
        settings.remote,
        settings.branch,
        settings.path,
        push=settings.push,
        message=settings.message,
        weekly=settings.weekly,
        clones=clones_of(config),
    )


def clones_of(config: Config) -> Path:
    """Return the folder that private clones lie in."""
    return config.store_path.parent / "git"


def _file_output(settings: FileOutputSettings) -> Output:
    weekly = settings.weekly if isinstance(settings, MarkdownOutputSettings) else ""
    return files.FileOutput(settings.kind, settings.dir, settings.pattern, weekly=weekly)


@dataclass(frozen=True)
class Trial:
    """An e-mail output that sends to one address, as a test."""

    output: EmailOutput
    address: str
    kind = "email"

    @property
    def target(self) -> str:
        """Return where the mail goes."""
        return self.output.target

    @property
    def key(self) -> str:
        """Return the output's own key; nothing is noted under it."""
        return self.output.key

    @property
    def formats(self) -> tuple[str, ...]:
        """Return what the output needs."""
        return self.output.formats

    def deliver(self, edition: Edition, rendered: Mapping[str, str]) -> OutputResult:
        """Send one message."""
        return self.output.test(edition, rendered, self.address)
