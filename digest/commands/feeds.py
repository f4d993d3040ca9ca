"""``digest feeds``: the sources, how they are, and the list of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from digest import app
from digest.config import Config
from digest.config.schema import PROGRAM
from digest.core.opml import LARGEST
from digest.errors import ConfigError
from digest.feedtable import checked_lines, checked_record, checked_sum, health_record, health_table
from digest.render.wording import count
from digest.terminal import print_json, progress, tell, width

NO_CONTACT = (
    "publishers are not told whom to write to; set `fetch.user_agent`, such as "
    f"“{PROGRAM} (+mailto:you@example.org)”"
)
STANDARD = "-"  # standard output in the place of a file


def list_feeds(config: Config, now: datetime, *, as_json: bool) -> None:
    """Print how each feed is, the troubled ones first; nothing is asked of anyone."""
    listed, states = app.feed_health(config, now)
    if as_json:
        _print([health_record(health, states.get(health.feed.url)) for health in listed])
        return
    sys.stdout.writelines(f"{line}\n" for line in health_table(listed, now, width()))


def check(config: Config, which: Sequence[str], now: datetime, *, as_json: bool) -> int:
    """Ask feeds and print what they answer; return the exit code, 1 where one does not."""
    with progress() as watching:
        found = app.check_feeds(config, which, now=now, progress=watching)
    if as_json:
        _print([checked_record(checked) for checked in found])
    else:
        configured = config.feed_list()
        for checked in found:
            lines = checked_lines(checked, now, listed=checked.feed in configured)
            sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.write(f"\n{checked_sum(found)}\n")
    if not config.names_contact:
        _note(NO_CONTACT)
    return 1 if any(checked.error for checked in found) else 0


def add(path: Path, url: str, now: datetime, *, name: str, category: str, as_json: bool) -> None:
    """Ask a feed, and put it into the configuration."""
    said, others = app.add_feed(path, url, name=name, category=category, now=now)
    tell(said, as_json=as_json)
    for other in others:
        _note(f"its page names another feed: {other}")


def remove(path: Path, which: str, *, as_json: bool) -> None:
    """Take a feed out of the configuration."""
    tell(app.remove_feed(path, which), as_json=as_json)


def import_file(path: Path, file: Path, now: datetime, *, as_json: bool) -> None:
    """Put the feeds of an OPML file into the configuration."""
    try:
        with file.open("rb") as opened:
            body = opened.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {app.trouble(error)}", key="OPML") from error
    said, problems = app.import_feeds(path, body, now, name=str(file))
    for problem in problems:
        _note(problem)
    tell(said, as_json=as_json)


def export(config: Config, file: str, now: datetime, *, as_json: bool) -> None:
    """Write the feeds as OPML to a file, or to standard output for "-"."""
    text = app.export_feeds(config, now)
    if file == STANDARD:
        sys.stdout.write(text)
        return
    app.write_opml(Path(file), text)
    listed = count(len(config.feeds), "feed", "feeds")
    tell(
        f"{listed} written to {file}, which only you may read: addresses may hold passwords",
        as_json=as_json,
    )


def _print(rows: Iterable[object]) -> None:
    print_json(json.dumps(list(rows), ensure_ascii=False, indent=2) + "\n")


def _note(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201
