"""``digest subscribers``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli import options
from digest.cli.options import (
    DEFAULT_CONFIG,
    AtOption,
    ConfigOption,
    JsonOption,
    VerboseOption,
    now,
    settings,
)

group = options.group("Readers who get the edition by e-mail.")
EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL")]


@group.command("list")
def listed(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """List the readers, and the addresses that get no more mail."""
    from digest.commands import subscribers

    subscribers.list_readers(settings(config, verbose), as_json=as_json)


@group.command()
def add(
    email: EmailArgument,
    again: Annotated[
        bool,
        typer.Option("--again", help="Also one that left or bounced: its owner asks for it."),
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Put an address on the list; it gets the next edition."""
    from digest.commands import subscribers

    chosen = settings(config, verbose)
    subscribers.add(chosen, email, now(at, chosen.timezone), again=again, as_json=as_json)


@group.command()
def remove(
    email: EmailArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Take an address off the list, and keep imports from putting it back."""
    from digest.commands import subscribers

    chosen = settings(config, verbose)
    subscribers.remove(chosen, email, now(at, chosen.timezone), as_json=as_json)


@group.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="CSV")],
    config: ConfigOption = DEFAULT_CONFIG,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Add the addresses of a CSV file; who unsubscribed stays so."""
    from digest.commands import subscribers

    chosen = settings(config, verbose)
    subscribers.import_file(chosen, file, now(at, chosen.timezone), as_json=as_json)


@group.command()
def export(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Print all readers and suppressed addresses as CSV."""
    from digest.commands import subscribers

    if as_json:
        subscribers.list_readers(settings(config, verbose), as_json=True)
    else:
        subscribers.export(settings(config, verbose))
