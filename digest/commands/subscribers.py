"""``digest subscribers``: the list of readers."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

from digest import app, readership
from digest.config import Config
from digest.errors import ConfigError
from digest.terminal import closing_table, print_json, tell


def list_readers(config: Config, *, as_json: bool) -> None:
    """Print the readers, and the suppressed addresses."""
    with app.open_to_read(config) as store:
        if as_json:
            rows = readership.records(store)
            print_json(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
            return
        table = readership.table(store)
    sys.stdout.write(closing_table(table) if table else "there are no readers yet\n")


def add(config: Config, address: str, now: datetime, *, again: bool, as_json: bool) -> None:
    """Put an address on the list; raises ConfigError where it is refused."""
    with app.open_store(config) as store:
        _tell(readership.add(store, address, now, again=again), as_json)


def remove(config: Config, address: str, now: datetime, *, as_json: bool) -> None:
    """Take an address off the list; raises ConfigError where it is not there."""
    with app.open_store(config) as store:
        _tell(readership.remove(store, address, now), as_json)


def import_file(config: Config, file: Path, now: datetime, *, as_json: bool) -> None:
    """Add the addresses of a CSV file; lines that are bad are told, the others are taken."""
    try:
        body = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {app.trouble(error)}", key="CSV") from error
    with app.open_store(config) as store:
        done = readership.import_csv(store, body, now)
    for problem in done.problems:
        print(problem, file=sys.stderr)  # noqa: T201
    tell(done.text, as_json=as_json)


def export(config: Config) -> None:
    """Print everyone as CSV."""
    with app.open_to_read(config) as store:
        sys.stdout.write(readership.export(store))


def _tell(answer: readership.Answer, as_json: bool) -> None:
    if not answer.done:
        raise ConfigError(answer.text, key="EMAIL")
    tell(answer.text, as_json=as_json)
