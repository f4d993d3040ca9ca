"""Whether a sentence leans on the one before it, and the names it speaks of."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from digest.core.text import content_words

_NAME: Final = re.compile(r"\b[A-ZÄÖÜ][\w’'-]*\w\b|\b[a-z]{1,2}[A-Z]\w+")
_BESIDE: Final = re.compile(r"(?:['’]s)? [A-ZÄÖÜ]|['’]s|-[A-ZÄÖÜ]")


def names(sentence: str) -> list[str]:
    """Return the capitalised names of a sentence; its first word only with a second beside it."""
    found = []
    for match in _NAME.finditer(sentence):
        name = re.sub(r"['’]s$", "", match[0])
        if name.lower() in NOT_NAMES:
            continue
        opens = match.start() <= 1
        if opens and name[1:].islower() and not _BESIDE.match(sentence, match.end()):
            continue
        found.append(name)
    return found


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Capitalised for other reasons than being a name.
NOT_NAMES: Final = _listed(
    "a an the this that these those it its he she they we i you his her their our in on at by for"
    " from with as if when while but and or so yet still also after before since although though"
    " however meanwhile because despite during once until some many most all both each every one"
    " two three four five six seven eight nine ten another other such no not what who why how where"
    " which now then earlier later today yesterday more only even to under among between there"
    " monday tuesday wednesday thursday friday saturday sunday january february march april may"
    " june july august september october november december der die das ein eine ai ceo cto ki us"
    " u.s"
)
_LEANING_START: Final = _listed(
    "he she it they him her his hers its their theirs them this that these those such but and or so"
    " yet however meanwhile instead also then both neither either another nor none thus hence"
    " therefore moreover furthermore similarly likewise otherwise nonetheless nevertheless still"
    " besides additionally finally consequently accordingly conversely elsewhere asked there here"
    " rather indeed again afterwards not or too others most some many few several each only"
    " er sie es dies diese dieser dieses damit dabei dazu daher deshalb zudem außerdem allerdings"
    " jedoch doch aber und auch dennoch trotzdem stattdessen ihre ihr sein seine davon dafür"
    " dagegen darin darüber danach beide solche letztere hinzu hier dort sondern denn gleichzeitig"
)
# Stems of words that say who told it, not what happened.
ATTRIBUTION: Final = _listed(
    "sourc familiar matter people accord report reportedli statement told insider claim announc"
    " chief execut spokesperson spokesman spokeswoman interview note add describ wednesdai"
    " yesterday today"
)
# "The episode" points back at something; with none of these words met before, it is a riddle.
_POINTING: Final = re.compile(
    r"\b(?:the|this|that|these|those|der|die|das|dem|den|diese[rnms]?)(?: (?!of\b)[\w-]+)?"
    r" (episode|region|site|rest|method|feature|tool|incident|announcement|arrangement|account"
    r"|product|technology|device|building|country|package|program(?:me)?|project|bug|error"
    r"|list|call|meeting|podcast|event|conference|halt|statement|interview|committee|panel|survey"
    r"|experiment|system|team|researchers?|institute|university|plant"
    r"|factory|filing|document|letter|memo|paper|test|tests|number|figures?|money|sum|proposal"
    r"|company|firm|group|startup|start-up|lab|laboratory|laboratories|developer|publisher|agency|office|ministry|bank"
    r"|maker|vendor|supplier|buyer|seller|city|town|hospital|school|newspaper|magazine|platform"
    r"|app|service|chip|board|boards|machine|robot|car|vehicle|phase|trial|study|report|decision"
    r"|unternehmen|konzern|anbieter|firma|hersteller|gruppe|behörde|verfahren|projekt|methode)\b"
    r"(?=[,.;:’')]|s?$|s? (?:said|says|told|added|is|are|was|were|has|had|have|will|would|can"
    r"|could|did|does|and|or|to|in|on|at|by|from|with|also|plans?|expects?|wants?|must|may|should"
    r"|found|finds|noted|wrote|hopes?|sagte|ist|war|hat|wird|und|an|mit)\b)",
    re.IGNORECASE,
)
_LEANING_PHRASE: Final = re.compile(
    r"^(?:if (?:approval|it|they|that|this)\b"
    r"|the (?:first|second|third|other|others|former|latter|same|two|three|pair|move|news|people"
    r"|sources?|insiders|latter|change|claim|idea|aim|answer|result|reason|problem|question|promise"
    r"|company|firm|group|startup|start-up|maker|outlet|site|tool|system|team|feature|statement"
    r"|figure"
    r"|number|order|work|step|decision|post|paper|document|letter|document|report|account)\b"
    r"|even so|for (?:example|instance|now|one|them|him|her|this|that)|in (?:addition|response"
    r"|return|contrast"
    r"|turn|that|this|these|those|other words|particular|the meantime)|as (?:a result|such"
    r"|part of|well)"
    r"|at (?:the same time|issue|stake|that|this)|on the other|by (?:contrast|then|comparison)"
    r"|until then|since then"
    r"|after (?:that|this|all)|before (?:that|this)|that said|of (?:th|course)|to (?:that|this"
    r"|do)|under (?:the|this|that) (?:agreement|deal|plan|terms|proposal|arrangement)"
    r"|(?:one|two|three|four|five|most|some|all|none|each|part|half|many) of (?:them|these|those)"
    r"|because of (?:this|that)"
    r"|with (?:that|this)|through (?:those|these|this|that)|existing|like (?:that|this)"
    r"|despite (?:this|that|the)"
    r"|(?:a|the) (?:spokes\w+|second|third|further|separate|similar)"
    r"|(?:one|two|three|four|five) (?:other|more)\b)",
    re.IGNORECASE,
)
_LEANING_INSIDE: Final = re.compile(
    r"\b(?:as well\.|too\.|the latter|the former|the same (?:account|day|time|report)|such a\b"
    r"|those (?:people|feelings)"
    r"|these (?!days)|the people said|as described|th(?:is|at) (?:\w+ )?"
    r"(?:is|was|means|position|promise|deal|move|makes|made)\b|so far\b.{0,3}$)",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(r"\b(?:he|she|his|her|hers|him|they|their|them|its?)\b", re.IGNORECASE)


_PAIR: Final = re.compile(r"[A-ZÄÖÜ][\w’'.-]* [A-ZÄÖÜ][\w’'-]+")
_ORDERING: Final = re.compile(
    r"^(?:just|remember|give|consider|imagine|think|let|read|see|look|take|pin|keep|note|expect"
    r"|stay|meet|say|picture|call|make|forget|add|try|put|ask|go|come|do|don['’]t"
    r"|please)\s+(?!\w+ed\b)"
    r"(?:the|a|an|not|of|for|to|it|that|this|your|no|back|at|in)\b",
    re.IGNORECASE,
)


# "Enforcement lies with the trust": of what?
_BARE: Final = re.compile(
    r"^(?:enforcement|approval|completion|delivery|payment|access|supply|demand|trouble|integration"
    r"|replacement|installation|production|training|testing)\s+(?:is|are|was|were|will|lies|rests"
    r"|remains?|comes|came|depends|began|begins|costs|takes|runs|has|had)\b",
    re.IGNORECASE,
)
# "Haar also says": also to what?
_ADDING: Final = re.compile(r"^(?:\S+ ){1,4}(?:also|too|then|meanwhile|nonetheless|however)\b")


def pointed(outside: str) -> frozenset[str]:
    found = set()
    for match in _POINTING.finditer(outside):
        # "The Lindholt Institute" is a name.
        if not match[0].split(" ", 1)[1].islower() and outside.isascii():
            continue
        noun = match[1].lower()
        # "Halcyra raised money, the company said": the name before it is what is meant.
        if noun in _FIRMS and names(outside[: match.start()]):
            continue
        # "The publisher Castrelle" says which.
        if _NAMED.match(outside, match.end()):
            continue
        found.update(content_words(noun))
    return frozenset(found)


_NAMED: Final = re.compile(r" [A-ZÄÖÜ]")
_FIRMS: Final = _listed(
    "company firm group startup start-up lab developer publisher agency office ministry bank maker"
    " vendor supplier institute university unternehmen konzern anbieter firma hersteller"
)


def opens_leaning(sentence: str) -> bool:
    """Whether the first word needs a sentence before it: "He", "But", "This"."""
    first = re.split(r"[\s,]", sentence.lstrip("\"'“‘«„"), maxsplit=1)[0]
    return first.lower() in _LEANING_START


def leans(sentence: str, outside: str, named: Collection[str], riddles: Collection[str]) -> bool:
    """Whether a reader needs the sentence before to know who or what is meant."""
    if opens_leaning(sentence) or _LEANING_PHRASE.search(sentence) or _BARE.match(sentence):
        return True
    if _LEANING_INSIDE.search(outside):
        return True
    # More than one firm is in most stories: "the company" alone says nothing.
    if any(stem in riddles for firm in _FIRMS for stem in content_words(firm)):
        return True
    if _ORDERING.search(sentence) or _ADDING.search(outside):
        return True
    pronoun = _PERSON.search(outside)
    if pronoun is None:
        return False
    # A pronoun needs someone or something before it in the sentence; a plural is content with less.
    before = outside[: pronoun.start()]
    if pronoun.group().lower() in ("they", "their", "them", "it", "its"):
        return len(before.split()) < 4 and not any(name in before for name in named)
    return _PAIR.search(before) is None
