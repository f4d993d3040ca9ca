"""``digest state``: what a machine that forgets everything takes with it."""

from __future__ import annotations

import sys
from datetime import datetime

from digest import app
from digest.config import Config


def save(config: Config, now: datetime) -> None:
    """Push the state to its branch and say so."""
    sys.stdout.write(app.save_state(config, now) + "\n")


def load(config: Config) -> None:
    """Fill the store from the state's branch and say so."""
    sys.stdout.write(app.load_state(config) + "\n")
