"""The machine's own figures: clocks, memory, randomness, names for runs."""

from __future__ import annotations

import resource
import secrets
import sys
import time
from datetime import UTC, datetime

_RSS_UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024  # ru_maxrss counts bytes or KiB


class Machine:
    """Fills the Meter port."""

    def seconds(self) -> float:
        """Return a monotonic reading, in seconds."""
        return time.monotonic()

    def rss_mb(self) -> float:
        """Return this process's peak resident size, in MiB."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _RSS_UNIT


def utc_now() -> datetime:
    """Return the time, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def fence() -> str:
    """Return a line nobody can guess, for fencing untrusted text off in a prompt."""
    return secrets.token_hex(8)


def run_id(now: datetime) -> str:
    """Return a name for a run that sorts by time and repeats no other."""
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
