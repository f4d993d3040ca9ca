"""Invented AI-industry articles in any number, the same for the same seed.

Sentences are drawn from patterns whose every slot is filled at random, and each article has
companies, products, people, places and subjects of its own, so that no two are near copies.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_SEED = 20_260_310


def _split(words: str) -> list[str]:
    return words.split("|")


_STARTS = _split(
    "Ve|Ka|Lo|Ti|Ar|Mo|Sy|Nor|Qui|Bel|Dra|Fen|Hal|Jor|Lum|Mar|Ner|Or|Pel|Ras|Sol|Tam|Ul|Var|"
    "Wex|Yar|Zel|Cor|Dun|Eld"
)
_MIDDLES = _split("ra|li|no|ve|ta|mi|so|ku|de|lo|na|ri|xe|vo|ga|be")
_ENDS = _split("tix|nda|lith|ron|mark|vex|dale|nix|bor|sen|quist|ford|wick|gen|lane|dor")
_KINDS = _split("Labs|AI|Intelligence|Systems|Robotics|Compute|Research|Cloud|Silicon|Dynamics")
_FIRST = _split("Ada|Brit|Cato|Dina|Emil|Fay|Goran|Hild|Ines|Jun|Kofi|Lena|Milo|Nadia|Otto|Priya")
_CITIES = _split(
    "Aldermoor|Brackwater|Castelin|Dunvale|Eastmere|Farrow Bay|Glenhaven|Hollin Sound|"
    "Kestrel City|Larkport|Northwick|Oakridge|Pinehurst|Redcliff|Stonegate|Westhaven"
)
_SUBJECTS = _split(
    "inference chips|data centres|training runs|model weights|coding assistants|voice agents|"
    "safety tests|licensing terms|enterprise contracts|open models|robot fleets|"
    "cloud credits|research grants|copyright claims|export licences|power supplies|"
    "customer records|medical imaging|drug discovery|weather forecasts|translation tools|"
    "school software|bank compliance|insurance claims|factory inspection|legal drafting|"
    "search results|video generation|music rights|speech recognition|battery design|"
    "satellite imagery|hiring software|tax advice|fraud detection|route planning|"
    "crop monitoring|chip packaging|network switches|cooling systems|evaluation suites|"
    "red teams|context windows|reasoning benchmarks|synthetic data|user feedback|"
    "content filters|browser agents"
)
_VERBS = _split(
    "cut|double|review|replace|extend|audit|finance|ship|delay|publish|defend|price|rebuild|"
    "license|test|merge|expand|shelve|certify|retrain"
)
_QUALITIES = _split(
    "cautious|steady|uneven|rapid|costly|modest|sweeping|quiet|contested|overdue|narrow|"
    "promising|unusual|patient|brisk|partial"
)
_GROUPS = _split(
    "regulators|investors|engineers|suppliers|rivals|analysts|customers|lawyers|researchers|"
    "publishers|hospital managers|union leaders|auditors|shareholders|developers|teachers"
)
_TIMES = _split(
    "next spring|by the autumn|within a year|this quarter|before the summer|over the weekend|"
    "in early talks|late last week|on Tuesday|after a long trial|during the review|"
    "for two years"
)

_TITLES = (
    "{company} {acts} {product} language model for {subject}",
    "{company} raises ${n} million to {verb} AI {subject}",
    "{company} and {rival} agree on AI {subject} worth ${n} million",
    "{company} sues {rival} over AI {subject} in {city}",
    "{city} orders {company} to {verb} AI model behind its {subject}",
    "{company} trains {product}, an open-weight AI model for {subject}",
)
_ACTS = _split("releases|unveils|previews|withdraws|upgrades|licenses")
_SENTENCES = (
    "{company} said it would {verb} its {subject} {time}, a {quality} step that {group} had asked"
    " for since the {product} launch in {city}.",
    "The company, founded by {person} in {city}, now spends ${n} million a year on {subject} and"
    " another ${n} million on {subject}.",
    "“We had to {verb} the {subject} before anyone could trust {product},” said {person}, who leads"
    " work on {subject} at {company}.",
    "About {p}% of the {subject} at {rival} already depend on {subject}, according to a {quality}"
    " survey of {n} {group}.",
    "{person}, who follows {subject} for a fund in {city}, called the plan {quality} and expects"
    " {group} to {verb} it {time}.",
    "In {city}, {group} remain divided: some want to {verb} {subject}, others fear a {quality}"
    " fight over {subject}.",
    "A model called {product} answered {p}% of the questions about {subject}, against {p}% for the"
    " version that {company} used {time}.",
    "The {quality} agreement lets {rival} {verb} {subject} for {n} months and gives {company} a"
    " share of {subject}.",
    "{rival} declined to comment on {subject}, but {person} told staff that the {subject} would"
    " cost less than ${n} million.",
    "Training took {n} days on {n} accelerators, and the bill for {subject} came to ${n} million,"
    " two people familiar with {company} said.",
    "Neither {company} nor {rival} would say whether {group} may {verb} the {subject} {time}.",
    "Demand for {subject} rose {p}% in the quarter, while {subject} grew by {p}% and {subject} fell"
    " behind.",
    "Under the terms, {company} must {verb} its {subject} every {n} days and show {group} how"
    " {product} treats {subject}.",
    "That leaves {person} with a {quality} choice between {subject} and {subject}, and {group} with"
    " little say in either.",
    "Last year {company} tried to {verb} {subject} at its site near {city}; the {quality} attempt"
    " ended after {n} weeks.",
    "Researchers at {city} found that {product} could {verb} {subject} {p}% faster, though"
    " {quality} results on {subject} worried {group}.",
    "{group} in {city} have written to {company}, asking it to {verb} the {subject} that {person}"
    " described {time}.",
    "For {rival}, the {subject} are a {quality} bet: it sold its {subject} to {company} for ${n}"
    " million.",
)


@dataclass(frozen=True)
class Piece:
    """An invented article."""

    number: int
    title: str
    author: str
    summary: str
    paragraphs: tuple[str, ...]
    published_at: datetime

    @property
    def path(self) -> str:
        """Return its path on its outlet's host."""
        words = "".join(c if c.isalnum() else " " for c in self.title.lower()).split()
        return f"/{self.published_at:%Y/%m}/{'-'.join(words[:8])}-{self.number}"


