"""What a title says happened: how far a matter has come, what kind of event, or no event at all."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from digest.core.text import content_words, words

_STAGES: Final = {
    "talks": r"talks|weighs?|weighing|considers?|considering|negotiat\w+|eyes|exploring",
    "agreed": r"agree[ds]?|signs|signed|strikes|struck|inks|acquires?|acquired|buys|bought"
    r"|(?<!talks )(?<!plans )(?<!wants )(?<!offers )(?<!offer )(?<!bid )to (?:acquire|buy|merge)"
    r"|agreement (?:reached|signed)",
    "closed": r"(?:closes|closed|completes|completed|finali[sz]e[sd])",
    "off": r"calls? off|called off|scraps?|scrapped|abandons?|abandoned|walks? away|collapses?"
    r"|collapsed|terminates?|terminated|withdraws?|withdrew|cancels?|cancell?ed",
    "sued": r"sues?|sued|lawsuit|files? (?:suit|complaint)|complaint",
    "probe": r"investigat\w+|probes?|probed|inquiry|raids?|subpoenas?",
    "ruled": r"rules?|ruled|ruling|verdict|jury|dismiss\w*|blocks?|blocked|upholds?|upheld"
    r"|overturn\w*|overrul\w+|injunction|judgment|tosses|sides with",
    "settled": r"settles?|settled|settlement",
    "appealed": r"appeals|appealed",
    "fined": r"fines?|fined|penalt(?:y|ies)",
    "charged": r"charges|charged|indict\w*|arrest\w*|convict\w*|sentence[sd]|guilty",
    "proposed": r"proposes?|proposed|proposal|drafts?",
    "passed": r"passes|passed|approves?|approved|adopts?|adopted|clears|cleared",
    "in force": r"signs? into law|signed into law|takes? effect|vetoe[sd]|in force|bans?|banned",
    "planned": r"plans?|planned|planning|will|previews?|teases?|to (?:launch|release|unveil)",
    "released": r"launch(?:es|ed)?|releas(?:es|ed)|rolls? out|rolled out|ships?|debuts?|unveil\w*"
    r"|available|goes live|open-sourc\w+|introduc(?:es|ing)",
    "delayed": r"delay\w*|postpone\w*|pushes back|slow(?:s|ing)? down|holds? back",
    "stopped": r"halt(?:s|ed)?|paus(?:es|ed)|suspend\w*|pull(?:s|ed)|shuts? down|disable[sd]"
    r"|outage|goes down",
    "recalled": r"recall\w*|replac(?:es?|ing)|refunds?",
    "resumed": r"resum\w+|restor\w+|restarts?|restarted|lifts?|lifted|reinstat\w+|back online",
    "fixed": r"fix(?:es|ed)|patch(?:es|ed)",
    "left": r"resign\w*|step(?:s|ped|ping) down|depart\w*|leaves|leaving|quits?|oust\w*|fire[sd]"
    r"|exits?",
    "named": r"appoint\w*|named|names|hires?|hired|taps|tapped|promot\w+",
    "corrected": r"corrects?|corrected|retracts?|retracted|revises|revised",
    "cut": r"lays off|laid off|layoffs?|job cuts",
    "denied": r"den(?:y|ies|ied)|disput\w+",
    "confirmed": r"confirm\w*|admits?|admitted|acknowledg\w+",
    "apology": r"apologi[sz]\w+",
    "raised": r"raises|raised|series [a-h]\b",
    "listed": r"ipo|goes public|files to go public|stock market debut",
}
_STAGE: Final = re.compile(
    r"\b(?:" + "|".join(f"(?P<s{n}>{p})" for n, p in enumerate(_STAGES.values())) + r")\b",
    re.IGNORECASE,
)
_KINDS: Final = {
    "law and policy": "court judge ruling lawsuit sue regulator antitrust ban law act commission"
    " fine probe investigation settlement senate congress treaty copyright subpoena injunction",
    "money": "raise funding valuation acquire acquisition merger ipo invest billion stake buyout",
    "a release": "release launch unveil debut",
    "people": "resign appoint ceo coo cto founder depart layoff hire oust quit",
    "safety": "breach leak safety vulnerability recall outage hack jailbreak",
}
_LIGHT: Final = re.compile(
    "|".join(
        (
            r"^(?:how|why|what|when|where|which|who|should|can|is|are|does|do|will|could)\b|\?\s*$",
            r"^top\b|^(?:the )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten|best) "
            r"(?:[\w'’-]+ ){0,3}(?:ways|tips|things|tools|reasons|takeaways|questions|lessons|apps"
            r"|prompts|ideas|charts)\b",
            r"\b(?:how to|hands-on|explained|explainer|here['’]s (?:how|what|why)|tutorial|guide"
            r"|i (?:tried|tested|asked|used|built|switched)|you (?:can|should|need)|your|% off"
            r"|vs|versus|compared|best .{3,30} for|everything (?:you|we))\b",
            r"^(?:review|opinion|analysis|interview|podcast|video|watch|listen|comment|q&a)"
            r" ?[:|–—]",
            r"^(?:(?:show|ask|tell|launch) hn|building|implementing|inside|meet|using|mastering"
            r"|understanding|getting started|introduction|my)\b",
            r"\b(?:round-?up|newsletter|podcast|weekly|this week|week in|(?:daily|morning) brief"
            r"|links for)\b",
        )
    ),
    re.IGNORECASE,
)


def stages(text: str) -> frozenset[str]:
    """Return how far a matter has come, as its words say: talks, agreed, sued, ruled, …"""
    names = list(_STAGES)
    return frozenset(
        names[int(match.lastgroup[1:])] for match in _STAGE.finditer(text) if match.lastgroup
    )


def kinds(title: str) -> frozenset[str]:
    """Return what kinds of event the words of a title speak of."""
    found = {*words(title), *content_words(title)}
    return frozenset(kind for kind, listed in _listed().items() if found & listed)


def light(title: str) -> bool:
    """Decide whether a title promises advice, a view or a round-up instead of telling an event."""
    return _LIGHT.search(title) is not None


@lru_cache(maxsize=1)
def _listed() -> dict[str, frozenset[str]]:
    return {k: frozenset([*listed.split(), *content_words(listed)]) for k, listed in _KINDS.items()}
