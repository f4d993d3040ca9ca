"""Whether the cited text bears a sentence out, for every writer alike.

What is checked are hard facts: figures, days, names, quotations, addresses; whether enough of a
sentence's words stand close together in a source at all, so that meaningless text and plain lies
are refused too; and that a close retelling keeps its negations and hedges. A sentence taken as it
stands from a source always passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from digest.core import crossing, facts, orders, sense, text, titles
from digest.core.language import language as told_in
from digest.core.rounding import rounded
from digest.core.sourcetext import SourceText, bare, named, quoted, runs, share, stems
from digest.errors import BriefError
from digest.models import Article, Brief, Checks, Section, Sentence, Story

# Measured on QAGS CNN/DM (714 judged sentences): of the sentences people call true 1 % have under
# 0.57 of their content words in two neighbouring source sentences, of the false ones 11 %.
# Sentences about other stories on the same firms (Microsoft–OpenAI set): nine in ten under 0.43.
CLOSE_SHARE: Final = 0.5  # of the content words, within two neighbouring sentences a cited source
WHOLE_SHARE: Final = 0.6  # of the content words, anywhere in the cited sources


def check(
    sentence: str, sources: Sequence[str], *, elsewhere: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the reasons why ``sources`` do not bear ``sentence`` out; none when they do.

    ``sources`` are the cited articles, each its title and text. A person known by the full
    name from ``elsewhere``, the story's other articles, may be found in them by the last name.
    """
    return _judge(
        sentence, [SourceText.of(s) for s in sources], [SourceText.of(s) for s in elsewhere]
    )


def support(sentence: str, sources: Sequence[str]) -> float:
    """Return how much of a sentence's wording its sources carry, 0 to 1.

    The mean of three shares: content words within one source sentence, runs of three words, runs
    of four. AUC on QAGS CNN/DM: 0.87 (trigrams alone 0.84).
    """
    words = text.words(sentence)
    prepared = [SourceText.of(s) for s in sources]
    own = stems(sentence)
    close = max((share(own, held) for s in prepared for held in s.sentences), default=0.0)
    shares = [close]
    for n in (3, 4):
        held = {run for s in prepared for run in runs(s.words, n)}
        said = runs(words, n)
        shares.append(sum(run in held for run in said) / len(said) if said else 0.0)
    return sum(shares) / 3


def ground(brief: Brief, story: Story, *, language: str = "") -> Brief:
    """Return ``brief`` with only what its sources bear out, and the counts of what was checked.

    With a ``language``, that of the edition, a sentence that rests on sources in other languages
    alone is marked as translated. Its words cannot be looked for in them: its figures, days, names
    and quotations are, and it has to have one of these.

    Sentences are held against the articles they cite; a cite of an article the story does not
    have counts for nothing. The headline is held against all of the story's articles, headings
    are so for their facts alone. Without a heading that holds, a section's sentences join the
    section before, or the lead where it was the first. A headline that fails gives way to the
    title of the first source in that language; where none is, to the lead's first sentence. Raises
    BriefError when no sentence of the lead is left.
    """
    articles = [e.article for e in story.evidence]
    foreign = [bool(language) and a.language not in ("", language) for a in articles]
    sources = [
        SourceText.of(crossing.lent(_text(article)) if other else _text(article))
        for article, other in zip(articles, foreign, strict=True)
    ]
    tally = _Tally()

    def kept(sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
        found = (_kept(x, articles, sources, foreign, tally) for x in sentences)
        return tuple(s for s in found if s)

    lead = kept(brief.lead)
    if not lead:
        raise BriefError(
            f"no sentence of the lead of “{text.shorten(brief.headline, 80)}” is borne out "
            f"by its sources{tally.because()}"
        )
    sections: list[Section] = []
    for section in brief.sections:
        sentences = kept(section.sentences)
        if not sentences:
            continue
        if not _facts_at_fault(section.heading, sources, sources, heading=True):
            sections.append(replace(section, sentences=sentences))
        elif sections:
            sections[-1] = replace(sections[-1], sentences=sections[-1].sentences + sentences)
        else:
            lead += sentences
    headline = brief.headline
    known = frozenset[str]().union(*(source.stems for source in sources))
    if all(foreign):
        near = not _copied(headline, sources)
    else:
        near = share(stems(headline), known) >= CLOSE_SHARE
    if _facts_at_fault(headline, sources, sources) or not near:
        own = [a for a, other in zip(articles, foreign, strict=True) if not other]
        headline = _own_headline(own) if own else text.shorten(lead[0].text.rstrip("."), 110)
        tally.replaced += 1
    return replace(
        brief,
        headline=headline,
        lead=lead,
        sections=tuple(sections),
        what_changed=kept(brief.what_changed),
        disagreements=kept(brief.disagreements),
        written_by=replace(brief.written_by, checks=tally.checks()),
    )


class _Tally:
    """What became of the sentences so far."""

    def __init__(self) -> None:
        self.sentences = self.supported = self.replaced = self.dropped = 0
        self.reason = ""

    def because(self) -> str:
        return f" ({self.reason})" if self.reason else ""

    def checks(self) -> Checks:
        return Checks(
            sentences=self.sentences,
            supported=self.supported,
            replaced=self.replaced,
            dropped=self.dropped,
        )


def _kept(
    sentence: Sentence,
    articles: Sequence[Article],
    sources: Sequence[SourceText],
    foreign: Sequence[bool],
    tally: _Tally,
) -> Sentence | None:
    tally.sentences += 1
    cites = tuple(dict.fromkeys(n for n in sentence.cites if 1 <= n <= len(articles)))
    abroad = sorted({articles[n - 1].language for n in cites if foreign[n - 1]})
    translated = ", ".join(abroad) if all(foreign[n - 1] for n in cites) else ""
    if not cites:
        reasons: tuple[str, ...] = ("it cites no source",)
    elif abroad and told_in(sentence.text) in abroad:
        reasons = (_UNTRANSLATED,)
    elif translated:
        reasons = _translation_at_fault(sentence.text, [sources[n - 1] for n in cites], sources)
    elif _points(sentence.text, [articles[n - 1] for n in cites]):
        reasons = ()
    else:
        reasons = _judge(sentence.text, [sources[n - 1] for n in cites], sources)
    if reasons:
        tally.dropped += 1
        tally.reason = tally.reason or reasons[0]
        return None
    tally.supported += 1
    return replace(sentence, cites=cites, translated=translated)


_UNTRANSLATED: Final = "it is left in its source's language"


def _translation_at_fault(
    sentence: str, cited: Sequence[SourceText], elsewhere: Sequence[SourceText]
) -> tuple[str, ...]:
    """Return why a sentence told from sources in other languages is not borne out by them."""
    if _copied(sentence, cited):
        return (_UNTRANSLATED,)
    if not (facts.numbers(sentence) or facts.calendar(sentence) or facts.names(sentence)):
        return ("it has no figure, day or name to look for in a source in another language",)
    return _facts_at_fault(sentence, cited, elsewhere)


def _copied(sentence: str, sources: Sequence[SourceText]) -> bool:
    return any(bare(part) in s.whole for part in text.sentences(sentence) for s in sources)


# All a sentence holds, beside the outlets' names, that only says where the report stands.
_POINTING: Final = frozenset(
    text.words(
        "a also and are article at by coverage details first free full from further in is it more"
        " on only opening read report reported reports story the there this to where wrote"
        " anfang auch ausführlich bei bericht berichte berichten berichtet der frei ist lesbar mehr"
        " nur und von zuerst"
    )
)


def _points(sentence: str, cited: Sequence[Article]) -> bool:
    """Whether a sentence claims nothing but that the cited outlets report."""
    outlets = {word for article in cited for word in text.words(article.publisher)}
    said = set(text.words(sentence))
    return bool(said & outlets) and said <= outlets | _POINTING


def _own_headline(articles: Iterable[Article]) -> str:
    for article in articles:
        if title := titles.printable(article):
            return title
    raise BriefError("no source of the story has a title that can be printed")


def _text(article: Article) -> str:
    """Return what an article bears out: its text, and who published it when.

    Not what it orders programs to write: an order obeyed stands word for word in the source.
    """
    published = f"{article.publisher}\n{article.author}\n{article.published_at:%Y-%m-%d}"
    return orders.without(f"{article.title}\n{article.text}") + f"\n{published}"


# --- one sentence ----------------------------------------------------------------------------

_URL: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"”]{1,500}", re.IGNORECASE)


