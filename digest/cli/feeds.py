"""``digest feeds``."""

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
    log,
    now,
    settings,
)

group = options.group("The sources: how they are, and the list of them.")


@group.command("list")
def listed(
    config: ConfigOption = DEFAULT_CONFIG,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Show how each feed is, those in trouble first."""
    from digest.commands import feeds

    chosen = settings(config, verbose)
    feeds.list_feeds(chosen, now(at, chosen.timezone), as_json=as_json)


@group.command()
def check(
    # Hidden: the row that Typer makes of it tells its type in Python's words.
    urls: Annotated[list[str] | None, typer.Argument(metavar="URL", hidden=True)] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Ask the feeds; show what they answer and wish. With a URL or a name that one alone."""
    from digest.commands import feeds

    chosen = settings(config, verbose)
    raise typer.Exit(feeds.check(chosen, urls or [], now(at, chosen.timezone), as_json=as_json))


@group.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Of a feed, or of a page with one.")],
    name: Annotated[
        str,
        typer.Option("--name", metavar="TEXT", help="Its name. Without it, the feed’s own title."),
    ] = "",
    category: Annotated[
        str, typer.Option("--category", metavar="TEXT", help="Its category, such as labs.")
    ] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Read a feed, and put it into the configuration."""
    from digest.commands import feeds

    log(verbose)
    moment = now(at, "UTC")
    feeds.add(config, url, moment, name=name, category=category, as_json=as_json)


@group.command()
def remove(
    url: Annotated[str, typer.Argument(metavar="URL", help="Its address, or its name.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Take a feed out of the configuration."""
    from digest.commands import feeds

    log(verbose)
    feeds.remove(config, url, as_json=as_json)


@group.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="OPML")],
    config: ConfigOption = DEFAULT_CONFIG,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Add the feeds of an OPML file, its folders as categories."""
    from digest.commands import feeds

    log(verbose)
    feeds.import_file(config, file, now(at, "UTC"), as_json=as_json)


@group.command()
def export(
    file: Annotated[str, typer.Argument(metavar="OPML", help="A file, or - for the screen.")],
    config: ConfigOption = DEFAULT_CONFIG,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Write the feeds as OPML, categories as folders."""
    from digest.commands import feeds

    chosen = settings(config, verbose)
    feeds.export(chosen, file, now(at, chosen.timezone), as_json=as_json)
