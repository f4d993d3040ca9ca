"""Learn what the words of ``digest/core/vocabulary.py`` weigh, and write it down as text.

    python -m benchmarks.wordweights --headlines FILE --stories FILE --tagged DIR
                                     [--write digest/core/wordweights.py]

``--headlines`` and ``--stories`` are labelled sets as ``benchmarks.relevance`` reads them,
``--tagged`` a folder of feeds of one outlet that tags its own articles on AI with the category
"AI"; each of those counts once, with its summary as lead.

The model is the sum that ``digest.core.relevance`` forms, with the same bounds, and a logistic
loss. A word weighs what its group weighs plus what is its own; both are held back by a quadratic
penalty (L2), the group's towards the weight set by hand before (``HAND``), the word's own towards
none, so that a word seldom seen weighs what its group does. Each source has its own start, since
each was drawn in its own way; the headlines', drawn without regard to their words, is shipped, plus
``LEAN``, as a story that is left out costs more than one too many, which ranks low. The lead's
factor and the price's weight are learnt as well. The leads are cut to
``relevance.SHORT_LEAD``, as the factor is for short ones. Words whose own part moves less than
``TOLD`` from the group's are not written.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest.core import relevance, vocabulary

# The weights set by hand from what a word means: where learning starts from and is drawn to.
HAND = {
    "subject": 4.0,
    "labs": 4.0,
    "products": 4.0,
    "names": 2.7,
    "people": 3.0,
    "craft": 2.7,
    "chips": 2.7,
    "sites": 1.9,
    "robots": 2.3,
    "cars": 2.3,
    "terms": 1.3,
    "companies": 0.3,
    "hints": 0.3,
    "other_meanings": 0.0,
    "selling": -5.0,
    "other_fields": -1.5,
}
HAND_START, HAND_LEAD, HAND_PRICE, HAND_ADVICE = -2.2, 0.5, -4.5, -1.5
# Cross-validated by the words that were learnt from: of 586 relevant reports ten are missed
# without it and none with it; ten of 22 others and one headline of 60 more are wrongly found.
LEAN = 0.6
GROUP_SPREAD, WORD_SPREAD, LEAD_SPREAD, PRICE_SPREAD, ADVICE_SPREAD = 1.0, 0.5, 0.25, 2.0, 0.5
TOLD = 0.1
FIXED = ("other_meanings",)  # these only hide other words


@dataclass(frozen=True, slots=True)
class Labelled:
    """An entry and whether it is AI-industry news, with the set it is from."""

    title: str
    relevant: bool
    source: str
    lead: str = ""
    key: str = ""
    story: str = ""  # items of one story are never learnt from to score one another


@dataclass(frozen=True, slots=True)
class Weights:
    """What ``digest.core.wordweights`` holds."""

    start: float
    lead: float
    price: float
    advice: float
    groups: Mapping[str, float]
    words: Mapping[str, float]

    def score(self, item: Labelled, known: frozenset[str] | None = None) -> float:
        """Return the log-odds of an item; with ``known``, by these phrases alone."""
        found = [p for p in relevance.phrases(item.title) if known is None or p in known]
        more = [
            p
            for p in relevance.phrases(item.lead[: relevance.SHORT_LEAD])
            if p not in found and (known is None or p in known)
        ]
        of_lead = [x for x in map(self._of, more) if not -2 < x < 0]
        most = relevance.LEAD_MOST
        return (
            self.start
            + relevance.bounded(map(self._of, found))
            + self.price * relevance.for_sale(item.title)
            + self.advice * relevance.advises(item.title)
            + max(-most, min(most, self.lead * relevance.bounded(of_lead)))
        )

    def _of(self, phrase: str) -> float:
        return self.words.get(phrase, self.groups[_GROUP_OF[phrase]])


_GROUP_OF = {
    phrase: group
    for group, block in reversed(list(vocabulary.GROUPS.items()))
    for phrase in relevance.listed(block)
}


def labelled(path: Path, source: str) -> list[Labelled]:
    """Return the items of a file of headlines ({title, ai}) or of stories' reports.

    Of stories, as of headlines, the title alone is read.
    """
    data = json.loads(path.read_text("utf-8"))
    rows = data["items"] if isinstance(data, dict) else data
    return [
        Labelled(
            row["title"],
            bool(row["ai"] if "ai" in row else row["ai_relevant"]),
            source,
            key=row.get("id") or f"{place:04d}",
            story=row.get("story_id", ""),
        )
        for place, row in enumerate(rows)
    ]


def tagged(folder: Path) -> list[Labelled]:
    """Return the entries of an outlet's feeds, each once; its category "AI" is the label."""
    import feedparser

    from digest.core.text import plain

    found = {}
    for path in sorted(folder.glob("*.xml")):
        for entry in feedparser.parse(path.read_bytes()).entries:
            link, tags = entry.get("link", ""), [tag.term for tag in entry.get("tags", [])]
            title, lead = plain(entry.get("title", "")), plain(entry.get("summary", ""))
            found[link] = Labelled(title, "AI" in tags, "tagged", lead, link)
    return list(found.values())


