"""Whether a sentence keeps the "not" and the "maybe" of the source sentence it retells.

Only a close retelling is judged: where most words agree, a missing or added negation turns the
claim round, and a missing hedge makes a rumour a fact. Looser wording is left to the other checks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from digest.core import facts
from digest.core.sourcetext import SourceText, share, stems

# Measured on QAGS CNN/DM, 531 sentences people call true: 2 refused. Planted into the bundled
# newsroom: 49 of 50 dropped negations caught, 333 of 401 added ones, 36 of 51 dropped hedges.
_RETOLD: Final = 0.75  # of the sentence's content words stand in the one source sentence
_NEGATED: Final = 0.8  # of the source sentence's content words are retold: same clause
_HEDGED: Final = 0.7

_NEGATION: Final = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nobody|nothing|without|cannot|\w{1,12}n['’]t|refus\w+"
    r"|den(?:y|ies|ied|ying)|declin\w+|nicht|kein\w*|nie|niemals|ohne)\b",
    re.IGNORECASE,
)
_HEDGES: Final = (
    "reportedly|allegedly|may|might|could|consider(?:s|ed|ing)?|in talks|weigh(?:s|ed|ing)?"
    "|explor(?:es|ed|ing)|rumou?r\\w*|possibl[ey]|likely|perhaps|probably"
    "|angeblich|offenbar|könnten?|dürften?|soll(?:en)?|erwäg\\w+|vielleicht|wohl"
)
_HEDGE: Final = re.compile(rf"\b(?:{_HEDGES})\b", re.IGNORECASE)
_ANY_DOUBT: Final = re.compile(
    rf"\b(?:{_HEDGES}|would|should|can|plan\w*|expect\w*|aim\w*|discuss\w*|talks|propos\w+"
    r"|potential\w*|appear\w*|seem\w*|suggest\w*|believ\w*|hop(?:e|es|ed|ing)|prepar\w+|intend\w*"
    r"|seek\w*|accord\w+|claim\w*|think\w*|warn\w*|fear\w*|suspect\w*|estimat\w*|consideration"
    r"|possibility|if|whether|laut|möglich\w*|plant|geplant|würden?)\b",
    re.IGNORECASE,
)


def turned(sentence: str, cited: Sequence[SourceText]) -> tuple[str, ...]:
    """Return why ``sentence`` says the contrary of what it retells, or more surely; else none."""
    own = stems(sentence)
    closest = max(
        (
            (share(own, held), -len(held), said)
            for source in cited
            for held, said in zip(source.sentences, source.said, strict=True)
        ),
        default=None,
    )
    if not own or closest is None or closest[0] < _RETOLD:
        return ()
    said = closest[2]
    told = share(stems(said), frozenset(own))
    if said.rstrip("\"”’' ").endswith("?") and "?" not in sentence and told >= _NEGATED:
        return ("it answers what its source only asks",)
    here, there = bool(_NEGATION.search(sentence)), bool(_NEGATION.search(said))
    if here and not there:
        return ("it denies what its source says",)
    if there and not here and told >= _NEGATED:
        return ("it says what its source denies",)
    sure = not _ANY_DOUBT.search(sentence) and not facts.quotations(sentence)
    if told >= _HEDGED and sure and _HEDGE.search(said):
        return ("it states as fact what its source only thinks possible",)
    return ()
