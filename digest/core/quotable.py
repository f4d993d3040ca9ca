"""Which sentences of a story may be quoted, and which of them can stand without the one before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from digest.core.language import language, spoken
from digest.core.leaning import ATTRIBUTION, NOT_NAMES, leans, names, opens_leaning, pointed
from digest.core.orders import addressed
from digest.core.text import content_words, sentences
from digest.models import Article, Quality, Story

_MOST_WORDS: Final = 90  # of any one article, and never more than this share of it
_MOST_SHARE: Final = 0.15
_MOST_SENTENCES: Final = 40  # looked at per article: news stands at the top
_MOST_CHARACTERS: Final = 40_000
_MOST_SOURCES: Final = 12


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of source ``source`` (from 1), exactly as it stands there."""

    source: int
    position: int  # among the article's sentences, from 0
    paragraph: int
    text: str
    terms: tuple[str, ...]
    numbers: frozenset[str]
    names: frozenset[str]
    recalled: frozenset[str]  # names its article explained in an earlier sentence
    pointed: frozenset[str]  # stems of "the episode", "the company": met before, or a riddle
    dependent: bool  # leans on the sentence before it
    length: int  # words
    spoken: bool  # mostly somebody's words


@dataclass(slots=True)
class Allowance:
    """How many words of each article may still be quoted."""

    words: dict[int, int]
    used: dict[int, int]

    def permits(self, *quotes: Quote) -> bool:
        """Whether all of ``quotes`` may be taken: always one sentence, more within the share."""
        wanted: dict[int, list[int]] = {}
        for quote in quotes:
            wanted.setdefault(quote.source, []).append(quote.length)
        for source, lengths in wanted.items():
            used = self.used.get(source, 0)
            first = not used and len(lengths) == 1
            if not first and used + sum(lengths) > self.words.get(source, 0):
                return False
        return True

    def take(self, quote: Quote) -> None:
        self.used[quote.source] = self.used.get(quote.source, 0) + quote.length


def readable(story: Story, code: str) -> list[tuple[int, Article]]:
    """Return (source number, article) for the sources with text in the language ``code``."""
    found = []
    for n, evidence in enumerate(story.evidence, 1):
        article = evidence.article
        if article.quality in (Quality.CONSENT, Quality.ERROR) or not article.text.strip():
            continue
        if spoken_in(article) in ("", code):
            found.append((n, article))
    return found[:_MOST_SOURCES]


def spoken_in(article: Article) -> str:
    """Return the language of an article as told by its text, else as declared, else ""."""
    told = language(article.text[:1500])
    return told or spoken(article.title[:300], article.language[:2].lower())


def allowance(articles: Sequence[tuple[int, Article]]) -> Allowance:
    """Return the words that may be quoted of each article: 90 or 15 %, whichever is less."""
    words = {
        n: min(_MOST_WORDS, int(_MOST_SHARE * len(article.text.split()))) for n, article in articles
    }
    return Allowance(words, {})


def quotes(articles: Sequence[tuple[int, Article]]) -> list[Quote]:
    """Return the sentences that may be quoted, by source, then position."""
    told = [(n, list(_told(article))) for n, article in articles]
    known = _known([sentence for _, lines in told for *_, sentence in lines])
    pool: list[Quote] = []
    for n, lines in told:
        met: set[str] = set()
        for position, paragraph, sentence in lines:
            named = frozenset({*names(sentence), *({_first(sentence)} & known)})
            if _quotable(sentence):
                pool.append(_quote(n, position, paragraph, sentence, named, met))
            met |= named
    return pool


def _known(lines: Sequence[str]) -> set[str]:
    """Return the names of a story, those among first words included.

    A first word is a name where a sentence has it inside, or where it opens several sentences and
    is nowhere written small.
    """
    inside = {name for sentence in lines for name in names(sentence)}
    small = {word.strip(".,;:") for sentence in lines for word in sentence.split()}
    opening = Counter(_first(sentence) for sentence in lines)
    return inside | {
        word
        for word, n in opening.items()
        if n > 1 and word.lower() not in small and word.lower() not in NOT_NAMES
    }


def _first(sentence: str) -> str:
    return _AFTER_FIRST.split(sentence, maxsplit=1)[0]


def _told(article: Article) -> Iterator[tuple[int, int, str]]:
    """Yield (position, paragraph, sentence) for the first sentences of an article."""
    position = 0
    for paragraph, line in enumerate(article.text[:_MOST_CHARACTERS].split("\n")):
        # Whoever gives orders to a program in one sentence of a paragraph does so in the next.
        if position >= _MOST_SENTENCES:
            return
        if addressed(line):
            continue
        for sentence in sentences(line)[:_MOST_SENTENCES]:
            yield position, paragraph, _DATELINE.sub("", sentence, count=1)
            position += 1


def _quote(
    source: int, position: int, paragraph: int, sentence: str, named: frozenset[str], met: set[str]
) -> Quote:
    outside = _QUOTED.sub(" ", sentence)
    riddles = pointed(outside)
    return Quote(
        source=source,
        position=position,
        paragraph=paragraph,
        text=sentence,
        terms=tuple(term for term in content_words(sentence) if term not in ATTRIBUTION),
        numbers=frozenset(n.rstrip(".,") for n in _NUMBER.findall(sentence)),
        names=named,
        recalled=frozenset(n for n in named & met if not _introduced(n, sentence)),
        pointed=riddles,
        # Nothing stands before a first sentence, so it can only lean by its first word.
        dependent=(
            leans(sentence, outside, named, riddles) if position else opens_leaning(sentence)
        ),
        length=len(sentence.split()),
        spoken=len(outside) < 0.6 * len(sentence),
    )


