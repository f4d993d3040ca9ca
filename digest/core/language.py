"""Which language a text is in."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+")
_TAG: Final = re.compile(r"\s*([A-Za-z]{2,3})(?![A-Za-z])")


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FUNCTION_WORDS: Final[dict[str, frozenset[str]]] = {
    "en": _listed(
        "the of and to is that for with as are was were by from this which its have has been will"
        " would not but they their it be at an or said after about who more than on you"
    ),
    "de": _listed(
        "der die das und ist nicht mit von dem den des ein eine einen einer für auf sich auch als"
        " werden wird wurde bei nach aus zu im zum zur dass haben sind über sie es aber oder"
        " noch nur wie durch soll"
    ),
    "fr": _listed(
        "le la les des et est une un du que qui dans pour sur avec pas par au aux ce cette sont"
        " plus ne se il elle ses leur été mais nous vous son sa"
    ),
    "es": _listed(
        "el la los las de y que en un una es por con para del se su al lo como más pero sus fue"
        " ha este esta son no le ya entre sobre también"
    ),
    "it": _listed(
        "il lo gli di e che è un una per con non del della dei delle nel alla sono più come anche"
        " dal si da ha questo questa ma su le la"
    ),
    "pt": _listed(
        "o a os as de e que em um uma é por com para do da dos das no na não se mais como mas ao"
        " foi são pela pelo sua seu também"
    ),
    "nl": _listed(
        "de het een en van is dat op te in voor met zijn niet aan er om ook als bij door maar uit"
        " naar dan nog wordt deze heeft worden over"
    ),
}
_SCRIPTS: Final = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
)
_SAMPLE: Final = 6000  # characters that settle the question


def declared(tag: str) -> str:
    """Return the primary language of a declared tag, "en" for "en-GB"; "" for what names none."""
    primary = _TAG.match(tag)
    return primary[1].lower() if primary else ""


def language(text: str) -> str:
    """Return the language of ``text`` as "en", "de", "fr", …, or "" when it cannot be told.

    Counts function words; scripts of their own are told by their letters. A headline is often
    too short.
    """
    sample = text[:_SAMPLE]
    if not sample.isascii():
        letters = sum(map(str.isalpha, sample))
        for code, script in _SCRIPTS:
            if len(script.findall(sample)) > letters * (0.1 if code == "ja" else 0.5):
                return code
    tokens = _WORD.findall(sample.lower())
    counts = sorted(
        ((sum(map(listed.__contains__, tokens)), code) for code, listed in _FUNCTION_WORDS.items()),
        reverse=True,
    )
    (best, code), (second, _) = counts[0], counts[1]
    if best < 2 or best < 1.3 * second or best < 0.1 * len(tokens):
        return ""
    return code
