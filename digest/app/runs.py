"""Editions put out, delivered and rendered again, and topic pieces found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from digest import pipeline, topic
from digest.adapters import files, machine
from digest.adapters.store import SqlStore
from digest.app import outputs as places
from digest.app.parts import (
    Unwatched,
    choices_of,
    open_store,
    open_to_read,
    primary,
    templates_of,
    world_of,
)
from digest.config import Config
from digest.core.rebuilding import is_rebuilt
from digest.errors import RunError
from digest.interrupts import finish
from digest.models import Edition, OutputResult, Problem, RunReport, StoredEdition
from digest.ports import Output, Progress
from digest.render.record import edition_from_json, report_to_json
from digest.reporting import RunClock
from digest.world import World


def run_edition(
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
    least: timedelta = timedelta(),
) -> pipeline.Outcome:
    """Put out an edition, and its report beside it; ``dry_run`` writes nothing at all.

    ``least`` is the least pause between two times a feed is asked.
    Raises ConfigError, StoreError, RenderError and BusyError; a report that cannot be written is
    a failed output.
    """
    templates = templates_of(config)
    with open_store(config, scratch=dry_run) as store, store.lease():
        outputs: list[Output] = [_Unwritten()] if dry_run else places.written_to(out)
        if deliver and not dry_run:
            outputs += places.configured(config, store, progress)
        renderers = places.edition_renderers(templates, config, store)

        async def made() -> tuple[pipeline.Made, World]:
            async with world_of(
                config, store, progress=progress, outputs=outputs, renderers=renderers
            ) as world:
                return await pipeline.make(
                    choices_of(config),
                    config.feed_list(),
                    world,
                    run_id=machine.run_id(now),
                    now=now,
                    day=day,
                    refresh=refresh,
                    least=least,
                ), world

        # Sending may take long and waits on threads, not on the event loop: Ctrl-C ends either.
        outcome = pipeline.publish(*finish(made()), now=now)
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
    key = "dry run"
    formats = ("markdown",)

    def deliver(self, _edition: Edition, _rendered: Mapping[str, str]) -> OutputResult:
        return OutputResult(self.kind, self.target, "held", "a dry run writes nothing")


def find_topic(
    config: Config,
    question: str,
    *,
    now: datetime,
    since: timedelta,
    offline: bool,
    progress: Progress,
) -> tuple[topic.Piece, RunReport]:
    """Return one piece on ``question`` (see topic.find) and the report of the search."""

    async def found(store: SqlStore) -> tuple[topic.Piece, RunReport]:
        async with world_of(config, store, progress=progress) as world:
            clock = RunClock(machine.run_id(now), world)
            piece = await topic.find(
                question,
                config.feed_list(),
                config.topic_feeds,
                world,
                language=primary(config.language),
                timezone=config.timezone,
                now=now,
                since=now - since,
                offline=offline,
            )
            return piece, topic.report(piece, clock)

    with open_store(config) as store:
        return finish(found(store))


def complete_edition(
    config: Config,
    edition_id: str,
    *,
    now: datetime,
    progress: Progress,
    out: Path,
    report_to: Path | None,
) -> RunReport:
    """Give a stored edition to the outputs that lack it, ``out`` included, and report the run."""
    began = machine.utc_now()
    results = _deliver(config, edition_id, now=now, progress=progress, out=out)
    report = RunReport(
        run_id=machine.run_id(now),
        started_at=began,
        finished_at=machine.utc_now(),
        exit_code=3 if any(r.status == "failed" for r in results) else 0,
        edition_id=edition_id,
        edition="unchanged",
        problems=tuple(
            Problem("output", r.target, r.detail) for r in results if r.status == "failed"
        ),
        outputs=tuple(results),
    )
    with open_store(config) as store:
        store.save_run(report.run_id, report.started_at, report_to_json(report))
    for path in (out / "report.json", report_to):
        report = write_report(report, path) if path is not None else report
    return report


def deliver(
    config: Config,
    edition_id: str,
    *,
    now: datetime,
    progress: Progress,
    resend_uncertain: bool = False,
) -> list[OutputResult]:
    """Give a stored edition to the configured outputs; those that have it are left alone.

    Raises RunError for an edition there is not, one without stories, or no output configured.
    """
    if not config.outputs:
        raise RunError("no output is configured; set `outputs` in the configuration")
    return _deliver(
        config, edition_id, now=now, progress=progress, resend_uncertain=resend_uncertain
    )


def _deliver(
    config: Config,
    edition_id: str,
    *,
    now: datetime,
    progress: Progress,
    out: Path | None = None,
    resend_uncertain: bool = False,
) -> list[OutputResult]:
    templates = templates_of(config)
    edition = _to_deliver(config, edition_id)
    with open_store(config) as store, store.lease():
        outputs = places.configured(config, store, progress, resend_uncertain=resend_uncertain)
        kept = {o.key for o in outputs if o.kind != "email"}  # mail keeps its own account
        outputs = (places.written_to(out) if out is not None else []) + outputs
        renderers = places.edition_renderers(templates, config, store)
        rendered = pipeline.render_for(edition, outputs, renderers)
        return pipeline.deliver(edition, outputs, rendered, ledger=store, now=now, kept=kept)


def try_delivery(
    config: Config, edition_id: str, address: str, progress: Progress
) -> list[OutputResult]:
    """Send a stored edition to one address by each e-mail output; the ledger is left alone.

    Raises RunError as ``deliver`` does.
    """
    templates = templates_of(config)
    edition = _to_deliver(config, edition_id)
    with open_to_read(config) as store:
        outputs = places.mail_outputs(config, store, progress)
        if not outputs:
            raise RunError("no output of kind email is configured, so there is none to test")
        renderers = places.edition_renderers(templates, config, store)
        rendered = pipeline.render_for(edition, outputs, renderers)
        trials = [places.Trial(output, address) for output in outputs]
        return [pipeline.put_out(trial, edition, rendered) for trial in trials]


def _to_deliver(config: Config, edition_id: str) -> Edition:
    edition = edition_from_json(stored_edition(config, edition_id).record)
    if is_rebuilt(edition):
        raise RunError(
            f"{edition_id} was rebuilt from a committed edition and holds only a part of it; "
            "what is committed stands"
        )
    if not pipeline.goes_out(edition, config.edition.when_empty == "note"):
        raise RunError(
            f"{edition_id} has no story; `edition.when_empty: note` would send a quiet day’s note"
        )
    return edition


def is_out(config: Config, edition_id: str, *, deliver: bool = True) -> bool | None:
    """Decide whether an edition is made and every output has the whole of it; None: not made.

    Without ``deliver`` only the files of ``--out`` count.
    """
    with open_to_read(config) as store:
        stored = store.edition(edition_id)
        if stored is None:
            return None
        edition = edition_from_json(stored.record)
        if not pipeline.goes_out(edition, config.edition.when_empty == "note"):
            return True
        outputs = places.written_to(Path())
        outputs += places.configured(config, store, Unwatched()) if deliver else []
        finished = store.finished_outputs(edition_id)
        return all(output.key in finished for output in outputs)


def render_stored(config: Config, edition_id: str, out: Path) -> list[OutputResult]:
    """Write a stored edition's files again, to ``out`` and the configured folders.

    Raises RunError for an edition there is not.
    """
    templates = templates_of(config)
    edition = edition_from_json(stored_edition(config, edition_id).record)
    with open_to_read(config) as store:
        outputs = places.written_to(out) + places.file_outputs(config)
        renderers = places.edition_renderers(templates, config, store)
        rendered = pipeline.render_for(edition, outputs, renderers)
        return [pipeline.put_out(output, edition, rendered) for output in outputs]


def stored_edition(config: Config, edition_id: str) -> StoredEdition:
    """Return a stored edition; raises RunError for one there is not."""
    with open_to_read(config) as store:
        stored = store.edition(edition_id)
    if stored is None:
        raise RunError(f"there is no edition {edition_id}; `digest editions list` names those made")
    return stored
