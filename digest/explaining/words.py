"""Times, chances and outcomes as an explanation says them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from digest.render.wording import count


def moment(at: datetime) -> str:
    """Return "2026-08-05 06:30 UTC"."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def counted(counts: Mapping[str, int]) -> str:
    """Return counts, named in the plural, as words: "14 feeds, 1 story"."""
    return ", ".join(
        count(number, f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s"), name)
        for name, number in counts.items()
    )


def apart(hours: float) -> str:
    """Return "3 hours apart"."""
    whole = round(hours)
    return "less than an hour apart" if whole == 0 else f"{count(whole, 'hour', 'hours')} apart"
