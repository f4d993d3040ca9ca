"""Put out an edition, now or when it is due, and deliver one that is stored."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from digest import app
from digest.config import Config, Schedule
from digest.core import schedule
from digest.core.addresses import normal
from digest.core.edition import edition_id
from digest.errors import ConfigError
from digest.models import OutputResult
from digest.render.record import report_to_json
from digest.terminal import (
    print_json,
    print_outputs,
    print_summary,
    progress,
)


def check_edition(config: Config, name: str | None) -> None:
    """Raise ConfigError where ``name`` is not the configured edition's."""
    if name is not None and name != config.edition.name:
        raise ConfigError(
            f"--edition: there is no edition “{name}”; configured is “{config.edition.name}”",
            key="--edition",
        )


def due(config: Config, now: datetime, *, deliver: bool = True) -> date | None:
    """Return the date of the edition that is due, by the store; raises ConfigError, StoreError.

    One that is made is still due where an output has not all of it: it is delivered then.
    Without ``deliver`` only the files of ``--out`` count.
    """
    planned = _schedule(config)
    day = schedule.due(
        now,
        at=planned.at,
        days=planned.days,
        timezone=config.timezone,
        catch_up=planned.catch_up,
    )
    if day is None or app.is_out(config, edition_id(config.edition.name, day), deliver=deliver):
        return None
    return day


def next_due(config: Config, now: datetime) -> str:
    """Return a sentence on when the next edition comes."""
    planned = _schedule(config)
    moment = schedule.following(now, at=planned.at, days=planned.days, timezone=config.timezone)
    if moment is None:
        return "nothing is due, and no day is planned"
    local = moment.astimezone(ZoneInfo(config.timezone))
    return f"nothing is due; the next edition comes {local:%A %d %B at %H:%M} ({config.timezone})"


def run_due(
    config: Config,
    *,
    now: datetime,
    day: date,
    out: Path,
    report_to: Path | None,
    as_json: bool,
    least: timedelta = timedelta(),
) -> int:
    """Put out the edition of ``day``, or deliver what is left of it; return the exit code.

    ``least`` is the least pause between two times a feed is asked.
    """
    name = edition_id(config.edition.name, day)
    if app.is_out(config, name) is not False:
        return run_and_print(
            config,
            now=now,
            day=day,
            out=out,
            report_to=report_to,
            as_json=as_json,
            least=least,
        )
    with progress() as watching:
        report = app.complete_edition(
            config, name, now=now, progress=watching, out=out, report_to=report_to
        )
    if as_json:
        print_json(report_to_json(report))
    else:
        print_outputs(report.outputs, sys.stdout)
    sys.stdout.flush()
    return report.exit_code


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
    least: timedelta = timedelta(),
) -> int:
    """Put out an edition and print how it went; return the exit code."""
    with progress() as watching:
        outcome = app.run_edition(
            config,
            now=now,
            progress=watching,
            out=out,
            day=day,
            refresh=refresh,
            dry_run=dry_run,
            deliver=deliver,
            report_to=report_to,
            least=least,
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
            print(f"digest: {problem.message}", file=sys.stderr)  # noqa: T201
    sys.stdout.flush()  # a service goes on, and its reader should not wait
    return report.exit_code


def deliver_and_print(
    config: Config,
    edition: str,
    *,
    now: datetime,
    test: str | None = None,
    resend_uncertain: bool = False,
    as_json: bool = False,
) -> int:
    """Deliver a stored edition, or send it to one address as a test; return the exit code."""
    address = None if test is None else _address(test)
    with progress() as watching:
        if address is not None:
            results = app.try_delivery(config, edition, address, watching)
        else:
            results = app.deliver(
                config, edition, now=now, progress=watching, resend_uncertain=resend_uncertain
            )
    return tell(results, as_json=as_json)


def tell(results: list[OutputResult], *, as_json: bool = False) -> int:
    """Print what became of each output; return the exit code."""
    if as_json:
        rows = [asdict(result) for result in results]
        print_json(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
    else:
        print_outputs(results, sys.stdout)
    sys.stdout.flush()
    return 3 if any(r.status == "failed" for r in results) else 0


def _address(text: str) -> str:
    try:
        return normal(text)
    except ValueError as error:
        raise ConfigError(f"--test: this is no e-mail address: {error}", key="--test") from error


def _schedule(config: Config) -> Schedule:
    planned = config.edition.schedule
    if planned is None:
        raise ConfigError(
            'edition.schedule is not set; give it a time, such as {at: "06:30"}',
            key="edition.schedule",
        )
    return planned
