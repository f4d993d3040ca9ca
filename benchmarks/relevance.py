"""How well AI-industry news is told from other news: ``python -m benchmarks.relevance``.

    python -m benchmarks.relevance --gold FILE [--cross-validate] [--also FILE …] [--tagged DIR]
                                   [--out SCORES.json]

``--gold`` is a JSON list of headlines, {title, ai}, or a file of stories' reports, {items: [{id,
title, ai_relevant, …}]}; titles alone are read. What is wrong is printed by its id or its place in
the file; the last line is one JSON object:

- ``mode``: "shipped", the weights as they are shipped (learnt on the sets that lie in the project's
  data: their figures there are flattered), or "cross-validated": of ten folds each is scored with
  the weights that ``benchmarks.wordweights`` learns on the nine others, on the sets given with
  ``--also`` and on the outlet's feeds given with ``--tagged``. Of items of the same story all are
  in one fold.
- ``precision``, ``recall``, ``f1``, and ``f1_interval``: 95 %, from 2,000 samples of the items
  drawn with replacement, from a fixed seed.
- ``word_list_f1`` (and its precision and recall): the same titles by a plain list of words, below.
- ``f1_gain_interval``: our F1 less that of the list, on the same samples.
- ``folds``: each fold's F1.
- ``f1_seen_words``: the words themselves were listed by hand, and no fold can take back what an
  author has read. This is the figure when only words count that occur in what was learnt from: a
  floor, since it also takes away what anyone would have listed.
- ``wrong``: how many are; with the shipped weights also ``doubtful``, the share of items in the
  doubtful middle, and ``doubtful_wrong``: how many of the wrong ones lie in it.

``--out`` gets a list of {id, score, relevant}.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import wordweights
from benchmarks.marks import Marks
from benchmarks.wordweights import Labelled, Weights
from digest.core import relevance

FOLDS, SAMPLES, SEED = 10, 2_000, 5

# What one would write in ten minutes, matched as whole words whatever their case, plurals too.
WORD_LIST = (
    "ai", "a.i.", "artificial intelligence", "machine learning", "deep learning", "neural network",
    "generative", "genai", "agentic", "agi", "superintelligence", "chatbot", "llm",
    "language model", "gpt", "chatgpt", "openai", "anthropic", "claude", "gemini", "copilot",
    "deepmind", "deepseek", "mistral", "llama", "grok", "xai", "hugging face", "midjourney",
    "perplexity", "nvidia",
)  # fmt: skip
_LISTED = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, WORD_LIST))})s?(?!\w)", re.I)


def marks(found: Iterable[bool], items: Sequence[Labelled]) -> Marks:
    """Return how what was found agrees with the labels."""
    pairs = list(zip(found, (item.relevant for item in items), strict=True))
    return Marks(
        sum(f and r for f, r in pairs),
        sum(f and not r for f, r in pairs),
        sum(r and not f for f, r in pairs),
    )


def in_list(title: str) -> bool:
    """Decide by the plain list of words."""
    return _LISTED.search(title) is not None


def folds(items: Sequence[Labelled], count: int = FOLDS) -> list[int]:
    """Return each item's fold: stories whole, relevant and other items spread alike."""
    groups: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        groups.setdefault(item.story or item.key, []).append(place)
    shuffled = sorted(groups.values())
    random.Random(SEED).shuffle(shuffled)  # noqa: S311 - no secret
    shuffled.sort(key=lambda group: items[group[0]].relevant)
    fold_of = [0] * len(items)
    for turn, group in enumerate(shuffled):
        for place in group:
            fold_of[place] = turn % count
    return fold_of


def probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def cross_validated(
    items: Sequence[Labelled], others: Sequence[Labelled], fold_of: Sequence[int]
) -> tuple[list[float], list[float]]:
    """Return each item's score by weights learnt without its fold: with all the words, and with
    those alone that occur in what was learnt from.
    """
    whole, seen = [0.0] * len(items), [0.0] * len(items)
    for fold in range(max(fold_of) + 1):
        learnt_on = [i for i, f in zip(items, fold_of, strict=True) if f != fold] + [*others]
        weights: Weights = wordweights.learn(learnt_on, reference=items[0].source)
        known = frozenset(p for i in learnt_on for p in relevance.phrases(f"{i.title}\n{i.lead}"))
        for place, item in enumerate(items):
            if fold_of[place] == fold:
                whole[place] = probability(weights.score(item))
                seen[place] = probability(weights.score(item, known))
    return whole, seen