def _judge(
    sentence: str, cited: Sequence[SourceText], elsewhere: Sequence[SourceText]
) -> tuple[str, ...]:
    if not sentence.strip():
        return ("it is empty",)
    said = [bare(part) for part in text.sentences(sentence)]
    if any(all(part in source.whole for part in said) for source in cited):
        return ()
    return (
        _facts_at_fault(sentence, cited, elsewhere)
        or _words_at_fault(sentence, cited)
        or sense.turned(sentence, cited)
    )


def _facts_at_fault(
    sentence: str,
    cited: Sequence[SourceText],
    elsewhere: Sequence[SourceText],
    *,
    heading: bool = False,
) -> tuple[str, ...]:
    """Return a reason for each figure, day, name, quotation and address no source has."""
    reasons = []
    figures = frozenset[str]().union(*(s.numbers for s in cited))
    for number in sorted(facts.numbers(sentence) - figures):
        if not rounded(number, figures):
            reasons.append(f"the figure {number} is in no cited source")
    days = frozenset[str]().union(*(s.days for s in cited))
    reasons += [
        f"{day.capitalize()} is in no cited source"
        for day in sorted(facts.calendar(sentence) - days)
    ]
    for name in sorted(facts.names(sentence, heading=heading)):
        if not named(name, cited, elsewhere):
            reasons.append(f"the name {name} is in no cited source")
    for quotation in facts.quotations(sentence):
        if not any(quoted(quotation, s.folded) for s in cited):
            reasons.append(f"the quotation “{text.shorten(quotation, 60)}” is in no cited source")
    for url in _URL.findall(sentence):
        if not any(url.rstrip(".,;:!?)]").lower() in s.folded for s in cited):
            reasons.append(f"the address {text.shorten(url, 60)} is in no cited source")
    return tuple(reasons)


def _words_at_fault(sentence: str, cited: Sequence[SourceText]) -> tuple[str, ...]:
    """Return a reason where too few of the words, figures and days apart, are in the sources."""
    days = {stem for day in facts.calendar(sentence) for stem in stems(day)}
    own = [s for s in stems(sentence) if s not in days and not any(map(str.isdecimal, s))]
    if not own:
        return ("it says nothing that could be checked",)
    whole = share(own, frozenset[str]().union(*(s.stems for s in cited)))
    close = share(own, frozenset[str]().union(*(s.nearest(own) for s in cited)))
    if whole < WHOLE_SHARE or close < CLOSE_SHARE:
        return ("too few of its words are in the cited sources",)
    return ()
