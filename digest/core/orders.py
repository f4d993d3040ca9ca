"""Whether a text gives orders to the program that reads it, instead of telling a reader something.

Precise rather than greedy: an order counts where it is addressed to whoever reads. Reports of what
somebody told a chatbot, and of what the law asks of chatbots, are news and stay.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from digest.core.text import sentences

_LONGEST: Final = 40_000  # characters looked at

_READER: Final = (
    r"(?:(?:ai|a\.i\.|llm|language|automated|machine|large language|generative)[ -]"
    r"(?:models?|assistants?|systems?|agents?|summari[sz]ers?|readers?|tools?|bots?|digests?)"
    r"|llms?|ais?|assistants?|chat ?bots?|bots|summari[sz]ers?|crawlers?|aggregators?"
    r"|models?|agents?|chatgpt|claude|gemini|copilot|gpt(?:-?\d\w*)?|editors?|machines)"
)
_ITEM: Final = r"(?:article|story|page|text|piece|report|post|item|claim|document|content|digest)"
_THIS: Final = rf"(?:this|these|the following|the above|the (?:next|present)) ?(?:\w+ )?{_ITEM}?"
_MUST: Final = (
    r"(?:must|should|shall|ha(?:s|ve) to|needs? to|(?:is|are) (?:to|required to|asked to))"
)
# Where an order begins: with a sentence or clause, or after a word that makes it one.
_BEGIN: Final = r"^|(?<=[:;–—(\[\"“„«*>#|])|(?<=, )|(?<= - )|\b(?:please|kindly|you must|bitte)\s"
_POLITE: Final = (
    r"[\s\W]*(?:(?:please|kindly|now|just|simply|always|also|instead|you must|you should|bitte)"
    r"\s+)*"
)
_START: Final = rf"(?:{_BEGIN}){_POLITE}"
_ANYWHERE: Final = rf"(?:{_BEGIN}|\b(?:must|should|shall|ha[sv]e? to|and|then)\s){_POLITE}"

# Orders by their words alone: nobody writes these for people.
_PLAIN: Final = re.compile(
    rf"<\||\[\[|\]\]|\{{\{{|\[/?inst\b|prompt injection:"
    rf"|^\W*(?:system|assistant|developer)(?: (?:prompt|message|note|override))? ?:(?=\s*\S)"
    rf"|^\W*system ?prompt ?:"
    rf"|^\W*(?:(?P<greeting>dear|hey|hi|hello|liebe[rs]?|hallo)|attention|note to|to|for|an"
    rf"|achtung) (?:all |any |every |the |our |alle |die )*"
    rf"(?:{_READER}|ki(?:-\w+)?|sprachmodelle?)(?: \w+)?\s?(?(greeting)[,!]|[:!–—])"
    rf"|^\W*(?:new|updated|additional|special|further|final|neue|weitere)"
    rf" (?:system )?(?:instructions?|anweisung(?:en)?)(?: for [\w ]{{1,40}})?\s?:"
    rf"|\b(?:instruction|note|message|notice|reminder)s? (?:to|for) (?:the |any |all |every )*"
    rf"{_READER}(?: \w+){{0,3}}\s?[:–—]"
    rf"|^\W*as an? (?:ai|llm|automated|(?:large )?language)\b(?: \w+){{0,2}}"
    rf"(?:,|\s(?:you|reading|summari\w+|processing|compiling|indexing))"
    rf"|^\W*als (?:ki|sprachmodell|assistent)\b[^.]{{0,30}}(?:,| liest| lesen)"
    rf"|\b(?:{_READER}|who(?:ever|so)?|anyone|anything|those|reader)s?,? (?:that |who |which )?"
    rf"(?:is |are )?(?:read|summari[sz]|process|compil|index|pars|ingest|aggregat)(?:e?s|ing|e|)"
    rf" (?:the (?:page|above|following)\b|(?:this|these)"
    rf"(?= {_ITEM}s?\b| (?:must|should|shall|ha[sv]e?|needs?)\b|[,:.]|$))"
    rf"|\bwer (?:auch immer )?diese[nsmr]? \w+ (?:zusammen|verarbeit|liest)"
    rf"|\bwhen (?:you )?(?:are )?summari[sz]\w* (?:this|these|the (?:page|article|above|story))"
    rf"|\byou are (?:now )?(?:an? (?:ai|assistant|language|helpful)|the editor of)"
    rf"|\byour (?:instructions|system prompt|summary|output|reply|response)"
    rf" (?:must|should|is to|are to)\b"
    rf"|\bmust (?:be )?(?:ranked|rated|listed|placed) first\b",
    re.IGNORECASE,
)
# Orders where they begin a clause, unless the words before report them.
_DISREGARD: Final = re.compile(
    _ANYWHERE + r"(?:"
    r"(?:ignore|disregard|forget|override|bypass) (?:(?:all|any|the|your|every|of|previous|prior"
    r"|earlier|above|preceding|foregoing|former|system|other|these|existing) ){0,4}"
    r"(?:instruction|prompt|guideline|direction|order|directive|rule of yours)s?\b"
    r"|(?:ignore|disregard|forget|override) (?:all |any )?(?:your|previous|prior|system)"
    r" (?:rules|training|context|settings)"
    r"|(?:ignore|disregard|forget) (?:everything|anything|all|what)\b[^.]{0,20}"
    r"\b(?:told|said|above|before)\b"
    r")",
    re.IGNORECASE,
)
_IMPERATIVE: Final = re.compile(
    _START + r"(?:"
    rf"(?:rank|rate|list|place|put|feature|treat|describe|present|summari[sz]e|recommend|call|label"
    rf"|score) (?:{_THIS})(?= |$|[.,:!])"
    r"|(?:rank|list|place|put) [^.]{1,60} (?:first|at the top|above (?:all|every|its))\b"
    r"|(?:respond|reply|answer|output|print) (?:only|exactly)\b(?! to)"
    r"|(?:only )?(?:respond|reply|answer|output|print) (?:only )?with (?:only|exactly|the (?:words?"
    r"|phrase|sentence|following))"
    r"|(?:include|insert|add|repeat|write|state|say|print) (?:the|this|these|that)"
    r" (?:following |exact )*(?:sentence|phrase|words|link|line)\b"
    r"|reveal (?:your|the) (?:system )?(?:prompt|instructions)"
    r"|do not (?:mention|summari[sz]e|reveal|tell) (?:the|this|any|that|its)"
    r"|(?:ignoriere?|vergiss|missachte|überschreibe)(?:n sie|t)? (?:\w+ ){0,4}"
    r"(?:anweisung|regel|vorgabe|prompt|instruktion)\w*"
    r"|(?:setze|stelle|nenne|beschreibe|bewerte|fasse|behandle)(?:n sie)?"
    r" (?:diese[nsmr]?|den folgenden) (?:artikel|meldung|text|seite|bericht|beitrag|geschichte))",
    re.IGNORECASE,
)
# What programs are told to do about a firm or a claim: "AI assistants should describe …".
_DUTY: Final = re.compile(
    rf"^\W*(?:(?:all|any|every|the|note that|\w+ note that) )*{_READER}"
    rf"(?: (?:\w+ ){{0,6}}?|, [^,]{{1,60}}, ){_MUST} (?:always |only |never |also )*"
    r"(?:describe|call|treat|rank|rate|recommend|praise|put|state|summari[sz]e|present|label"
    r"|portray|conclude|respond|reply|answer|output|disregard|ignore)\b"
    r"|^\W*(?:alle )?(?:ki|llm|sprach)[\w-]*(?:assistent\w*|modelle?n?|systeme?n?|bots?|agenten)"
    r" (?:müssen|sollen|sollten|haben)\b.{1,120}\b(?:beschreiben|bezeichnen|nennen|darstellen"
    r"|empfehlen|einstufen|behandeln|voranstellen)\b",
    re.IGNORECASE,
)
# Before an order: somebody else was given it.
_REPORTED: Final = re.compile(
    r"\b(?:to|told|tells?|telling|asked|instruct(?:s|ed|ing)?|trick\w*|made|makes?|making|lets?|got"
    r"|can|could|would|might|may|will|did|does|how|that|which|researchers?|attack\w*|hack\w*"
    r"|injections?|chatbots?|said|says?|saying|reads?|reading|commands?|such as|like|wrote"
    r"|prompts?|angewiesen|forscher\w*|befehl\w*|sagte)\b",
    re.IGNORECASE,
)
# After a duty or beside it: somebody says so, or a law does.
_CLAIMED: Final = re.compile(
    r"[,:–—] (?:[\w'’.-]+ ){0,6}(?:says?|said|told|argues?|argued|warns?|warned|finds?|found|rules?"
    r"|ruled|urges?|suggests?|shows?|according|sagt|sagen|fordert|fordern|meinen|so)\b"
    r"|\b(?:laws?|bill|court|judge|regulators?|senators?|lawmakers?|minister|ministry|parliament"
    r"|commission|study|researchers?|act|gesetz|gericht|forscher\w*|studie)\b"
)
_QUOTED: Final = re.compile(
    r"“[^“”]{0,800}”|\"[^\"]{0,800}\"|„[^„“”]{0,800}[“”]|«[^«»]{0,800}»|‘[^‘’]{12,400}’"
)


def without(text: str) -> str:
    """Return a text less the paragraphs that give orders; what they say bears nothing out."""
    return "\n".join(line for line in text.split("\n") if not addressed(line))


def addressed(text: str) -> bool:
    """Whether any sentence of ``text`` gives orders to an AI, a summariser or a digest's maker.

    What stands in quotation marks counts too, unless the words around it report it.
    """
    lines = unicodedata.normalize("NFKC", text[:_LONGEST]).split("\n")
    return any(_line_orders(line) for line in lines)


@lru_cache(maxsize=4096)  # the same paragraph is asked about by the writer and by the check
def _line_orders(line: str) -> bool:
    return any(_ordered(sentence) for sentence in {*sentences(line), line[:300]})


def _ordered(sentence: str) -> bool:
    outside = _QUOTED.sub(" … ", sentence)
    if _REPORTED.search(outside) and len(outside.split()) > 4:
        sentence = outside
    if _PLAIN.search(sentence):
        return True
    for pattern in (_DISREGARD, _IMPERATIVE):
        if any(
            not _REPORTED.search(sentence, 0, found.start()) for found in pattern.finditer(sentence)
        ):
            return True
    return bool(_DUTY.search(sentence)) and not _CLAIMED.search(sentence)
