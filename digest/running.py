"""What each command does once its arguments are read: call app, print, return an exit code."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from digest import app
from digest.config import Config, Schedule
from digest.core import schedule
from digest.errors import ConfigError, DeliveryError
from digest.explaining import explain as explained
from digest.interrupts import finish
from digest.models import EditionStory
from digest.render.record import edition_from_json, report_to_json
from digest.render.wording import count
from digest.terminal import PlainProgress, closing_table, print_json, print_summary, progress
from digest.topic import Piece

MOST_OTHERS = 8  # articles named that a topic piece does not tell


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
    with app.open_to_read(config) as store:
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
        outcome = finish(
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
        print_json(report_to_json(report))
    else:
        if dry_run:
            sys.stdout.write(outcome.rendered.get("markdown", ""))
        print_summary(report, sys.stderr if dry_run else sys.stdout, watching.said)
    for problem in report.problems:
        if problem.stage == "run":
            _say(f"digest: {problem.message}")
    sys.stdout.flush()  # a service goes on, and its reader should not wait
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
        piece, report = finish(
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
        print_json(report_to_json(report))
    elif text and output is None:
        (print_json if style == "json" else sys.stdout.write)(text)
    if text:
        return
    nobody = _nobody(piece, question, since)
    if as_json or output is not None:
        _say(nobody)
    else:
        sys.stdout.write(nobody + "\n")


def _found(piece: Piece, question: str, since: timedelta) -> str:
    lost = len(piece.unreadable)
    found = len(piece.found) + lost
    bears = "bears" if found <= 1 else "bear"
    head = f"{count(found, 'article', 'articles') if found else 'no article'} of the last "
    head += f"{_span(since)} {bears} on “{question}”"
    lines = [f"{head}; {lost} could not be read" if found else head]
    lines += [f"  not read: {url} ({why})" for url, why in piece.unreadable]
    if piece.also:
        lines.append("other stories it found:")
        lines += [f"  {a.title} ({a.publisher}, {a.url})" for a in piece.also[:MOST_OTHERS]]
    lines += [f"  no answer from {f.name}: {f.error}" for f in piece.gathered.silent()]
    return "\n".join(lines)


def _nobody(piece: Piece, question: str, since: timedelta) -> str:
    lost = len(piece.unreadable)
    if lost:
        articles = "the one article" if lost == 1 else f"all {lost} articles"
        return f"Nothing can be told about “{question}”: {articles} on it could not be read."
    answered = len(piece.gathered.feeds) - len(piece.gathered.silent())
    feeds = f"{count(answered, 'feed', 'feeds')} and the stored articles"
    where = feeds if answered else "the stored articles"
    return (
        f"Nobody wrote about “{question}” in the last {_span(since)}: {where} hold no report of it."
    )


def _span(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    if hours >= 48 and hours % 24 == 0:
        return f"{hours / 24:g} days"
    if hours < 1:
        return f"{span.total_seconds():g} seconds"
    return "hour" if hours == 1 else f"{hours:g} hours"


def serve(config: Config) -> None:
    """Keep running and put out editions as they fall due."""
    from digest.scheduler import Service

    plain = PlainProgress(sys.stderr)

    def put_out(now: datetime, day: date) -> int:
        return run_and_print(config, now=now, day=day, out=Path("out"))

    plain.say(next_due(config, app.now()).removeprefix("nothing is due; "))
    Service(due=lambda now: due(config, now), put_out=put_out, clock=app.now, say=plain.say).run()


def explain(config: Config, subject: str, *, as_json: bool) -> None:
    """Print why something was, or was not, published."""
    with app.open_to_read(config) as store:
        lines = explained(store, subject)
    if as_json:
        print_json(json.dumps(lines, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(lines) + "\n")


def list_editions(config: Config, *, as_json: bool) -> None:
    """Print the editions made, newest first."""
    with app.open_to_read(config) as store:
        made = [edition_from_json(e.record) for e in store.editions()]
    if as_json:
        rows = [
            {"id": e.id, "date": e.date.isoformat(), "title": e.title, "stories": len(e.stories)}
            for e in made
        ]
        print_json(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    if not made:
        sys.stdout.write("no edition has been made yet\n")
        return
    rows_told = [(e.id, count(len(e.stories), "story", "stories"), _lead(e.stories)) for e in made]
    sys.stdout.write(closing_table(rows_told))


def _lead(stories: tuple[EditionStory, ...]) -> str:
    return f"{stories[0].emoji} {stories[0].headline}" if stories else "nothing to tell"


def show_edition(config: Config, edition_id: str, style: str) -> None:
    """Print a stored edition in one format."""
    renderers = app.edition_renderers(app.templates_of(config))
    if style not in renderers:
        raise ConfigError(
            f"--format: “{style}” is none of {', '.join(sorted(renderers))}", key="--format"
        )
    stored = app.stored_edition(config, edition_id)
    if style == "json":
        print_json(stored.record)
    else:
        sys.stdout.write(renderers[style](edition_from_json(stored.record)))


def init(folder: Path) -> None:
    """Make a folder ready to edit; a configuration that is there already is left alone."""
    target = folder / "config.yaml"
    if target.exists():
        raise ConfigError(f"{target} is there already; it was left as it is")
    try:
        app.write_text(target, app.first_config())
    except DeliveryError as error:
        raise ConfigError(str(error)) from error
    sys.stdout.write(
        f"{target} is ready to edit: feeds, time zone, schedule, outputs.\n"
        f"Then: digest doctor --config {target}, and digest run --config {target}\n"
    )


def render_edition(config: Config, edition_id: str, out: Path | None) -> int:
    """Write a stored edition's files again; return the exit code.

    By default the newest edition goes to ``out``, and an older one to a folder of its own there.
    """
    if out is None:
        with app.open_to_read(config) as store:
            newest = store.editions(limit=1)
        latest = bool(newest) and newest[0].id == edition_id
        out = Path("out") if latest else Path("out") / edition_id
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


def _say(message: str) -> None:
    print(message, file=sys.stderr)  # noqa: T201
