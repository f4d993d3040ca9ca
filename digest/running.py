"""What each command does once its arguments are read: call app, print, return an exit code."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from digest import app
from digest.adapters import files, machine
from digest.config import Config, Schedule
from digest.core import schedule
from digest.errors import ConfigError, RunError
from digest.explaining import explain as explained
from digest.models import EditionStory
from digest.render.record import edition_from_json, report_to_json
from digest.terminal import PlainProgress, print_summary, progress
from digest.topic import Piece


def check_edition(config: Config, name: str | None) -> None:
    """Raise ConfigError where ``name`` is not the configured edition's."""
    if name is not None and name != config.edition.name:
        raise ConfigError(
            f"--edition: there is no edition “{name}”; configured is “{config.edition.name}”",
            key="--edition",
        )


def due(config: Config, now: datetime) -> date | None:
    """Return the date of the edition that is due, by the store; raises ConfigError, StoreError."""
    planned = _schedule(config)
    with app.open_store(config) as store:
        made = {e.date for e in store.editions(name=config.edition.name, limit=10)}
    return schedule.due(
        now,
        at=planned.at,
        days=planned.days,
        timezone=config.timezone,
        catch_up=planned.catch_up,
        made=made,
    )


def next_due(config: Config, now: datetime) -> str:
    """Return a sentence on when the next edition comes."""
    planned = _schedule(config)
    moment = schedule.following(now, at=planned.at, days=planned.days, timezone=config.timezone)
    if moment is None:
        return "nothing is due, and no day is planned"
    local = moment.astimezone(ZoneInfo(config.timezone))
    return f"nothing is due; the next edition comes {local:%A %d %B at %H:%M} ({config.timezone})"


def run_and_print(
    config: Config,
    *,
    now: datetime,
    day: date | None,
    out: Path,
    refresh: bool = False,
    dry_run: bool = False,
    deliver: bool = True,
    report_to: Path | None = None,
    as_json: bool = False,
) -> int:
    """Put out an edition and print how it went; return the exit code."""
    with progress() as watching:
        outcome = asyncio.run(
            app.run_edition(
                config,
                now=now,
                progress=watching,
                out=out,
                day=day,
                refresh=refresh,
                dry_run=dry_run,
                deliver=deliver,
                report_to=report_to,
            )
        )
    report = outcome.report
    if as_json:
        sys.stdout.write(report_to_json(report))
    else:
        if dry_run:
            sys.stdout.write(outcome.rendered.get("markdown", ""))
        print_summary(report, sys.stderr if dry_run else sys.stdout)
    return report.exit_code


def topic_and_print(
    config: Config,
    question: str,
    *,
    now: datetime,
    since: timedelta,
    style: str,
    output: Path | None,
    offline: bool,
    report_to: Path | None,
    as_json: bool,
) -> None:
    """Write one piece and print it, or the sentence that nobody wrote about it."""
    renderers = app.topic_renderers(app.templates_of(config))
    if style not in renderers:
        listed = ", ".join(sorted(renderers))
        raise ConfigError(f"--format: “{style}” is none of {listed}", key="--format")
    with progress() as watching:
        piece, report = asyncio.run(
            app.find_topic(
                config, question, now=now, since=since, offline=offline, progress=watching
            )
        )
    _say(_found(piece, question, since))
    if report_to is not None:
        app.write_text(report_to, report_to_json(report))
    text = renderers[style](piece.edition) if piece.edition else ""
    if text and output is not None:
        app.write_text(output, text)
        _say(f"written to {output}")
    if as_json:
        sys.stdout.write(report_to_json(report))
    elif output is None:
        sys.stdout.write(text or _nobody(piece, question, since) + "\n")
    elif not text:
        _say(_nobody(piece, question, since))


def _found(piece: Piece, question: str, since: timedelta) -> str:
    count = len(piece.found)
    lines = [
        f"{count} article{'' if count == 1 else 's'} of the last {_span(since)} "
        f"bear{'s' if count == 1 else ''} on “{question}”; "
        f"{len(piece.unreadable)} could not be read"
    ]
    lines += [f"  not read: {url} ({why})" for url, why in piece.unreadable]
    lines += [f"  feed: {f.name}: {f.error}" for f in piece.gathered.feeds if f.error]
    return "\n".join(lines)