def _introduced(name: str, sentence: str) -> bool:
    """Whether the sentence gives a name with a first name or another name beside it."""
    return re.search(rf"[A-ZÄÖÜ][\w’'-]+ {re.escape(name)}\b", sentence) is not None


_AFTER_FIRST: Final = re.compile(r"['’]s?\b|[\s,]")
_NUMBER: Final = re.compile(r"\d[\d.,]*")
_QUOTED: Final = re.compile(r"“[^“”]{0,800}”|\"[^\"]{0,800}\"|„[^„“]{0,800}“|«[^«»]{0,800}»")
_DATELINE: Final = re.compile(
    r"^[A-ZÄÖÜ][A-ZÄÖÜ.' ]{2,30}(?:,[ \w.]{2,24})?(?: ?\([\w .]{2,30}\))? ?[–—-]{1,2}"
    r" (?=[A-ZÄÖÜ0-9])"
    r"|^\([\w .]{2,30}\) ?[–—-]{1,2} (?=[A-ZÄÖÜ0-9])"
)


# --- what is never quoted --------------------------------------------------------------------

_TERMINAL: Final = re.compile(r"[.!。！…][\"'”’»“)\]]*$")
_BOILERPLATE: Final = re.compile(
    r"sign up|^subscribe\b|subscribe (?:to our|now|today|here|for)|subscribers? only"
    r"|our newsletter|newsletters\b"
    r"|^read (?:more|also|the full|next)|read more (?:at|on|here)|click here|tap here"
    r"|(?:photo|image|picture|video|illustration|file photo|credit)s?(?: credit)?\s*(?::|by\b|/)"
    r"|getty images|shutterstock|all rights reserved|©|copyright \d|\(c\) \d"
    r"|\bth(?:is|e) (?:article|story|post|piece|report|content|page) (?:was|has been|is|were"
    r"|appeared|originally|first|may|contains|includes)\b|originally (?:appeared|published)"
    r"|last updated|updated (?:on|at|with)\b"
    r"|editor['’]s note|correction:|clarification:|contributed to this (?:report|story)"
    r"|(?:reporting|editing|additional reporting|writing) by|follow (?:us|me|him|her)\b"
    r"|join (?:us|our|the conversation)|cookie|advertis(?:ement|e with)|affiliate|sponsored"
    r"|terms of (?:service|use)|privacy policy|(?:he|she|they) (?:covers|writes about"
    r"|can be reached)"
    r"|is an? (?:\w+ ){0,4}(?:reporter|editor|correspondent|journalist|columnist|freelancer?"
    r"|contributor|writer) (?:at|for|with|based|cover|who)"
    r"|listen to (?:this|the)|watch (?:this|the video)|related (?:stories|articles|reading):?"
    r"|see also"
    r"|share this|disclosure:|news service|distributed by|log ?in\b|free trial|download (?:our"
    r"|the) app"
    r"|tickets|register (?:now|today)|early bird|use code|promo code|shop now|\bbuy now\b"
    r"|anmelden|abonnier|weiterlesen|lesen sie|bildnachweis|foto:|quelle:|mehr zum thema"
    r"|https?://|www\.|\S@\S",
    re.IGNORECASE,
)
_SELF: Final = re.compile(
    r"\b(?:I|I['’](?:m|ve|ll|d)|me|my|myself|[Ww]e|[Uu]s|[Oo]ur|[Yy]ou|[Yy]our"
    r"|[Ii]ch|[Mm]ein\w*|[Ww]ir|[Uu]ns|[Uu]nser\w*)\b(?!\.)"
)
_COMMENT: Final = re.compile(
    r"(?:declin\w+|refus\w+) to comment|not (?:immediately )?(?:respond|reply|return)"
    r"|requests? for comment"
    r"|lehnte.{0,30}kommentar|im folgenden|\bhere (?:is|are)\b|what (?:we|you) know"
    r"|let['’]s\b",
    re.IGNORECASE,
)


def _quotable(sentence: str) -> bool:
    """Whether a subscriber could take the sentence for edited copy, on its own merits."""
    tokens = sentence.split()
    if not 5 <= len(tokens) <= 60 or len(sentence) > 420:
        # Scripts without spaces have no words to count.
        return 12 < len(sentence) <= 200 and sentence[-1] in "。！"
    if not _TERMINAL.search(sentence) or not _opens(sentence):
        return False
    letters = [c for c in sentence if c.isalpha()]
    if len(letters) < 0.6 * len(sentence) or sum(c.isupper() for c in letters) > 0.4 * len(letters):
        return False
    if not _balanced(sentence) or _BOILERPLATE.search(sentence):
        return False
    outside = _QUOTED.sub(" ", sentence)
    return not (_SELF.search(outside) or _COMMENT.search(outside) or "?" in outside)


def _opens(sentence: str) -> bool:
    first = sentence.lstrip("\"'“‘«„(")[:1]
    return first.isupper() or first.isdigit() or first in "$€£¥" or sentence[1:2].isupper()


def _balanced(sentence: str) -> bool:
    if sentence.count('"') % 2 or sentence.count("(") != sentence.count(")"):
        return False
    if "„" in sentence:
        return sentence.count("„") == sentence.count("“") + sentence.count("”")
    pairs = (("“", "”"), ("«", "»"), ("[", "]"))
    return all(sentence.count(a) == sentence.count(b) for a, b in pairs)