def report(
    items: Sequence[Labelled], others: Sequence[Labelled], *, cross_validate: bool
) -> tuple[dict[str, object], list[float]]:
    """Return the figures and each item's score."""
    fold_of = folds(items)
    if cross_validate:
        scores, seen = cross_validated(items, others, fold_of)
    else:
        scores, seen = [relevance.score(item.title, "") for item in items], []
    found = [score >= relevance.THRESHOLD for score in scores]
    listed = [in_list(item.title) for item in items]
    ours, theirs = marks(found, items), marks(listed, items)
    f1s, gains = _samples(found, listed, items)
    wrong = [s for s, f, i in zip(scores, found, items, strict=True) if f != i.relevant]
    figures: dict[str, object] = {
        "mode": "cross-validated" if cross_validate else "shipped",
        "items": len(items),
        "relevant": sum(item.relevant for item in items),
        **_rounded(precision=ours.precision, recall=ours.recall, f1=ours.f1),
        "f1_interval": _interval(f1s),
        **_rounded(
            word_list_f1=theirs.f1,
            word_list_precision=theirs.precision,
            word_list_recall=theirs.recall,
        ),
        "f1_gain_interval": _interval(gains),
        "folds": [
            round(_of_fold(found, items, fold_of, fold).f1, 3) for fold in range(max(fold_of) + 1)
        ],
        "wrong": len(wrong),
    }
    if seen:
        by_seen = marks((score >= relevance.THRESHOLD for score in seen), items)
        figures |= _rounded(f1_seen_words=by_seen.f1)
    else:
        figures |= _rounded(doubtful=sum(map(relevance.doubtful, scores)) / len(items))
        figures["doubtful_wrong"] = sum(map(relevance.doubtful, wrong))
    return figures, scores


def _of_fold(
    found: Sequence[bool], items: Sequence[Labelled], fold_of: Sequence[int], fold: int
) -> Marks:
    places = [place for place, other in enumerate(fold_of) if other == fold]
    return marks((found[p] for p in places), [items[p] for p in places])


def _samples(
    found: Sequence[bool], listed: Sequence[bool], items: Sequence[Labelled]
) -> tuple[list[float], list[float]]:
    """Return our F1, and what it is above the list's, on each sample of the items."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    places = range(len(items))
    f1s, gains = [], []
    for _ in range(SAMPLES):
        drawn = chance.choices(places, k=len(items))
        those = [items[p] for p in drawn]
        ours = marks((found[p] for p in drawn), those).f1
        f1s.append(ours)
        gains.append(ours - marks((listed[p] for p in drawn), those).f1)
    return f1s, gains


def _interval(samples: list[float]) -> list[float]:
    ordered = sorted(samples)
    return [round(ordered[int(len(ordered) * share)], 4) for share in (0.025, 0.975)]


def _rounded(**values: float) -> dict[str, object]:
    return {name: round(value, 4) for name, value in values.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure how well AI-industry news is told.")
    parser.add_argument("--gold", type=Path, required=True, help="labelled titles")
    parser.add_argument("--cross-validate", action="store_true")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="learn from these too")
    parser.add_argument("--tagged", type=Path, help="and from one outlet's feeds, by their tags")
    parser.add_argument("--out", type=Path, help="write each item's score")
    asked = parser.parse_args(arguments)
    items = wordweights.labelled(asked.gold, "gold")
    others = [i for path in asked.also for i in wordweights.labelled(path, path.stem)]
    if asked.tagged:
        others += wordweights.tagged(asked.tagged)
    figures, scores = report(items, others, cross_validate=asked.cross_validate)
    for item, score in zip(items, scores, strict=True):
        if (score >= relevance.THRESHOLD) != item.relevant:
            print(f"{'missed' if item.relevant else 'wrongly found'}: {item.key} ({score:.2f})")
    if asked.out:
        rows = [
            {"id": item.key, "score": round(score, 4), "relevant": item.relevant}
            for item, score in zip(items, scores, strict=True)
        ]
        asked.out.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
