"""What a person typed → a moment, a span of time; or an error that names the option."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.config.values import duration
from digest.errors import ConfigError

EARLIEST, LATEST = 1990, 2999  # years of --at: feeds did not exist before, sums overflow after
FARTHEST = timedelta(days=3650)


def moment(at: str | None, timezone: str, now: datetime) -> datetime:
    """Return the moment ``--at`` names, in UTC; ``now`` where it is left out.

    A time without an offset is in ``timezone``. Raises ConfigError.
    """
    if at is None:
        return now
    try:
        named = datetime.fromisoformat(at)
    except ValueError:
        raise ConfigError(
            f"--at: “{at}” is no ISO 8601 time, such as 2026-03-01T06:30", key="--at"
        ) from None
    if not EARLIEST <= named.year <= LATEST:
        raise ConfigError(
            f"--at: the year {named.year} is not between {EARLIEST} and {LATEST}", key="--at"
        )
    if named.tzinfo is None:
        named = named.replace(tzinfo=ZoneInfo(timezone))
    return named.astimezone(UTC)


def span(since: str) -> timedelta:
    """Return the span ``--since`` names; raises ConfigError."""
    expected = f"--since: “{since}” is no span such as 12h or 7d"
    if since == "last":
        raise ConfigError(
            "--since: “last” is not available in this version; give a span such as 12h or 7d",
            key="--since",
        )
    try:
        back = duration(since)
    except (ValueError, OverflowError):
        raise ConfigError(expected, key="--since") from None
    if not timedelta() < back <= FARTHEST:
        raise ConfigError(f"{expected}, and at most {FARTHEST.days}d", key="--since")
    return back
