"""``digest editions``."""

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

group = options.group("Editions made so far.")

FolderOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Default: out for the newest edition, else out/ID."),
]


@group.command("list")
def listed(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """List the editions made, newest first."""
    from digest.commands import editions

    editions.list_editions(settings(config, verbose), as_json=as_json)


@group.command()
def show(
    edition_id: Annotated[
        str, typer.Argument(metavar="ID", help="An edition, or a week such as daily-2026-W47.")
    ],
    format_: Annotated[
        str,
        typer.Option("--format", metavar="markdown|html|text|json|email", help="How to print it."),
    ] = "markdown",
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Print a stored edition, or the roll-up of a week's editions."""
    from digest.commands import editions

    style = "json" if as_json else format_
    editions.show_edition(settings(config, verbose), edition_id, style)


@group.command()
def render(
    edition_id: Annotated[str, typer.Argument(metavar="ID")],
    out: FolderOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Write a stored edition's files again, after a template has changed."""
    from digest.commands import editions

    chosen = settings(config, verbose)
    raise typer.Exit(editions.render_edition(chosen, edition_id, out, as_json=as_json))


@group.command()
def rebuild(
    edition_id: Annotated[str, typer.Argument(metavar="ID")],
    out: FolderOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; say what would change.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Make an edition anew from stored articles, after a setting has changed; no feed is asked."""
    from digest.commands.rebuilding import rebuild_edition

    chosen = settings(config, verbose)
    raise typer.Exit(rebuild_edition(chosen, edition_id, out, dry_run=dry_run, as_json=as_json))


@group.command()
def deliver(
    edition_id: Annotated[str, typer.Argument(metavar="ID")],
    test: Annotated[
        str | None,
        typer.Option("--test", metavar="ADDRESS", help="Send it to this address and nowhere else."),
    ] = None,
    resend_uncertain: Annotated[
        bool,
        typer.Option(
            "--resend-uncertain",
            help="Send again what was on its way when the program was killed.",
        ),
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Give a stored edition to the outputs that have not all of it yet."""
    from digest.commands.edition import deliver_and_print

    chosen = settings(config, verbose)
    raise typer.Exit(
        deliver_and_print(
            chosen,
            edition_id,
            now=now(at, chosen.timezone),
            test=test,
            resend_uncertain=resend_uncertain,
            as_json=as_json,
        )
    )


@group.command()
def deliveries(
    edition_id: Annotated[str, typer.Argument(metavar="ID")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Say which outputs have an edition, and to whom its mail was sent or is uncertain."""
    from digest.commands import editions

    editions.list_deliveries(settings(config, verbose), edition_id, as_json=as_json)
