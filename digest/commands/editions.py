"""Editions made so far: listed, shown, rendered again, and what became of their messages."""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from pathlib import Path

from digest import app
from digest.commands.edition import tell
from digest.config import Config
from digest.core.rebuilding import is_rebuilt
from digest.errors import ConfigError, RunError
from digest.models import EditionStory
from digest.render.record import edition_from_json
from digest.render.wording import count
from digest.terminal import closing_table, print_json

STYLES = ("markdown", "html", "json", "text", "email")
WEEK = re.compile(r"(?P<name>[a-z0-9-]+)-(?P<year>\d{4})-W(?P<week>\d{2})")


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
    """Print a stored edition in one format, or the roll-up of a week in Markdown."""
    if style not in STYLES:
        raise ConfigError(f"--format: “{style}” is none of {', '.join(STYLES)}", key="--format")
    templates = app.templates_of(config)
    if week := WEEK.fullmatch(edition_id):
        _show_week(config, week, style)
        return
    stored = app.stored_edition(config, edition_id)
    edition = edition_from_json(stored.record)
    if is_rebuilt(edition):
        _warn(f"{edition_id} was rebuilt from a committed edition and holds only a part of it")
    if style == "json":
        print_json(stored.record)
        return
    with app.open_to_read(config) as store:
        text = app.edition_renderers(templates, config, store)[style](edition)
    if style == "email":
        _warn(app.large(edition, text, templates, app.pasted_footer(config)))
    sys.stdout.write(text)


def _warn(text: str) -> None:
    if text:
        print(text, file=sys.stderr)  # noqa: T201


def _show_week(config: Config, week: re.Match[str], style: str) -> None:
    if style != "markdown":
        raise ConfigError("--format: a week is rolled up as markdown only", key="--format")
    try:
        monday = date.fromisocalendar(int(week["year"]), int(week["week"]), 1)
    except ValueError as error:
        raise ConfigError(f"there is no week {week[0]}", key="ID") from error
    text = app.weekly_of(config, week["name"], monday)
    if text is None:
        raise RunError(
            f"no edition of {week[0]} is stored; `digest editions list` names those made"
        )
    sys.stdout.write(text)


def render_edition(config: Config, edition_id: str, out: Path | None, *, as_json: bool) -> int:
    """Write a stored edition's files again; return the exit code.

    Raises RunError for an edition there is not.
    """
    folder = files_folder(config, edition_id, out)
    return tell(app.render_stored(config, edition_id, folder), as_json=as_json)


def files_folder(config: Config, edition_id: str, out: Path | None) -> Path:
    """Return where an edition's files go: ``out``, where that is named.

    By default the newest edition goes to "out", and an older one to a folder of its own there.
    Raises RunError for an edition there is not.
    """
    app.stored_edition(config, edition_id)  # before a folder is named after it
    if out is not None:
        return out
    with app.open_to_read(config) as store:
        newest = store.editions(limit=1)
    latest = bool(newest) and newest[0].id == edition_id
    return Path("out") if latest else Path("out") / edition_id


def list_deliveries(config: Config, edition_id: str, *, as_json: bool) -> None:
    """Print which outputs have an edition, and what became of each message of its mail."""
    app.stored_edition(config, edition_id)
    with app.open_to_read(config) as store:
        finished = store.finished_outputs(edition_id)
        mailed = sorted(store.mailed_outputs(edition_id))  # also those not configured any more
        keys = list(dict.fromkeys([*app.output_keys(config, store), *mailed]))
        rows = [row for key in keys for row in store.deliveries(edition_id, key)]
    if as_json:
        document = {
            "outputs": [{"output": key, "finished": key in finished} for key in keys],
            "messages": [
                {
                    "output": row.output,
                    "address": row.address,
                    "status": row.status,
                    "at": row.at.isoformat(timespec="seconds"),
                    "detail": row.detail,
                }
                for row in rows
            ],
        }
        print_json(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return
    rebuilt = is_rebuilt(edition_from_json(app.stored_edition(config, edition_id).record))
    lacks = "stands as it was put out" if rebuilt else "has not all of it"
    table = [(key, "nothing left to do" if key in finished else lacks, "") for key in keys]
    table += [(row.address, str(row.status), row.detail) for row in rows]
    sys.stdout.write(closing_table(table) if table else "no output is configured\n")
