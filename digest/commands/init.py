"""A folder ready to edit."""

from __future__ import annotations

import sys
from pathlib import Path

from digest import app
from digest.errors import ConfigError, DeliveryError


def init(folder: Path) -> None:
    """Make a folder ready to edit; a configuration that is there already is left alone."""
    target = folder / "config.yaml"
    if target.exists():
        raise ConfigError(f"{target} is there already; it was left as it is")
    try:
        app.write_text(target, app.first_config())
    except DeliveryError as error:
        raise ConfigError(str(error)) from error
    sys.stdout.write(
        f"{target} is ready to edit: feeds, time zone, schedule, outputs.\n"
        f"Then: digest doctor --config {target}, and digest run --config {target}\n"
    )
