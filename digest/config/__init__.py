"""YAML and environment → one frozen Config, or an error that names the key."""

from digest.config.reading import load, parse
from digest.config.schema import (
    Config,
    EditionSettings,
    FeedSettings,
    FetchSettings,
    ModelSettings,
    OutputSettings,
    Schedule,
)

__all__ = [
    "Config",
    "EditionSettings",
    "FeedSettings",
    "FetchSettings",
    "ModelSettings",
    "OutputSettings",
    "Schedule",
    "load",
    "parse",
]
