"""``digest demo``: the whole real pipeline on the bundled newsroom, its three days in turn."""

from __future__ import annotations

import shlex
import shutil
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from digest import app
from digest.errors import ConfigError
from digest.models import FeedOutcome
from digest.newsroom.server import Newsroom
from digest.newsroom.verdicts import Verdict, verdicts
from digest.pipeline import Outcome
from digest.render.record import report_to_json
from digest.render.wording import count
from digest.terminal import BarProgress, closing_table, print_json, progress

if TYPE_CHECKING:
    from digest.config import Config
    from digest.ports import Progress

MARK = "# Made by `digest demo`; the next demo writes it anew.\n"
MADE = ("edition.md", "edition.html", "edition.json", "report.json", "config.yaml")
STORED = ("digest.db", "digest.db-wal", "digest.db-shm", "digest.db.lock")


def show(out: Path, *, now: datetime, keep_serving: bool, as_json: bool) -> None:
    """Run the newsroom's three days, then the last once more, and print what came of it."""
    began = time.monotonic()
    _clear(out)
    with Newsroom(now) as newsroom:
        app.write_text(out / "config.yaml", _config(newsroom))
        config = app.read_config(out / "config.yaml")
        with progress() as watching:
            days = []
            for number, moment in enumerate(newsroom.runs(), 1):
                newsroom.show(moment)
                watching.say(f"Day {number} of 3: the newsroom as of {moment:%A %d %B, %H:%M} UTC")
                days.append(_run(config, out, moment, watching))
            last = (out / "report.json").read_text("utf-8")
            again = _run(config, out, newsroom.runs()[-1], watching)
            app.write_text(out / "report.json", last)  # the day's own, not the second look's
        if as_json:
            print_json(report_to_json(days[-1].report))
        else:
            _print(out, days, again, time.monotonic() - began)
        if keep_serving:
            _keep(newsroom)


def _run(config: Config, out: Path, moment: datetime, watching: Progress) -> Outcome:
    shown = watching if isinstance(watching, BarProgress) else app.Unwatched()
    return app.run_edition(config, now=moment, progress=shown, out=out)


def _clear(out: Path) -> None:
    """Take away what an earlier demo made, and nothing else. Raises ConfigError."""
    made = [out / name for name in (*STORED, *MADE)]
    try:
        there = [path for path in made if path.exists()]
        if there and not _is_ours(out / MADE[-1]):
            raise ConfigError(
                f"{there[-1]} was not made by the demo; name another folder with --out"
            )
        for path in there:  # the mark goes last, so that a half-cleared folder stays known
            path.unlink()
    except OSError as error:
        raise ConfigError(f"{error.filename}: {app.trouble(error)}") from error


def _is_ours(config: Path) -> bool:
    return config.exists() and config.read_bytes().startswith(MARK.encode())


def _config(newsroom: Newsroom) -> str:
    import yaml

    world = newsroom.config()
    settings = {
        "title": "AI Industry Digest",
        "language": "en",
        "timezone": "UTC",
        "store": "sqlite:///digest.db",
        "edition": {"name": "daily", "window": "24h", "max_stories": 8, "max_briefs": 12},
        "feeds": world["feeds"],
        "topic_feeds": world["topic_feeds"],
        "fetch": {
            "user_agent": "ai-news-digest demo",
            "per_domain": {"concurrency": 2, "interval": 0},
            "connect_to": world["connect_to"],
        },
    }
    return MARK + yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)


def _print(out: Path, days: list[Outcome], again: Outcome, seconds: float) -> None:
    editions = [day.edition for day in days if day.edition is not None]
    judged = verdicts([day.report for day in days], editions)
    write = sys.stdout.write
    write("\nWhat the newsroom held, and what became of it:\n\n")
    write(closing_table([(_mark(v), v.what, v.happened) for v in judged]))
    report = again.report
    resting = sum(f.outcome in (FeedOutcome.DEFERRED, FeedOutcome.GONE) for f in report.feeds)
    same = sum(f.http_status == 304 for f in report.feeds)
    opened = report.counts["opened"]
    pages = count(opened, "page", "pages") if opened else "no page"
    asked = len(report.feeds) - resting
    write(
        f"\nRun once more, it asked {asked} of {len(report.feeds)} feeds “has it changed?” (the "
        f"others rest after\ntrouble), heard “no” from {same}, opened {pages}, and left the "
        f"edition as it was ({report.edition}).\n"
    )
    for number, day in enumerate(days, 1):
        counts = day.report.counts
        write(
            f"Day {number}: {count(counts['feeds'], 'feed', 'feeds')}, "
            f"{count(counts['opened'], 'page', 'pages')} opened, "
            f"{count(counts['published'], 'story', 'stories')}, {counts['briefs']} in brief, "
            f"{day.report.seconds['total']:.1f} s\n"
        )
    write(f"\nToday’s edition, made in {seconds:.1f} s in all:\n")
    for name in ("edition.md", "edition.html", "edition.json"):
        write(f"  {out / name}\n")
    config = shlex.quote(str(out / "config.yaml"))
    write(
        f"Also there: report.json, config.yaml and the store. Try:\n"
        f'  {_program()} topic "Microsoft OpenAI talks" --offline --config {config}\n'
    )


def _program() -> str:
    """Return how to call the program from here: by name where the shell would find it."""
    if shutil.which("digest"):
        return "digest"
    called = Path(sys.executable).with_name("digest").absolute()
    here = Path.cwd()
    return str(called.relative_to(here) if called.is_relative_to(here) else called)


def _mark(verdict: Verdict) -> str:
    return "✓" if verdict.as_expected else "✗"


def _keep(newsroom: Newsroom) -> None:
    sys.stderr.write(f"The newsroom stays up at http://{newsroom.address}; Ctrl-C ends it.\n")
    while True:
        time.sleep(3600)
