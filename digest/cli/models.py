"""``digest models``."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli import options
from digest.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    VerboseOption,
    settings,
)

group = options.group("The models: which ones are used, and fetching the one that runs here.")


@group.command("list")
def list_(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """List which models are used, and what is on this machine."""
    from digest.commands import models

    models.list_models(settings(config, verbose), as_json=as_json)


@group.command()
def pull(
    hub: Annotated[
        str | None,
        typer.Option("--hub", metavar="URL", help="A mirror of the hub it comes from."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Fetch the embedding model (24 MB), which groups stories better; runs never do."""
    from digest.commands import models

    models.pull(settings(config, verbose), hub, as_json=as_json)
