"""Whether a figure is what a source's figure comes to when it is rounded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_VALUE: Final = re.compile(r"(?:(?P<currency>[a-z]{3}) )?(?P<value>\d+(?:\.\d+)?)(?P<unit>%|pp|x)?")


def rounded(number: str, figures: Iterable[str]) -> bool:
    """Whether a source's figure rounds to this one, or says it without naming the currency.

    Money, percentages and numbers from a thousand on may be rounded, by at most 5 %; years, dates,
    durations and small counts may not.
    """
    said = _VALUE.fullmatch(number)
    if not said:
        return False
    value = float(said["value"])
    digits = len(said["value"].replace(".", "").strip("0")) or 1
    year = not said["currency"] and not said["unit"] and 1900 <= value < 2100
    for figure in figures:
        held = _VALUE.fullmatch(figure)
        if not held or held["unit"] != said["unit"]:
            continue
        exact = float(held["value"])
        same_currency = held["currency"] == said["currency"]
        if exact == value and exact >= 1000 and not (held["currency"] and said["currency"]):
            return True
        if not same_currency or year or not (said["currency"] or said["unit"] or value >= 1000):
            continue
        if float(f"{exact:.{digits - 1}e}") == value and abs(exact - value) <= 0.05 * value:
            return True
    return False