def chance(*key: object) -> random.Random:
    """Return a source of random choices that is the same for the same ``key``."""
    return random.Random("/".join(map(str, (_SEED, *key))))  # noqa: S311 - repeatable on purpose


def piece(number: int, published_at: datetime) -> Piece:
    """Return the invented article of that number: 400 to 700 words in 6 to 14 paragraphs."""
    scene = _Scene(chance("piece", number))
    rng = scene.rng
    wanted = rng.randint(400, 700)
    paragraphs: list[str] = []
    words = 0
    while words < wanted:
        text = " ".join(scene.sentence() for _ in range(rng.randint(2, 4)))
        paragraphs.append(text)
        words += len(text.split())
    return Piece(
        number=number,
        title=scene.filled(rng.choice(_TITLES)),
        author=scene.people[0],
        summary=paragraphs[0],
        paragraphs=tuple(paragraphs),
        published_at=published_at - timedelta(seconds=number % 60),
    )


def label(rng: random.Random, words: int = 2) -> str:
    """Return a few words as a site's menus and boxes have them."""
    return " ".join(rng.choice(_SUBJECTS).split()[-1].title() for _ in range(words))


class _Scene:
    """The names an article keeps using."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.company = f"{_name(rng)} {rng.choice(_KINDS)}"
        self.rival = f"{_name(rng)} {rng.choice(_KINDS)}"
        self.product = f"{_name(rng)}-{rng.randint(2, 9)}"
        self.people = [f"{rng.choice(_FIRST)} {_name(rng)}" for _ in range(4)]
        self.cities = rng.sample(_CITIES, 3)
        self.subjects = rng.sample(_SUBJECTS, 14)
        self._left: list[str] = []

    def sentence(self) -> str:
        """Return a sentence; no pattern comes back before all were used."""
        if not self._left:
            self._left = self.rng.sample(_SENTENCES, len(_SENTENCES))
        made = self.filled(self._left.pop())
        return made[0].upper() + made[1:]

    def filled(self, pattern: str) -> str:
        """Return a pattern with each slot filled, a new choice each time."""
        parts = pattern.replace("}", "{").split("{")
        return "".join(self._slot(part) if at % 2 else part for at, part in enumerate(parts))

    def _slot(self, name: str) -> str:
        rng = self.rng
        lists: dict[str, Sequence[str]] = {
            "subject": self.subjects,
            "verb": _VERBS,
            "acts": _ACTS,
            "quality": _QUALITIES,
            "group": _GROUPS,
            "time": _TIMES,
            "city": self.cities,
            "person": self.people,
            "company": (self.company,),
            "rival": (self.rival,),
            "product": (self.product,),
        }
        if name == "n":
            return str(rng.randint(3, 980))
        if name == "p":
            return str(rng.randint(2, 97))
        return rng.choice(lists[name])


def _name(rng: random.Random) -> str:
    return rng.choice(_STARTS) + rng.choice(_MIDDLES) + rng.choice(_ENDS)
