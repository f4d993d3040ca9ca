"""Which pairs of articles are worth a closer look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.core.similarity import WINDOW_HOURS, Traits

if TYPE_CHECKING:
    from digest.core.similarity import Indices


def pairs(t: Traits, chosen: Indices) -> tuple[Indices, Indices]:
    """Return the pairs of ``chosen`` articles (places in it, lower first) that may tell one event.

    ``chosen`` are indices of ``t``, in order.
    """
    import numpy as np

    first, second = np.triu_indices(len(chosen), 1)
    hours = t.hours[chosen]
    near = np.abs(hours[first] - hours[second]) <= WINDOW_HOURS
    return first[near].astype(np.int64), second[near].astype(np.int64)
