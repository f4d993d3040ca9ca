"""How likely two articles tell one event: words, names, numbers, meaning and the hours between.

Nothing but the two articles counts. What a word weighs, which names stand longer than any event
and how much each sign says are frozen in the tables beside this module: else the same two articles
would be one story on a busy day and two on a quiet one.

Every sign is a product of two sparse rows, or a figure of the two articles, so a million pairs are
a few array operations. The log-odds are their weighted sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from digest.core import pairweights
from digest.core.rows import against, count, shared, squares
from digest.core.traits import Traits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digest.core.rows import Floats as Floats
    from digest.core.rows import Indices as Indices

WINDOW_HOURS: Final = 96.0  # further apart, two reports tell two events
CLIP: Final = 6.0  # log-odds beyond which a pair says no more; unknown pairs count as -CLIP
# A lead shares words by chance that a title does not, and the weights were learnt on titles. By
# words alone -0.5 to -1.25 group microsoft_openai_2025-06 alike (benchmarks.grouping), 0 worse.
LEAD: Final = -1.1
# Two headlines of one template ("X releases Y 2.1", "X releases Y 2.2") have all in common but the
# names or numbers, which are what tells them apart. Set by hand: too few such are labelled.
TEMPLATE: Final = -8.0
_OTHERS: Final = ("other_companies", "other_numbers", "other_names")
_LEAST: Final = 1.0  # of a name's or number's weight, to be more than a rounding
_FRAME: Final = 0.25  # of the weight of what a template's headlines share, how much else may differ
# Two languages share names and numbers alone: two names and a number, or three names, are enough,
# one name and a number are not. Set by hand; what is against weighs as it was learnt on English.
FOREIGN: Final[Mapping[str, float]] = {
    "bias": -6.0,
    "shared_names": 2.0,
    "shared_numbers": 3.0,
    "hours": -0.45,
    "publisher": -2.9,
    "other_companies": -1.5,
    "other_numbers": -1.7,
    "like_meaning": 9.0,
}
LIKE: Final = 0.4  # mean cosine of two titles of one event (``yardstick``): it says nothing
_BLOCK: Final = 20_000  # pairs looked at at once, so that their rows take little memory
_LETTERED: Final = 4_000  # pairs looked at at once with all letters, so many as a cache holds
_GATHERED: Final = 10_000  # vectors at once, so many as a processor's cache holds
_PLAIN: Final[Mapping[str, str]] = {
    "characters": "shared words",
    "hours": "hours between",
    "publisher": "same publisher",
    "companies": "shared companies, products or places",
    "other_companies": "other companies, products or places",
    "other_numbers": "other numbers",
    "other_names": "other names",
    "bigrams": "shared runs of words",
    "meaning": "meaning of the titles",
    "lead": "longer texts share more words",
    "template": "one headline with other names or numbers",
    "shared_names": "shared names, in two languages",
    "shared_numbers": "shared numbers, in two languages",
    "like_meaning": "meaning of the titles, in two languages",
}
SIGNS: Final = (
    *("characters", "hours", "publisher", "companies", "other_companies", "other_numbers"),
    *("other_names", "bigrams", "meaning"),
)


def log_odds(t: Traits, first: Indices, second: Indices, cosine: Floats | None = None) -> Floats:
    """Return the clipped log-odds that each pair of articles (by index) tells one event.

    With meaning where both have a vector, by words alone elsewhere; in two languages by names and
    numbers. Pairs further apart than the window get -CLIP. ``cosine`` stands for the likeness of
    the characters: an estimate, at a third of the time.
    """
    import numpy as np

    found = np.empty(len(first))
    block = _LETTERED if cosine is None else _BLOCK
    for start in range(0, len(first), block):
        part = slice(start, start + block)
        given = None if cosine is None else cosine[part]
        found[part] = _log_odds(t, first[part], second[part], given)
    return found


def parts(t: Traits, one: int, other: int) -> list[tuple[str, float]]:
    """Return what speaks for (above zero) and against two articles telling one event, in words,
    the strongest first. The shares and the bias make the log-odds.
    """
    import numpy as np

    first, second = np.array([one], dtype=np.int64), np.array([other], dtype=np.int64)
    if foreign(t, first, second)[0]:
        row = dict(zip(tuple(FOREIGN)[1:], _across(t, first, second)[0].tolist(), strict=True))
        weights = FOREIGN
    else:
        meant = bool(t.has_vector[one] and t.has_vector[other])
        weights = {**(pairweights.MEANING if meant else pairweights.WORDS), "template": TEMPLATE}
        weights |= {} if meant else {"lead": LEAD}
        x = features(t, first, second)
        row = dict(zip(SIGNS, x[0].tolist(), strict=True))
        row["lead"] = float(_lead(t, first, second)[0])
        row["template"] = float(_template(t, first, second, x)[0])
    shares = [(_PLAIN[name], weights.get(name, 0.0) * value) for name, value in row.items()]
    told = [(name, share) for name, share in shares if share]
    return sorted(told, key=lambda item: (-abs(item[1]), item[0]))


def features(t: Traits, first: Indices, second: Indices, cosine: Floats | None = None) -> Floats:
    """Return one row per pair: ``SIGNS``. ``cosine`` as in ``log_odds``."""
    import numpy as np

    companies = shared(t.told.standing, first, second)
    had = count(t.told.standing)
    either = had[first] + had[second] - companies
    return np.column_stack(
        [
            np.sqrt(shared(t.told.grams, first, second) if cosine is None else cosine),
            np.sqrt(apart(t, first, second)),
            t.domain[first] == t.domain[second],
            np.divide(companies, either, out=np.zeros_like(companies), where=either > 0),
            against(t.told.standing, first, second),
            against(t.told.figures, first, second),
            against(t.told.names, first, second),
            np.log1p(shared(t.told.runs, first, second)),
            meaning_of(t, first, second),
        ]
    )


def meaning_of(t: Traits, first: Indices, second: Indices) -> Floats:
    """Return how near the titles' meanings are, on the scale that the weights were learnt on."""
    import numpy as np

    found = np.empty(len(first))
    for start in range(0, len(first), _GATHERED):
        part = slice(start, start + _GATHERED)
        found[part] = np.einsum("ij,ij->i", t.vectors[first[part]], t.vectors[second[part]])
    return t.slope * found + t.shift


