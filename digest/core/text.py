"""Plain text: cleaning, sentences, words. Linear in the text, whatever the text is."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, Final

from digest.core.language import language as language

if TYPE_CHECKING:
    import nh3


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# --- cleaning --------------------------------------------------------------------------------

# Everything a reader cannot see: controls, soft hyphens, zero-width and bidi marks, variation
# selectors, tags, lone surrogates. They hide text from people and break encoders.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_NEWLINE: Final = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Canonical ordering of combining marks takes quadratic time in one unbroken run of them, so
# longer runs without white space are normalised piece by piece.
_LONGEST_RUN: Final = 256


def clean(text: str) -> str:
    """Return ``text`` in NFC, unseen characters removed, one space between words, no empty line.

    Lines stay lines: paragraphs come out separated by one newline.
    """
    text = _UNSEEN.sub("", text)
    if not text.isascii():
        text = _normalised(text)
    lines = (" ".join(line.split()) for line in _NEWLINE.split(text))
    return "\n".join(line for line in lines if line)


def _normalised(text: str) -> str:
    if max(map(len, text.split()), default=0) <= _LONGEST_RUN:
        return unicodedata.normalize("NFC", text)
    pieces = (text[i : i + _LONGEST_RUN] for i in range(0, len(text), _LONGEST_RUN))
    return "".join(unicodedata.normalize("NFC", piece) for piece in pieces)


# What ends a line when a browser shows it; every other tag goes, and its words stay.
_BLOCKS: Final = _listed(
    "address article aside blockquote br caption dd div dl dt fieldset figcaption figure footer"
    " form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section table tbody td tfoot th"
    " thead title tr ul"
)
_SILENT: Final = _listed("script style noscript template iframe object svg")
_TAG: Final = re.compile(r"<[^<>]*>")
# nh3 takes quadratic time in the attributes of one tag and in the depth of blocks.
_MONSTER: Final = re.compile(r"<[^<>]{5000,}>?")
_MOST_TAGS: Final = 3_000  # of data kind "feeds" none has more than 2,811
_SPOKEN: Final = re.compile(r"<(?!/?(?:script|style)\b)[^<>]*>", re.IGNORECASE)


def plain(html: str) -> str:
    """Return the text of an HTML fragment, cleaned, with a newline where a block ends.

    nh3 leaves the tags of blocks, bare, and drops scripts, styles and comments. Entities are
    decoded. Text without markup comes out as it is.
    """
    html = _UNSEEN.sub("", html)
    if "<" not in html:
        return clean(unescape(html))
    html = _MONSTER.sub(" ", html)
    if html.count("<") > _MOST_TAGS:
        html = _SPOKEN.sub(" ", html)
    # A source's own line breaks mean nothing in HTML, its blocks do.
    safe = " ".join(_cleaner().clean(html).split())
    return clean(unescape(_TAG.sub("\n", safe)))


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    import nh3

    return nh3.Cleaner(
        tags=set(_BLOCKS), attributes={}, clean_content_tags=set(_SILENT), link_rel=None
    )


# --- sentences -------------------------------------------------------------------------------

_OPENERS: Final = "\"'“‘«‹„‚»›([{¿¡*_"
_CLOSERS: Final = "\"'”’»›«‹“)]}*_"
_BULLET: Final = re.compile(r"(?:[-–—•*▪◦‣·●■○►]|\d{1,2}[.)])\s+")
_BULLETS: Final = frozenset("•▪◦‣●■►")
_TOKEN: Final = re.compile(r"\S+")
_WIDE_STOP: Final = re.compile(r"(?<=[。！？])(?![。！？」』”’）])")
_ACRONYM: Final = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,3}")

# Never the last word of a sentence.
_LEADING: Final = _listed(
    "mr mrs ms mx dr prof hon rev gen lt col maj sgt capt cmdr adm sen rep gov pres st mt ft vs fig"
    " figs eq approx cf viz e.g i.e al resp hr fr frau dipl ing nr bzw ca vgl ggf evtl sog z.b d.h"
    " u.a o.ä s.o inkl exkl geb phil rer nat mag dir"
)
# May end a sentence: then a word follows that opens sentences.
_TRAILING: Final = _listed(
    "inc corp co ltd llc plc bros jr sr etc dept univ assn jan feb mar apr jun jul aug sep sept oct"
    " nov dec mon tue tues wed thu thur thurs fri sat sun ave blvd rd est vol ed eds usw mio mrd"
    " tsd std str abs art jh okt dez mrz bd hrsg a.m p.m calif mass conn wash ariz colo ill"
    " fla tex tenn"
)
# An abbreviation only before a number ("No. 3", "p. 12"), else a word like any other.
_NUMBERING: Final = _listed("no nos p pp sec ch vol art abs nr bd ver v")
_STARTERS: Final = _listed(
    "a an the this that these those it its he she they we i you his her their our my there here in"
    " on at by for from with as if when while but and or so yet still also after before since"
    " although though however meanwhile because despite during once until some many most all both"
    " each every one two another other such no not what who why how where which last next now then"
    " earlier later today yesterday nearly about more only even to under among between according"
    " asked der die das den dem des ein eine einen einem einer eines und oder aber doch denn er"
    " sie es wir ihr ich sein seine ihre in im am an auf bei mit nach seit von vom zu zum zur aus"
    " für über unter vor wie wenn weil als auch noch nun so dabei damit dies diese dieser dieses"
    " laut statt trotz während bisher zuletzt zudem außerdem allerdings le la les un une il elle"
    " el los las"
)
_SPEECH: Final = _listed(
    "said says asked asks added adds told tells wrote writes replied noted notes explained"
    " explains continued sagte fragte schrieb erklärte"
)
_MONTHS_DE: Final = _listed(
    "januar februar märz april mai juni juli august september oktober november dezember"
    " jahrhundert jahrestag"
)
_BEFORE_ORDINAL_DE: Final = _listed(
    "am der dem den des vom zum zur im bis seit ab die das beim ihr ihre ihren seinem sein"
)


def sentences(text: str) -> list[str]:
    """Return the sentences of ``text``, in order, each exactly as it stands there.

    A newline always ends one. Knows the abbreviations, initials, decimals, ordinals and closing
    quotation marks of English and German news prose; a list item's bullet is left out.
    """
    found: list[str] = []
    for line in filter(None, _NEWLINE.split(text)):
        for piece in _WIDE_STOP.split(line) if not line.isascii() else (line,):
            found.extend(_split(piece.strip()))
    return found


def _split(line: str) -> list[str]:
    bullet = _BULLET.match(line)
    start = bullet.end() if bullet else 0
    spans = [match.span() for match in _TOKEN.finditer(line, start)]
    found: list[str] = []
    for i, (_, end) in enumerate(spans):
        # Most tokens end in a letter: one look settles them.
        last = line[end - 1]
        if i + 1 < len(spans) and (last.isalnum() or not _ends(line, spans, i)):
            continue
        sentence = line[start:end]
        if sentence:
            found.append(sentence)
        if i + 1 < len(spans):
            start = spans[i + 1][0]
            if line[start] in _BULLETS and i + 2 < len(spans):
                start = spans[i + 2][0]
    return found


def _ends(line: str, spans: list[tuple[int, int]], i: int) -> bool:
    """Whether the ``i``-th token, not the last, ends a sentence."""
    following = _token(line, spans, i + 1)
    if following in _BULLETS:
        return True
    token = _token(line, spans, i)
    core = token.rstrip(_CLOSERS)
    if not core or core[-1] not in ".!?…":
        return False
    after = following.lstrip(_OPENERS)
    if not _opens_sentence(after):
        return False
    if core != token and _is_attribution(line, spans, i + 1):
        return False
    if core[-1] != "." or core.endswith(".."):
        return True
    return _full_stop_ends(core[:-1].lstrip(_OPENERS), after, line, spans, i)


def _token(line: str, spans: list[tuple[int, int]], i: int) -> str:
    start, end = spans[i]
    return line[start : min(end, start + 60)] if end - start > 120 else line[start:end]


def _opens_sentence(token: str) -> bool:
    if not token:
        return False
    first = token[0]
    if first.isupper() or first.isdigit() or first in "$€£¥#@":
        return True
    # "iPhone", "xAI", "eBay" open sentences too; scripts without case cannot tell.
    return any(c.isupper() for c in token[1:4]) or not (first.islower() or first in ",;:–—-&+/%.…")


def _is_attribution(line: str, spans: list[tuple[int, int]], i: int) -> bool:
    """Whether the tokens from ``i`` read like ``Sam Altman said``."""
    for j in range(i, min(i + 4, len(spans))):
        token = _token(line, spans, j).rstrip(",.:")
        if token.lower() in _SPEECH:
            return True
        if not token[:1].isupper() or token.lower() in _STARTERS:
            return False
    return False


def _full_stop_ends(word: str, after: str, line: str, spans: list[tuple[int, int]], i: int) -> bool:
    lower = word.lower()
    starter = after.rstrip(",:;").lower() in _STARTERS
    if word.isdigit() and len(word) <= 2:
        before = _token(line, spans, i - 1).lower() if i else ""
        ordinal = before in _BEFORE_ORDINAL_DE or after.lower().rstrip(".,") in _MONTHS_DE
        return bool(before) and not ordinal
    if lower in _LEADING:
        return False
    if lower in _NUMBERING and after[:1].isdigit():
        return False
    if lower in _TRAILING or _ACRONYM.fullmatch(word[-20:]):
        return starter
    if len(word) == 1 and word.isalpha():
        # "George W. Bush", "z. B."
        return starter if word.isupper() else after[1:2] != "."
    return True


# --- words -----------------------------------------------------------------------------------

_WORD: Final = re.compile(
    r"[^\W_]+(?:(?:['’](?=[^\W\d_])|[.](?=[^\W_])|,(?=\d)|-(?=\d)|(?<=\d)-(?=[^\W_]))[^\W_]+)*"
)
_STOPWORDS: Final = _listed(
    "a about above after again against all also although am among an and any are aren't as at be"
    " because been before being below between both but by can can't cannot could couldn't did"
    " didn't do does doesn't doing don't down during each either else even ever every few for from"
    " further had hadn't has hasn't have haven't having he her here hers herself him himself his"
    " how however i i'd i'll i'm i've if in into is isn't it its itself just let like ll may me"
    " might more most much must my myself neither no nor not now of off on once one only onto or"
    " other our ours ourselves out over own per re said same say says shall she should shouldn't"
    " since so some still such than that the their theirs them themselves then there these they"
    " they're they've this those though through to too toward towards under until up upon us ve"
    " very via was wasn't we we're we've well were weren't what when where whether which while who"
    " whom whose why will with within without won't would wouldn't yet you you're your yours"
    " der die das den dem des ein eine einen einem einer eines und oder aber nicht ist sind wird"
    " werden wurde wurden mit für auf aus bei nach von vom zu zum zur im als auch sich dass sie es"
    " er wir ihr ich noch nur sein seine ihre über unter vor wie wenn durch haben hatte kann soll"
    " um bis seit sei nun schon mehr sehr zwischen gegen ohne dieser diese dieses"
)


def words(text: str) -> list[str]:
    """Return the words of ``text`` in lower case: possessives bare, numbers and "gpt-4o" whole."""
    text = text.lower().replace("’", "'").replace("\u2010", "-").replace("\u2011", "-")
    found = _WORD.findall(text)
    return [word[:-2] if word.endswith("'s") else word for word in found]


def content_words(text: str) -> list[str]:
    """Return the words of ``text`` that say something, each cut back to a stem.

    Function words of English and German are dropped. "Chips" and "chip", "raised" and "raising"
    share a stem; a stem need not be a word.
    """
    return [_stem(word) for word in words(text) if word not in _STOPWORDS]


@lru_cache(maxsize=1 << 15)
def _stem(word: str) -> str:
    """Return the light stem of a lower-case word: plural, -ing and -ed off, final e and y even."""
    if len(word) < 4 or len(word) > 40 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for suffix in ("ing", "ed"):
        stem = word[: -len(suffix)]
        if word.endswith(suffix) and len(stem) >= 3 and any(c in "aeiouy" for c in stem):
            doubled = stem[-1] == stem[-2] and stem[-1] not in "lsz"
            word = stem[:-1] if doubled else stem
            break
    if len(word) > 4 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 3 and word.endswith("y") and word[-2] not in "aeiou":
        word = word[:-1] + "i"
    return word


def shorten(text: str, limit: int) -> str:
    """Return ``text``, or its beginning at a word's end with "…", at most ``limit`` characters."""
    if len(text) <= limit:
        return text
    if limit < 2:
        return text[: max(limit, 0)]
    cut = text[: limit - 1]
    if not text[limit - 1].isspace():
        # A word longer than half the room is cut rather than dropped.
        space = max(cut.rfind(" "), cut.rfind("\n"))
        cut = cut[:space] if space >= limit // 2 else cut
    return cut.rstrip(" \n,;:–—-(") + "…"
