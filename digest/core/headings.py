"""A heading and an emoji for a section of quoted sentences."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from digest.core.text import content_words
from digest.core.themes import DETAIL, HEADLINE, SPEECH, Theme, terms, weigh

_GENERAL: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "The Details",
        "More on the Story",
        "Also Reported",
        "In Other Details",
        "Further Points",
    ),
    "de": (
        "Die Einzelheiten",
        "Mehr dazu",
        "Außerdem berichtet",
        "Weitere Einzelheiten",
        "Im Detail",
    ),
    "fr": ("Les détails", "Le contexte", "À noter", "Autres précisions", "En bref"),
    "es": ("Los detalles", "El contexto", "También", "Otros datos", "En breve"),
    "it": ("I dettagli", "Il contesto", "Inoltre", "Altri dati", "In breve"),
    "pt": ("Os detalhes", "O contexto", "Também", "Outros dados", "Em resumo"),
    "nl": ("De details", "De achtergrond", "Verder", "Meer details", "In het kort"),
}
_FULL_REPORT: Final[dict[str, str]] = {"en": "The Full Report", "de": "Der ganze Bericht"}
_VOICES: Final[dict[str, tuple[str, ...]]] = {
    "en": ("In Their Own Words", "Voices on the Story"),
    "de": ("Stimmen dazu", "Im Wortlaut"),
}


@dataclass(slots=True)
class Marks:
    """The headings and emoji a story has used so far; none is given out twice."""

    headings: set[str] = field(default_factory=set)
    emoji: set[str] = field(default_factory=set)

    def first_emoji(self, *candidates: str) -> str:
        """Return the first unused emoji of the space-separated ``candidates``, and mark it."""
        for emoji in " ".join((*candidates, DETAIL, HEADLINE, SPEECH)).split():
            if emoji not in self.emoji:
                self.emoji.add(emoji)
                return emoji
        return "📰"

    def first_heading(self, candidates: Iterable[str]) -> str:
        """Return the first unused heading, and mark it; "" when all are used."""
        for heading in candidates:
            if heading and heading.lower() not in self.headings:
                self.headings.add(heading.lower())
                return heading
        return ""


def headline_emoji(headline: str, lead: str, marks: Marks) -> str:
    """Return the emoji of a story: of the theme its headline and lead speak of most."""
    # The headline's own words count double, and its first telling word is mostly its verb; but a
    # theme that three of its words speak of needs no verb.
    stems = content_words(headline)
    ranked = _ranked(terms(headline), terms(lead))
    plain = [theme for n, theme in weigh(terms(headline))[:1] if n > 2]
    early = plain or [t for stem in stems for _, t in weigh((stem,)) if t in ranked[:3]]
    return marks.first_emoji(*(theme.emoji for theme in (*early[:1], *ranked[:2])), HEADLINE)


def phase(sentences: Sequence[str], language: str) -> int:
    """Return where a section stands in a story: 0 what happened … 3 reaction, 4 what next."""
    theme, _ = _choice(sentences, language, Marks())
    return theme.phase if theme else 1


def subject(sentence: str, language: str) -> str:
    """Return the name of the theme that would head a section on ``sentence``, or ""."""
    theme, _ = _choice([sentence], language, Marks())
    return theme.name if theme else ""


def name_section(
    sentences: Sequence[str],
    *,
    headline: str,
    language: str,
    recurring: Collection[str],
    spoken: bool,
    marks: Marks,
) -> tuple[str, str]:
    """Return (emoji, heading) for a section. The first sentence is its anchor.

    A theme whose condition holds gives its wording; else a noun phrase of the anchor; else a plain
    general heading. Nothing named or numbered that the section does not say. ``recurring`` are the
    stems the story uses more than once: only what it keeps to is worth a heading. ``spoken`` says
    that the anchor is mostly somebody's words.
    """
    theme, heading = _choice(sentences, language, marks)
    if theme is not None:
        marks.headings.add(heading.lower())
        return marks.first_emoji(theme.emoji), heading
    general = _GENERAL.get(language, _GENERAL["en"])
    voices = _VOICES.get(language, ()) if spoken else ()
    if voice := marks.first_heading(voices):
        return marks.first_emoji(SPEECH), voice
    phrases = _phrases(sentences[0], headline, recurring) if language == "en" else []
    heading = marks.first_heading((*phrases, *general)) or general[-1]
    return marks.first_emoji(DETAIL), heading


def full_report(language: str, marks: Marks) -> tuple[str, str]:
    """Return (emoji, heading) for the section that points at the only source."""
    heading = _FULL_REPORT.get(language, _GENERAL.get(language, _GENERAL["en"])[0])
    marks.headings.add(heading.lower())
    return marks.first_emoji("📰 🗞️"), heading


def _ranked(strong: Collection[str], weak: Collection[str]) -> list[Theme]:
    """Return the themes that the words speak of, those of ``strong`` counting double."""
    scores: dict[str, int] = {}
    themes: dict[str, Theme] = {}
    for found, weight in ((strong, 2), (weak, 1)):
        for n, theme in weigh(found):
            themes[theme.name] = theme
            scores[theme.name] = scores.get(theme.name, 0) + weight * n
    return sorted(themes.values(), key=lambda theme: -scores[theme.name])


# The table knows stems, and some headings need more to be true: a word itself ("licensed books"
# are no licence, a share of the market is no share price), or that nothing was denied or asked for.
_WORDED: Final[dict[str, re.Pattern[str]]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "What the Licence Says": r"\blicen[cs]es?\b(?! (?:plate|fee))",
        "The Weights Stay Open": r"\bweights\b",
        "Open Weights": r"\bweights?\b",
        "How Markets Reacted": r"\b(?:shares|stocks?)\b",
        "How Many Are Affected": r"\baffect",
        "The Settlement": r"\bsettl(?:ement|ed|es|ing)\b",
        "Building Its Own Models": r"\bown\b.{0,40}\bmodels?\b",
        "Training Data": r"\bdata\b",
        "The Case in Court": r"\b(?:courts?|judges?|jury|trial|damages)\b",
    }.items()
}
_ASSERTING: Final = frozenset(
    (
        "An Appeal Is Likely",
        "Talks Continue",
        "Partnership Still Active—for Now",
        "Prices Come Down",
        "The Weights Stay Open",
        "Rising Tensions",
        "Growing Frustration",
        "Less Reliance on One Partner",
        "Critics Object",
        "What the Judge Decided",
        "The Data Will Be Open",
        "Close to Collapse",
        "Closing Within Months",
        "Building Its Own Models",
        "Regulators Have the Last Word",
        "Orders on Hold",
        "The Launch",
        "The Recall",
        "New Hires",
        "What Happens Next",
        "A Rival Bid",
    )
)
_DENIED: Final = re.compile(
    r"\b(?:no|not|never|without|nor|neither|cannot|den(?:y|ies|ied)|unlikely|ruled out|rejected"
    r"|asks?|asked|asking|urged?|urges|wants?|if)\b|n['’]t\b",
    re.IGNORECASE,
)


def _untrue(heading: str, sentence: str) -> bool:
    """Whether a heading whose condition holds still says more than its sentence."""
    worded = _WORDED.get(heading)
    if worded is not None and not worded.search(sentence):
        return True
    return heading in _ASSERTING and _DENIED.search(sentence) is not None


def _choice(
    sentences: Sequence[str], language: str, marks: Marks
) -> tuple[Theme, str] | tuple[None, str]:
    """Return the best theme with a heading that holds and is not used, or None."""
    told = [terms(sentence) for sentence in sentences]
    ranked = _ranked(told[0], frozenset().union(*told))
    # What the anchor bears out comes before what only a later sentence does.
    for sentence, found in zip(sentences, told, strict=True):
        for theme in ranked[:6]:
            for heading in theme.fitting(language, found):
                if heading.lower() not in marks.headings and not _untrue(heading, sentence):
                    return theme, heading
    return None, ""


# --- noun phrases ----------------------------------------------------------------------------


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PIECE: Final = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*|[^\w\s]")
_ARTICLES: Final = _listed("the a an its their")
# Closed-class words that can follow a noun phrase; what follows must be one of these, so that a
# verb is not taken for the phrase's last noun.
_AFTER: Final = _listed(
    "of in on for with from by at over about under between into through during against across"
    " after before and or but which that who whose where when while as than because if is are was"
    " were has have had will would can could may might should must , ; : . — – ) ”"
)
_LINKS: Final = _listed("of in over for on about with between")
_NEVER: Final = _listed(
    "company companies firm group groups people person percent year years month months week weeks"
    " day days hour hours time times end start centre center middle part parts number kind lot one"
    " two three four five six seven eight nine ten case way thing things fact statement"
    " spokesperson"
    " spokesman spokeswoman interview news report account matter result rest place point example"
    " same"
    " other others next last first second third new few several many more most such own former"
    " latter half majority series range variety set size level total amount question answer reason"
    " post blog website site today monday tuesday wednesday thursday friday saturday sunday january"
    " february march april may june july august september october november december not so very"
    " chief executive ceo founder president analyst sources insiders said told moment single new"
    " large small big long great little good bad main only whole entire full early late old young"
    " short high low many boards list statement attempt bit deal talks negotiations"
)
_VERBS: Final = _listed(
    "said says told is are was were be been has have had will would can could may might must"
    " should do does did make makes made take takes took give gives gave get gets got go goes went"
    " come comes came see sees saw keep keeps kept let put run runs set hold holds held find finds"
    " found build builds built buy buys bought sell sells sold pay pays paid lead leads led leave"
    " leaves left lose loses lost mean means meant meet meets met read reads rise rises rose send"
    " sends sent show shows spend spends spent stand stands stood win wins won write writes wrote"
    " begin begins began become becomes became fall falls fell grow grows grew know knows knew"
    " think thinks thought try tries want wants use uses used need needs expect expects remain"
    " remains"
)
_BAD_END: Final = re.compile(r"(?:ly|ed|ous|ful|able|ible|ish|less|er than|est)$")


def _phrases(sentence: str, headline: str, recurring: Collection[str]) -> list[str]:
    """Return noun phrases of an English sentence that can stand as headings, the best first.

    Only phrases with an article or a possessor before them and a closed-class word after them
    count, which takes a parser's place: between those two stands a noun phrase.
    """
    pieces = _PIECE.findall(sentence)
    known = set(content_words(headline))
    scored: list[tuple[float, int, str]] = []
    for i, piece in enumerate(pieces):
        owner = piece[:1].isupper() and re.search(r"[’']s$|s[’']$", piece) is not None
        if piece.lower() not in _ARTICLES and not owner:
            continue
        phrase, end = _noun_phrase(pieces, i + 1)
        if not phrase:
            continue
        linked = _linked(pieces, end) if len(phrase) <= 2 and not owner else []
        phrase = [*phrase, *linked]
        fresh = [word for word in content_words(" ".join(phrase)) if word not in known]
        if (len(phrase) < 2 and not owner) or not any(word in recurring for word in fresh):
            continue
        article = {"the": "The", "a": "A", "an": "An"}.get(piece.lower(), piece if owner else "")
        heading = " ".join([*([article] if article else []), *map(_titled, phrase)])
        words = len(heading.split())
        if 2 <= words <= 6:
            score = len(fresh) / len(phrase) + 0.3 * bool(linked) - 0.02 * i - 0.1 * abs(words - 3)
            scored.append((-score, i, heading))
    return [heading for _, _, heading in sorted(scored)]


def _noun_phrase(pieces: Sequence[str], start: int) -> tuple[list[str], int]:
    """Return the words of the noun phrase at ``start`` and where it ends; [] when there is none."""
    end = start
    while end < len(pieces) and end - start < 5 and pieces[end].lower() not in _AFTER:
        end += 1
    phrase = list(pieces[start:end])
    if not 1 <= len(phrase) <= 4 or end >= len(pieces):
        return [], end
    lower = [word.lower() for word in phrase]
    if any(word in _NEVER or word in _VERBS or not word[0].isalpha() for word in lower):
        return [], end
    if any(len(word) < 2 or word.endswith(("’s", "'s", "ly")) for word in lower):
        return [], end
    # A plural inside the phrase is most likely a verb: "plans", "sees".
    if any(
        w.endswith("s") and not w.endswith(("ss", "us", "is")) and w.islower() for w in phrase[:-1]
    ):
        return [], end
    if any(w.endswith("ed") and "-" not in w for w in lower[1:]) or _BAD_END.search(lower[-1]):
        return [], end
    return phrase, end


def _linked(pieces: Sequence[str], end: int) -> list[str]:
    """Return "in Decisions" for what follows a short phrase, or [] when it is not a plain noun."""
    if end + 2 >= len(pieces) or pieces[end].lower() not in _LINKS:
        return []
    noun, after = _noun_phrase(pieces, end + 1)
    if noun and noun[0].lower() in _ARTICLES:
        return []
    if len(noun) > 2 or after >= len(pieces) or not noun:
        return []
    return [pieces[end].lower(), *noun]


def _titled(word: str) -> str:
    if word in _LINKS or not word.islower():
        return word
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