def learn(
    items: Sequence[Labelled],
    *,
    reference: str,
    group_spread: float = GROUP_SPREAD,
    word_spread: float = WORD_SPREAD,
) -> Weights:
    """Return the weights of the least penalised loss; ``reference`` is the source whose start
    they hold.
    """
    import numpy as np
    from scipy.optimize import minimize

    problem = _Problem(items, group_spread, word_spread)
    found = minimize(problem.loss, problem.first(), jac=True, method="L-BFGS-B")
    found = minimize(problem.loss, found.x, jac=True, method="L-BFGS-B")  # the bounds have corners
    starts, lead, price, advice, groups, own = problem.split(found.x)
    weigh = groups[problem.group_of] + own
    # Each word stays on its side of what divides those that only confirm from the rest.
    weigh = np.where(problem.weak, np.minimum(weigh, relevance.WEAK - 0.01), weigh)
    return Weights(
        start=float(starts[problem.sources.index(reference)]) + LEAN,
        lead=float(lead),
        price=float(price),
        advice=float(advice),
        groups={name: float(w) for name, w in zip(HAND, groups, strict=True)},
        words={
            phrase: float(w)
            for phrase, w, moved in zip(problem.phrases, weigh, np.abs(own), strict=True)
            if moved >= TOLD
        },
    )


class _Problem:
    """The loss and its gradient over the labelled items."""

    def __init__(self, items: Sequence[Labelled], group_spread: float, word_spread: float) -> None:
        import numpy as np

        titles = [set(relevance.phrases(item.title)) for item in items]
        leads = [
            set(relevance.phrases(item.lead[: relevance.SHORT_LEAD])) - title
            for item, title in zip(items, titles, strict=True)
        ]
        self.phrases = sorted(set().union(*titles, *leads))
        self.sources = sorted({item.source for item in items})
        names = list(HAND)
        self.group_of = np.array([names.index(_GROUP_OF[p]) for p in self.phrases], int)
        by_hand = np.array(list(HAND.values()))[self.group_of]
        self.weak = (by_hand >= 0) & (by_hand < relevance.WEAK)
        self.title = self._marks(titles)
        self.more = self._marks(leads) * ~((by_hand > -2) & (by_hand < 0))
        self.price = np.array([relevance.for_sale(item.title) for item in items], float)
        self.advice = np.array([relevance.advises(item.title) for item in items], float)
        self.source = np.array([self.sources.index(item.source) for item in items], int)
        self.relevant = np.array([item.relevant for item in items], float)
        self.spread = np.concatenate(
            [
                np.full(len(self.sources), 1.5),
                [LEAD_SPREAD, PRICE_SPREAD, ADVICE_SPREAD],
                [1e-3 if name in FIXED else group_spread for name in names],
                [1e-3 if names[g] in FIXED else word_spread for g in self.group_of],
            ]
        )

    def _marks(self, found: Sequence[set[str]]) -> Any:
        import numpy as np

        column = {phrase: n for n, phrase in enumerate(self.phrases)}
        marks = np.zeros((len(found), len(self.phrases)))
        for row, phrases in enumerate(found):
            marks[row, [column[p] for p in phrases]] = 1.0
        return marks

    def first(self) -> Any:
        import numpy as np

        return np.concatenate(
            [
                np.full(len(self.sources), HAND_START),
                [HAND_LEAD, HAND_PRICE, HAND_ADVICE],
                list(HAND.values()),
                np.zeros(len(self.phrases)),
            ]
        )

    def split(self, theta: Any) -> tuple[Any, Any, Any, Any, Any, Any]:
        """Return each source's start, the lead's factor, price, advice, groups, and words' own."""
        at = len(self.sources)
        lead, price, advice = theta[at : at + 3]
        groups, own = theta[at + 3 : at + 3 + len(HAND)], theta[at + 3 + len(HAND) :]
        return theta[:at], lead, price, advice, groups, own

    def loss(self, theta: Any) -> tuple[float, Any]:
        import numpy as np
        from scipy.special import expit

        starts, factor, price, advice, groups, own = self.split(theta)
        weigh = groups[self.group_of] + own
        of_title, title_by_word = _bounded(self.title, weigh, self.weak)
        of_lead, lead_by_word = _bounded(self.more, weigh, self.weak)
        free = np.abs(factor * of_lead) < relevance.LEAD_MOST
        added = np.clip(factor * of_lead, -relevance.LEAD_MOST, relevance.LEAD_MOST)
        titles = of_title + price * self.price + advice * self.advice
        total = starts[self.source] + titles + added
        loss = np.sum(np.logaddexp(0, total) - self.relevant * total)
        wrong = expit(total) - self.relevant
        by_word = wrong @ (title_by_word + factor * free[:, None] * lead_by_word)
        slope = np.concatenate(
            [
                np.bincount(self.source, wrong, len(self.sources)),
                [wrong @ (of_lead * free), wrong @ self.price, wrong @ self.advice],
                np.bincount(self.group_of, by_word, len(HAND)),
                by_word,
            ]
        )
        away = (theta - self.first()) / self.spread
        return float(loss + 0.5 * away @ away), slope + away / self.spread