def _log_odds(t: Traits, first: Indices, second: Indices, cosine: Floats | None) -> Floats:
    import numpy as np

    x = features(t, first, second, cosine)
    meant = t.has_vector[first] & t.has_vector[second]
    found = np.where(meant, weighed(x, pairweights.MEANING), weighed(x, pairweights.WORDS))
    found = np.clip(found + by_hand(t, first, second, x), -CLIP, CLIP)
    at = np.flatnonzero(foreign(t, first, second))
    if len(at):
        across = _across(t, first[at], second[at]) @ np.array(list(FOREIGN.values())[1:])
        found[at] = np.clip(across + FOREIGN["bias"], -CLIP, CLIP)
    found[apart(t, first, second) > WINDOW_HOURS] = -CLIP
    return found


def weighed(x: Floats, weights: Mapping[str, float]) -> Floats:
    """Return the log-odds of ``features`` rows."""
    import numpy as np

    return np.asarray(x @ np.array([weights.get(name, 0.0) for name in SIGNS]) + weights["bias"])


def by_hand(t: Traits, first: Indices, second: Indices, x: Floats) -> Floats:
    """Return what is added to the learnt sum of ``features`` rows: leads and templates."""
    told = ~(t.has_vector[first] & t.has_vector[second]) & _lead(t, first, second)
    return LEAD * told + TEMPLATE * _template(t, first, second, x)


def _template(t: Traits, first: Indices, second: Indices, x: Floats) -> NDArray[np.bool_]:
    """Return which pairs are one headline with other names or numbers filled in."""
    import numpy as np

    found = np.asarray(x[:, [SIGNS.index(name) for name in _OTHERS]].any(axis=1))
    at = np.flatnonzero(found)
    one, two = first[at], second[at]
    framed = shared(t.told.frame, one, two)
    filled = shared(t.told.filling, one, two)
    frames = squares(t.told.frame[one]) + squares(t.told.frame[two])
    fillings = np.minimum(squares(t.told.filling[one]), squares(t.told.filling[two]))
    differ = frames - 2 * framed
    own = fillings - filled
    found[at] = (framed > 0) & (differ <= _FRAME * framed) & (own > _LEAST)
    return found


def _lead(t: Traits, first: Indices, second: Indices) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = t.has_lead[first] | t.has_lead[second]
    return found


def foreign(t: Traits, first: Indices, second: Indices) -> NDArray[np.bool_]:
    """Return which pairs are known to be written in two languages."""
    one, two = t.language[first], t.language[second]
    found: NDArray[np.bool_] = (one != two) & (one != 0) & (two != 0)
    return found


def _across(t: Traits, first: Indices, second: Indices) -> Floats:
    """Return one row per pair of articles in two languages: what ``FOREIGN`` weighs."""
    import numpy as np

    meant = t.has_vector[first] & t.has_vector[second]
    return np.column_stack(
        [
            np.minimum(shared(t.told.names, first, second), 3),
            np.minimum(shared(t.told.figures, first, second), 2),
            np.sqrt(apart(t, first, second)),
            t.domain[first] == t.domain[second],
            against(t.told.standing, first, second),
            against(t.told.figures, first, second),
            np.where(meant, meaning_of(t, first, second) - LIKE, 0.0),
        ]
    )


def apart(t: Traits, first: Indices, second: Indices) -> Floats:
    """Return the least hours between the two; a day without a time reaches over all of it."""
    import numpy as np

    one, two = t.hours[first], t.hours[second]
    gap = np.maximum(one - two - t.length[second], two - one - t.length[first])
    return np.asarray(np.maximum(gap, 0.0))
