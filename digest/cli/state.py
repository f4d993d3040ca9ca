"""``digest state``."""

from __future__ import annotations

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

group = options.group("What a machine that forgets everything takes with it, on a git branch.")


@group.command()
def save(
    config: ConfigOption = DEFAULT_CONFIG,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Push titles, addresses of articles and editions to the branch digest-state."""
    from digest.commands import state

    chosen = settings(config, verbose)
    state.save(chosen, now(at, chosen.timezone), as_json=as_json)


@group.command()
def load(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Fill the store from the branch digest-state, or from the committed editions."""
    from digest.commands import state

    state.load(settings(config, verbose), as_json=as_json)
