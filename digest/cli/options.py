"""Options that many commands share, and what is made of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from digest.config import Config

ConfigOption = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="The configuration file.")
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="TIME", help="The run's idea of now, ISO 8601; for tests and replays."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", help="Log tracebacks and details on standard error.")
]
OutOption = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Where the edition's files go.")
]
DEFAULT_CONFIG = Path("config.yaml")


def group(about: str) -> typer.Typer:
    """Return a group of commands that prints its help when none is named."""
    return typer.Typer(help=about, no_args_is_help=True, rich_markup_mode=None)


def settings(config: Path, verbose: bool) -> Config:
    """Return the configuration, the log set up; raises ConfigError."""
    from digest.app import read_config

    log(verbose)
    return read_config(config)


def log(verbose: bool) -> None:
    """Set the program's log up."""
    from digest.log import set_up

    set_up(verbose)


def now(at: str | None, timezone: str) -> datetime:
    """Return the moment of ``--at``, or the time; raises ConfigError."""
    from digest.app import now
    from digest.arguments import moment

    return moment(at, timezone, now())
