"""What is remembered of a web site between runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HostState:
    """The robots.txt of an origin, or until when a host asked to be left alone."""

    # "https://example.org", with a port where it is not the scheme's own; for what was put off the
    # name alone, "example.org"
    origin: str
    # What its robots.txt last said to us; "" for nothing, None: it was never had.
    robots: str | None = None
    robots_at: datetime | None = None  # when it was asked for, whatever came of it
    put_off_until: datetime | None = None
    put_off_why: str = ""  # a phrase: "answered 429"
    robots_lost: bool = False  # it could not be had when it was last asked for
