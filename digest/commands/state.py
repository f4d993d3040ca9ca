"""``digest state``: what a machine that forgets everything takes with it."""

from __future__ import annotations

from datetime import datetime

from digest import app
from digest.config import Config
from digest.terminal import tell


def save(config: Config, now: datetime, *, as_json: bool) -> None:
    """Push the state to its branch and say so."""
    tell(app.save_state(config, now), as_json=as_json)


def load(config: Config, *, as_json: bool) -> None:
    """Fill the store from the state's branch and say so."""
    tell(app.load_state(config), as_json=as_json)
