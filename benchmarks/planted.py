"""Invented headlines in any number, with the event each tells, to measure grouping by.

What is planted, so that not everything passes:

- Sizes with a heavy tail: most events are told once, some by 2–20, a few by hundreds.
- Paraphrases: a report takes some of its event's words, in another order, with others between
  them; a fifth leave the company out. Half have a lead.
- Companies that stand in thousands of headlines: every event has one, by a law like Zipf's; the
  first are names that ``standing`` knows. The words between are common ones of the frozen table
  and 60,000 invented ones, again by such a law, as the press of all the world has them.
- Sagas: every eighth event shares its company, its product and two more words with another of
  the same days; with ``hard`` every third.
- Template headlines ("… shares fall 4% after results"), one pattern with other companies and
  figures: every fiftieth event; with ``hard`` every twentieth.
- 96 hours, 700 publishers, some far busier; a story's later reports come days behind.

``vectors`` are unit rows: a cosine is 0.55 ± 0.15 within an event, 0.35 for two events of one
subject, below 0.1 else. So meaning alone tells no event from its neighbours.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from digest.core import standing, termtable
from digest.models import Article, Quality

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BEGIN: Final = datetime(2026, 3, 2, tzinfo=UTC)
HOURS: Final = 96
WIDTH: Final = 384
_LARGEST: Final = 400  # reports of one event
_TAIL: Final = 1.5  # of the sizes' law; the less, the heavier
_TRAPS: Final = (8, 50)  # one event in so many is of a saga, one in so many told by a template
_HARD: Final = (3, 20)
_PUBLISHERS: Final = 700
_COMPANIES: Final = 8_000
_WORDS: Final = 60_000
_SUBJECTS: Final = 200
_STARTS: Final = tuple(
    "b br c ch d dr f fl g gr h j k kl l m n p pl qu r s sh st t tr v w z".split(" ")  # noqa: SIM905
)
_VOWELS: Final = ["a", "e", "i", "o", "u", "ai", "ea", "ou"]
_ENDS: Final = ["n", "r", "l", "s", "t", "x", "m", "nd", "rk", "st", "lt", "rn"]
_FIGURES: Final = ("${} million", "${} billion", "{}%", "{} people", "{} cities")
_TEMPLATES: Final = (
    "{0} shares {2} {1}% after results",
    "{0} reports quarterly revenue of ${1} billion",
    "{0} raises ${1} million for {3}",
    "{0} to {2} prices in {1} cities",
    "{0} names new chief of {3} after {1} days",
    "What {0} means for {3} in {1} charts",
)


@dataclass(frozen=True)
class Planted:
    """Articles, and by each the number of its event."""

    articles: list[Article]
    events: list[int]


@dataclass(frozen=True)
class _Event:
    number: int
    company: str
    words: tuple[str, ...]  # the most telling first
    figure: str
    hour: float
    size: int
    pattern: str  # of a template headline, "" else


class _Lexicon:
    """The invented world's words and names, each list the most frequent first."""

    def __init__(self, rng: random.Random) -> None:
        table = [w for w in termtable.TABLE.split() if w.isalpha() and len(w) > 3]
        known = [n for n in standing.NAMES.split() if n.isalpha() and len(n) > 4]
        self.companies = [*rng.sample(known, 100), *(_word(rng, 3) for _ in range(_COMPANIES))]
        self.companies = [name.title() for name in self.companies]
        self.words = [*table[:600], *(_word(rng, rng.choice((2, 3))) for _ in range(_WORDS))]
        self.often = _zipf(len(self.words), 0.6)
        self.known = _zipf(len(self.companies), 0.75)
        self.rng = rng

    def word(self) -> str:
        return self.rng.choices(self.words, cum_weights=self.often)[0]

    def company(self) -> str:
        return self.rng.choices(self.companies, cum_weights=self.known)[0]


def planted(count: int, seed: int = 7, *, hard: bool = False) -> Planted:
    """Return that many articles, the same for the same seed, in no order."""
    rng = random.Random(seed)  # noqa: S311 - repeatable on purpose
    lexicon = _Lexicon(rng)
    busy = _zipf(_PUBLISHERS, 0.6)
    articles: list[Article] = []
    events: list[int] = []
    former: list[_Event] = []
    for number in itertools.count():
        most = min(_LARGEST, max(1, count - len(articles)))
        event = _event(number, lexicon, former, most, _HARD if hard else _TRAPS)
        former = [*former[-200:], event]
        for _ in range(event.size):
            site = f"site-{rng.choices(range(_PUBLISHERS), cum_weights=busy)[0]}.test"
            articles.append(_report(len(articles), event, lexicon, site))
            events.append(number)
        if len(articles) >= count:
            break
    order = rng.sample(range(len(articles)), len(articles))
    return Planted([articles[n] for n in order], [events[n] for n in order])


