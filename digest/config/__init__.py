"""YAML and environment → one frozen Config, or an error that names the key."""

from digest.config.email import (
    BounceSettings,
    DkimSettings,
    EmailOutputSettings,
    ImapSettings,
    SmtpSettings,
)
from digest.config.mailvalues import Named
from digest.config.models import EmbeddingSettings, ModelSettings
from digest.config.outputs import (
    FileOutputSettings,
    GitOutputSettings,
    MarkdownOutputSettings,
    OutputSettings,
)
from digest.config.reading import load, parse
from digest.config.schema import (
    Config,
    EditionSettings,
    FeedSettings,
    FetchSettings,
    Schedule,
    WebSettings,
)

__all__ = [
    "BounceSettings",
    "Config",
    "DkimSettings",
    "EditionSettings",
    "EmailOutputSettings",
    "EmbeddingSettings",
    "FeedSettings",
    "FetchSettings",
    "FileOutputSettings",
    "GitOutputSettings",
    "ImapSettings",
    "MarkdownOutputSettings",
    "ModelSettings",
    "Named",
    "OutputSettings",
    "Schedule",
    "SmtpSettings",
    "WebSettings",
    "load",
    "parse",
]