def _nobody(piece: Piece, question: str, since: timedelta) -> str:
    asked = len(piece.gathered.feeds)
    where = f"{asked} feeds and the stored articles" if asked else "the stored articles"
    return (
        f"Nobody wrote about “{question}” in the last {_span(since)}: {where} hold no report of it."
    )


def _span(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    if hours >= 48 and hours % 24 == 0:
        return f"{hours / 24:g} days"
    return "hour" if hours == 1 else f"{hours:g} hours"


def serve(config: Config) -> None:
    """Keep running and put out editions as they fall due."""
    from digest.scheduler import Service

    plain = PlainProgress(sys.stderr)

    def put_out(now: datetime, day: date) -> int:
        return run_and_print(config, now=now, day=day, out=Path("out"))

    plain.say(next_due(config, machine.utc_now()).removeprefix("nothing is due; "))
    Service(
        due=lambda now: due(config, now), put_out=put_out, clock=machine.utc_now, say=plain.say
    ).run()


def explain(config: Config, subject: str, *, as_json: bool) -> None:
    """Print why something was, or was not, published."""
    with app.open_store(config) as store:
        lines = explained(store, subject)
    sys.stdout.write(_listed(lines, as_json))


def list_editions(config: Config, *, as_json: bool) -> None:
    """Print the editions made, newest first."""
    with app.open_store(config) as store:
        made = [edition_from_json(e.record) for e in store.editions()]
    if as_json:
        rows = [
            {"id": e.id, "date": e.date.isoformat(), "title": e.title, "stories": len(e.stories)}
            for e in made
        ]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    lines = [f"{e.id}  {len(e.stories):>2} stories  {_lead(e.stories)}" for e in made]
    sys.stdout.write(_listed(lines or ["no edition has been made yet"], False))


def _lead(stories: tuple[EditionStory, ...]) -> str:
    return f"{stories[0].emoji} {stories[0].headline}" if stories else "nothing to tell"


def show_edition(config: Config, edition_id: str, style: str) -> None:
    """Print a stored edition in one format."""
    renderers = app.edition_renderers(app.templates_of(config))
    if style not in renderers:
        raise ConfigError(
            f"--format: “{style}” is none of {', '.join(sorted(renderers))}", key="--format"
        )
    with app.open_store(config) as store:
        stored = store.edition(edition_id)
    if stored is None:
        raise RunError(f"there is no edition {edition_id}; `digest editions list` names them")
    edition = edition_from_json(stored.record)
    sys.stdout.write(stored.record if style == "json" else renderers[style](edition))


def init(folder: Path) -> None:
    """Make a folder ready to edit; a configuration that is there already is left alone."""
    target = folder / "config.yaml"
    if target.exists():
        raise ConfigError(f"{target} is there already; it was left as it is")
    try:
        files.write(target, files.bundled("config.yaml").read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {files.reason(error)}") from error
    sys.stdout.write(
        f"{target} is ready to edit: feeds, time zone, schedule, outputs.\n"
        f"Then: digest doctor --config {target}, and digest run --config {target}\n"
    )


def render_edition(config: Config, edition_id: str, out: Path) -> int:
    """Write a stored edition's files again; return the exit code."""
    results = app.render_stored(config, edition_id, out)
    for result in results:
        sys.stdout.write(f"{result.kind}: {result.target} ({result.detail or result.status})\n")
    return 3 if any(r.status == "failed" for r in results) else 0


def _schedule(config: Config) -> Schedule:
    planned = config.edition.schedule
    if planned is None:
        raise ConfigError(
            'edition.schedule is not set; give it a time, such as {at: "06:30"}',
            key="edition.schedule",
        )
    return planned


def _listed(lines: list[str], as_json: bool) -> str:
    if as_json:
        return json.dumps(lines, ensure_ascii=False, indent=2) + "\n"
    return "\n".join(lines) + "\n"


def _say(message: str) -> None:
    print(message, file=sys.stderr)  # noqa: T201