def _bounded(marks: Any, weigh: Any, weak: Any) -> tuple[Any, Any]:
    """Return ``relevance.bounded`` of each row's weights, and its slope by word."""
    import numpy as np

    against = weigh < 0
    weak = weak & ~against
    strong = ~against & ~weak
    weak_sum = marks @ (weigh * weak)
    favour = marks @ (weigh * strong) + np.minimum(weak_sum, relevance.WEAK_MOST)
    open_end = favour < relevance.MOST
    slope = marks * (
        against
        + strong * open_end[:, None]
        + weak * (open_end & (weak_sum < relevance.WEAK_MOST))[:, None]
    )
    return np.minimum(favour, relevance.MOST) + marks @ (weigh * against), slope


def module(weights: Weights, counts: Mapping[str, int]) -> str:
    """Return the source of the weights' module."""
    groups = "\n".join(f'    "{name}": {w:.2f},' for name, w in weights.groups.items())
    words = "\n".join(f'    "{name}": {w:.2f},' for name, w in sorted(weights.words.items()))
    sets = ", ".join(f"{name}: {n}" for name, n in counts.items())
    return f'''"""What the groups of the vocabulary weigh, and words that differ from theirs.

Log-odds: 0.7 doubles the odds, 4 settles the matter. Learnt from labelled titles
({sets}) by
``python -m benchmarks.wordweights --headlines FILE --stories FILE --tagged DIR
--write digest/core/wordweights.py``; ``benchmarks.relevance`` measures them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

START: Final = {weights.start:.2f}  # a headline with none of the words
LEAD: Final = {weights.lead:.2f}  # what a word in the lead says, of what it says in the title
PRICE: Final = {weights.price:.2f}  # a shopper's price in the title
ADVICE: Final = {weights.advice:.2f}  # advice, a column in the first person, a show of one's own

GROUPS: Final[Mapping[str, float]] = {{
{groups}
}}

WORDS: Final[Mapping[str, float]] = {{
{words}
}}
'''


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Learn what the words weigh.")
    parser.add_argument("--headlines", type=Path, required=True)
    parser.add_argument("--stories", type=Path, required=True)
    parser.add_argument("--tagged", type=Path, required=True, help="a folder of one outlet's feeds")
    parser.add_argument("--write", type=Path, help="the module to make")
    asked = parser.parse_args(arguments)
    sets = {
        "headlines": labelled(asked.headlines, "headlines"),
        "stories": labelled(asked.stories, "stories"),
        "tagged": tagged(asked.tagged),
    }
    weights = learn([item for items in sets.values() for item in items], reference="headlines")
    text = module(weights, {name: len(items) for name, items in sets.items()})
    print(text)
    if asked.write:
        asked.write.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
