"""Articles → their traits: what of each counts when two are compared."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from digest.core import standing
from digest.core.rows import Rows, column, rows
from digest.core.text import content_words
from digest.models import Article

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digest.core.rows import Floats, Indices

LEAD_WORDS: Final = 45
_LEAD_CHARS: Final = 1_000  # Chinese and Japanese have no spaces between words
_CREDIT: Final = re.compile(
    r"(?<!\s)\s+(?:\((?:[^()/]{2,60}/)?[A-Z@][^()]{1,60}\)"
    r"|[\[(](?:video|audio|pdf|\d{4})[\])])\s*$"
    r"|^(?:Show|Ask|Tell|Launch) HN:\s+"
)
_FIGURE: Final = re.compile(r"\d[\d.,]*")
_EDGE: Final = re.compile(r"\W|['’]s$")


@dataclass(frozen=True)
class Meaning:
    """Unit vectors of articles' ``masked`` titles, by article id, all of one model.

    ``slope`` times a cosine plus ``shift`` is what the weights were learnt on (``yardstick``).
    """

    vectors: Mapping[str, NDArray[np.float32]]
    slope: float = 1.0
    shift: float = 0.0


@dataclass(frozen=True)
class Traits:
    """What of each article counts, in the articles' order."""

    told: Rows  # of the title, and of the lead where there is one
    has_lead: NDArray[np.bool_]
    language: Indices  # 0: not known
    hours: Floats
    length: Floats  # 24 where only the day is known (midnight to the second), else 0
    domain: Indices
    headline: Indices  # one number for one title
    pattern: Indices  # one number for titles that differ in figures alone
    vectors: NDArray[np.float32]  # unit rows; of zeros where there is none
    has_vector: NDArray[np.bool_]
    slope: float = 1.0  # of a cosine, as in Meaning
    shift: float = 0.0


def masked(title: str) -> str:
    """Return the title without the names that stand: what is embedded is what happened.

    "OpenAI buys a slide startup" and "OpenAI sells shares" are near in meaning only by the name,
    and the name is already a sign of its own.
    """
    kept = [word for word in _uncredited(title).split() if not _stands(word)]
    return " ".join(kept) or title


def lead(article: Article) -> str:
    """Return what of an article's text is compared: its first words."""
    return " ".join(article.text[:_LEAD_CHARS].split()[:LEAD_WORDS])


def traits(articles: Sequence[Article], meaning: Meaning | None = None) -> Traits:
    """Return what of each article counts."""
    import numpy as np

    leads = [lead(article) for article in articles]
    titles = [_uncredited(a.title).replace("’", "'") for a in articles]
    languages = [a.language.partition("-")[0] for a in articles]
    known = meaning.vectors if meaning else {}
    width = len(next(iter(known.values()))) if known else 1
    vectors = np.zeros((len(articles), width), dtype=np.float32)
    for n, article in enumerate(articles):
        if article.id in known:
            vectors[n] = known[article.id]
    day = [a.published_at.strftime("%H%M%S") == "000000" for a in articles]
    return Traits(
        told=rows([f"{t}\n{lead}" for t, lead in zip(titles, leads, strict=True)]),
        has_lead=np.array([bool(lead) for lead in leads], dtype=bool),
        language=np.array([column(k) if k else 0 for k in languages], dtype=np.int64),
        hours=np.array([a.published_at.timestamp() / 3600 for a in articles]),
        length=np.where(np.array(day, dtype=bool), 24.0, 0.0),
        domain=np.array([column(a.domain) for a in articles], dtype=np.int64),
        headline=np.array([column(_FIGURE.sub(_digits, t)) for t in titles], dtype=np.int64),
        pattern=np.array([column(_FIGURE.sub("0", t)) for t in titles], dtype=np.int64),
        vectors=vectors,
        has_vector=np.array([a.id in known for a in articles], dtype=bool),
        slope=meaning.slope if meaning else 1.0,
        shift=meaning.shift if meaning else 0.0,
    )


def merged(known: Traits, more: Traits, order: Indices) -> Traits:
    """Return the traits of both, ``more`` behind ``known``, put in ``order``.

    Raises ValueError where their vectors are of two models.
    """
    import numpy as np
    from scipy.sparse import vstack

    def both(one: Rows, two: Rows) -> Rows:
        held = {f.name: (getattr(one, f.name), getattr(two, f.name)) for f in fields(Rows)}
        return Rows(**{k: vstack(v, format="csr", dtype=float)[order] for k, v in held.items()})

    meant = [t for t in (known, more) if t.has_vector.any()]
    if len({t.vectors.shape[1] for t in meant}) > 1:
        raise ValueError("vectors of two models cannot be compared")
    latest = (meant or [more])[-1]
    width = max(known.vectors.shape[1], more.vectors.shape[1])
    wide = [np.pad(t.vectors, ((0, 0), (0, width - t.vectors.shape[1]))) for t in (known, more)]
    return Traits(
        told=both(known.told, more.told),
        has_lead=np.concatenate([known.has_lead, more.has_lead])[order],
        language=np.concatenate([known.language, more.language])[order],
        hours=np.concatenate([known.hours, more.hours])[order],
        length=np.concatenate([known.length, more.length])[order],
        domain=np.concatenate([known.domain, more.domain])[order],
        headline=np.concatenate([known.headline, more.headline])[order],
        pattern=np.concatenate([known.pattern, more.pattern])[order],
        vectors=np.concatenate(wide)[order],
        has_vector=np.concatenate([known.has_vector, more.has_vector])[order],
        slope=latest.slope,
        shift=latest.shift,
    )


def _digits(figure: re.Match[str]) -> str:
    """Return a figure's digits: 10,000 and 10000 are one."""
    return re.sub(r"\D", "", figure[0])


def _uncredited(title: str) -> str:
    """Return the title without the "(Author/Outlet)" that aggregators put behind it."""
    return _CREDIT.sub("", title)


def _stands(word: str) -> bool:
    stems = content_words(_EDGE.sub("", word))
    return word != "AI" and len(stems) == 1 and stems[0] in standing.stems()
