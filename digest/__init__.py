"""Digest: from news feeds to one AI-industry digest a day."""

__version__ = "0.1.0"