def vectors(events: Sequence[int], seed: int = 7) -> NDArray[np.float32]:
    """Return a unit row for each article's title, by its event's number."""
    import numpy as np

    rng = np.random.default_rng(seed)
    subjects = _unit(rng.standard_normal((_SUBJECTS, WIDTH), dtype=np.float32))
    common = _unit(rng.standard_normal((1, WIDTH), dtype=np.float32))
    own = _unit(rng.standard_normal((max(events) + 1, WIDTH), dtype=np.float32))
    subject = rng.integers(_SUBJECTS, size=len(own))
    centre = _unit(0.35 * common + 0.72 * subjects[subject] + 0.6 * own)
    found = np.empty((len(events), WIDTH), dtype=np.float32)
    for begin in range(0, len(events), 10_000):
        part = np.array(events[begin : begin + 10_000])
        share = rng.normal(0.74, 0.15, (len(part), 1)).clip(0.2, 0.98).astype(np.float32)
        noise = _unit(rng.standard_normal((len(part), WIDTH), dtype=np.float32))
        found[begin : begin + len(part)] = _unit(
            share * centre[part] + np.sqrt(1 - share**2) * noise
        )
    return found


def _event(
    number: int, lexicon: _Lexicon, former: Sequence[_Event], most: int, traps: tuple[int, int]
) -> _Event:
    rng = lexicon.rng
    sagas, templates = traps
    size = min(most, int(rng.paretovariate(_TAIL)))
    words = [_word(rng, 3), _word(rng, 3), *(lexicon.word() for _ in range(7))]
    company, hour = lexicon.company(), rng.uniform(0, HOURS - 4)
    if number % sagas == 2 and former:  # another chapter of a saga
        other = rng.choice(former)
        company, words[0] = other.company, other.words[0]
        words[3:5] = other.words[3:5]
        hour = min(HOURS - 4.0, max(0.0, other.hour + rng.uniform(-30, 30)))
    figure = rng.choice(_FIGURES).format(rng.randint(2, 990)) if rng.random() < 0.4 else ""
    pattern = ""
    if number % templates == 0:
        how = rng.choice(("fall", "rise", "jump"))
        money = rng.randint(2, 990)
        pattern = rng.choice(_TEMPLATES).format(company, money, how, words[0])
        size = min(size, 4)
    return _Event(number, company, tuple(words), figure, hour, size, pattern)


def _report(number: int, event: _Event, lexicon: _Lexicon, site: str) -> Article:
    rng = lexicon.rng
    told = [word for n, word in enumerate(event.words) if rng.random() < (0.85 if n < 2 else 0.7)]
    told += [lexicon.word() for _ in range(rng.randint(1, 3))]
    rng.shuffle(told)
    if event.figure and rng.random() < 0.6:
        told.append(event.figure)
    if rng.random() < 0.8:
        told.insert(0, event.company)
    lead = ""
    if rng.random() < 0.5:
        again = [word for word in event.words if rng.random() < 0.8]
        said = [*again, *(lexicon.word() for _ in range(rng.randint(10, 22))), event.company]
        rng.shuffle(said)
        lead = " ".join(said).capitalize() + "."
    title = event.pattern or " ".join(told)
    hour = min(HOURS - 0.01, event.hour + rng.expovariate(1 / 9))
    when = BEGIN + timedelta(seconds=int(hour * 3600))
    return Article(
        id=f"a{number:06}",
        url=f"http://{site}/{number}",
        title=title[0].upper() + title[1:],
        publisher=site,
        domain=site,
        author="",
        published_at=when,
        first_seen_at=when,
        language="en",
        text=lead,
        quality=Quality.FEED_ONLY,
        feed_url=f"http://{site}/feed",
    )


def _word(rng: random.Random, syllables: int) -> str:
    parts = (rng.choice(_STARTS) + rng.choice(_VOWELS) for _ in range(syllables))
    return "".join(parts) + rng.choice(_ENDS)


def _zipf(count: int, power: float) -> list[float]:
    return list(itertools.accumulate(1 / (n + 2) ** power for n in range(count)))


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    found: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found
