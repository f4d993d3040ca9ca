"""What is remembered of a web site between runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HostState:
    """One origin: its robots.txt, and whether it asked to be left alone for a while."""

    origin: str  # "https://example.org", with a port where it is not the scheme's own
    # What its robots.txt says to us; "" for nothing, None: could not be had, or not asked yet.
    robots: str | None = None
    robots_at: datetime | None = None  # when it was asked for, whatever came of it
    put_off_until: datetime | None = None
    put_off_why: str = ""  # a phrase: "answered 429"
