"""Learn what speaks for and against two articles telling one event.

    python -m benchmarks.pairweights --gold FILE [FILE …] --embeddings PATH
        [--write digest/core/pairweights.py]

Logistic regression over the pairs of reports within the window, on the columns that
``similarity.features`` gives, once without the meaning and once with it. A large story has many
pairs: each weighs 1 ÷ √(its reports − 1), lest the largest alone decide. Pairs of stories that may
be joined or not teach nothing, and pairs without a letter or a meaning in common are left out:
there are many, and all say the same. The same files give the same weights.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import labelled
from benchmarks.labelled import Labels
from digest.core import similarity
from digest.core.traits import Traits
from digest.core.traits import traits as traits_of
from digest.models import Article

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digest.core.similarity import Floats, Indices

PENALTY: Final = 2.0  # on the squares of standardised weights
LEAST_MEANING: Final = 0.3
_STEPS: Final = 100
_LONGEST: Final = 3.0  # step of a standardised weight; keeps Newton's method from leaping


@dataclass(frozen=True)
class Pairs:
    """Pairs of articles within the window: indices, columns, and what is to be learnt of them."""

    first: Indices
    second: Indices
    x: Floats
    same: Floats  # 1 for one story
    weight: Floats  # 0: teaches nothing
    by_hand: Floats  # what is added to the learnt sum


def pairs(traits: Traits, labels: Labels) -> Pairs:
    """Return every pair within the window."""
    import numpy as np

    story = np.array(labels.story)
    first, second = (side.astype(np.int64) for side in np.triu_indices(len(story), 1))
    near = similarity.apart(traits, first, second) <= similarity.WINDOW_HOURS
    first, second = first[near], second[near]
    same = story[first] == story[second]
    sizes = Counter(s for s, c in zip(labels.story, labels.counted, strict=True) if c)
    share = np.array([1 / max(1, sizes[s] - 1) ** 0.5 for s in labels.story])
    counted = np.array(labels.counted, dtype=bool)
    either = [
        frozenset(names) in labels.may_merge
        for names in zip(story[first].tolist(), story[second].tolist(), strict=True)
    ]
    weight = np.where(same, share[first], 1.0) * (counted[first] & counted[second])
    weight[np.array(either, dtype=bool) | similarity.foreign(traits, first, second)] = 0
    x = similarity.features(traits, first, second)
    by_hand = similarity.by_hand(traits, first, second, x)
    return Pairs(first, second, x, same.astype(float), weight, by_hand)


def learnt(given: Pairs, chosen: NDArray[np.bool_], names: Sequence[str]) -> dict[str, float]:
    """Return the weights of the columns ``names``, bias first, from the ``chosen`` pairs."""
    import numpy as np

    columns = [list(similarity.SIGNS).index(name) for name in names]
    x = given.x[:, columns]
    alike = given.x[:, similarity.SIGNS.index("characters")] > 0
    if "meaning" in names:
        alike |= given.x[:, similarity.SIGNS.index("meaning")] > LEAST_MEANING
    used = chosen & alike & (given.weight > 0)
    bias, weights = fitted(x[used], given.same[used], given.weight[used])
    return {"bias": bias, **dict(zip(names, np.asarray(weights).tolist(), strict=True))}


def fitted(x: Floats, y: Floats, weight: Floats) -> tuple[float, Floats]:
    """Return bias and weights of a logistic regression with a penalty, by Newton's method."""
    import numpy as np

    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread[spread == 0] = 1
    z = np.column_stack([np.ones(len(x)), (x - mean) / spread])
    penalty = np.array([0.0, *[PENALTY] * x.shape[1]])
    found = np.zeros(z.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(z @ found, -30, 30)))
        slope = z.T @ (weight * (chance - y)) + penalty * found
        bend = weight * np.maximum(chance * (1 - chance), 1e-9)
        step = np.linalg.solve((z * bend[:, None]).T @ z + np.diag(penalty), slope)
        found -= step * min(1.0, _LONGEST / max(1e-12, np.abs(step).max()))
        if np.abs(step).max() < 1e-10:
            break
    weights = found[1:] / spread
    return float(found[0] - weights @ mean), weights


def module(words: Mapping[str, float], meaning: Mapping[str, float], command: str) -> str:
    """Return the source of the weights' module."""
    return f'''"""What speaks for and against two articles telling one event: weights, as text.

Made by
``{command}``.
What each column holds stands in ``similarity``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# By words alone.
WORDS: Final[Mapping[str, float]] = {{
{_lines(words)}
}}
# And with the meaning of the titles, on the scale of all-MiniLM-L6-v2.
MEANING: Final[Mapping[str, float]] = {{
{_lines(meaning)}
}}
'''


def _lines(weights: Mapping[str, float]) -> str:
    return "\n".join(f'    "{name}": {value:.3f},' for name, value in weights.items())


def traits(articles: Sequence[Article], model: str) -> Traits:
    """Return what of the articles counts, with the meaning that the model in a folder gives."""
    return traits_of(articles, labelled.meaning(articles, model))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pairweights")
    parser.add_argument("--gold", nargs="+", type=Path, required=True, metavar="FILE")
    parser.add_argument("--embeddings", required=True, metavar="PATH")
    parser.add_argument("--write", type=Path, metavar="FILE")
    asked = parser.parse_args()
    import numpy as np

    sets = []
    for path in asked.gold:
        articles, labels = labelled.read(path)
        sets.append(pairs(traits(articles, asked.embeddings), labels))
    held = [tuple(getattr(found, f.name) for found in sets) for f in fields(Pairs)]
    given = Pairs(*map(np.concatenate, held))
    every = np.ones(len(given.same), dtype=bool)
    words = learnt(given, every, similarity.SIGNS[:-1])
    meaning = learnt(given, every, similarity.SIGNS)
    names = " ".join(path.name for path in asked.gold)
    model = Path(asked.embeddings).name
    command = f"python -m benchmarks.pairweights --gold {names} --embeddings {model}"
    source = module(words, meaning, command)
    if asked.write:
        asked.write.write_text(source, encoding="utf-8")
        print(f"{asked.write}: {len(given.same):,} pairs, {int(given.same.sum()):,} of one story")
    else:
        print(source)


if __name__ == "__main__":
    main()
