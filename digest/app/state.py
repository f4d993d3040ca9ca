"""The state of a store, kept on a branch of the git output's repository."""

from __future__ import annotations

from datetime import datetime

from digest import statekeeping
from digest.adapters.git import GitBranch, GitOutput
from digest.app.outputs import clones_of, git_outputs
from digest.app.parts import open_store
from digest.config import Config, GitOutputSettings
from digest.errors import ConfigError

BRANCH = "digest-state"


def save_state(config: Config, now: datetime) -> str:
    """Push the store's state, and say what was kept.

    Raises ConfigError without a git output, DeliveryError and StoreError.
    """
    _, branch = _kept(config)
    with open_store(config) as store:
        return statekeeping.save(store, branch, now=now)


def load_state(config: Config) -> str:
    """Fill the store from its state, and say what was found; raises as ``save_state`` does."""
    published, branch = _kept(config)
    with open_store(config) as store, store.lease():
        return statekeeping.load(
            store,
            branch,
            published,
            feeds=config.feed_list(),
            name=config.edition.name,
            outputs=[published.key],
        )


def _kept(config: Config) -> tuple[GitOutput, GitBranch]:
    settings = [o for o in config.outputs if isinstance(o, GitOutputSettings)]
    if not settings:
        raise ConfigError(
            "outputs: the state is kept beside the digest, and no output of kind git is configured",
            key="outputs",
        )
    branch = GitBranch(settings[0].remote, BRANCH, clones=clones_of(config))
    return git_outputs(config)[0], branch
