"""Lines that belong to the site and not to the article, and that an extractor leaves in."""

from __future__ import annotations

import re

# Invitations, labels of link lists, credits, disclosures. Whole lines only: a sentence that has
# more to say is the article's.
_FURNITURE = re.compile(
    r"(?:(?:sign up|subscribe|register)(?: now| here| today)?(?: for| to)?\b.{0,120}"
    r"(?:newsletter|inbox|updates|alerts|channel|podcast|mailing list|rss)\b.{0,60}"
    r"|(?:read more|read also|also read|read next|see also|more on this|recommended"
    r"|related(?: articles?| stories| reading| content| posts?)?|lesen sie auch|mehr zum thema"
    r"|lees ook|à lire aussi|lea también)"
    r"(?:\s*[:|»→].{0,160}|\b[^.:!?]{0,60}:)?"
    r"|(?:share|save|print|comments?|advertisement|anzeige|publicité|skip advertisement"
    r"|story continues below(?: advertisement)?|loading|copy link|teilen|drucken"
    r"|kommentare|merken)\W{0,5}"
    r"|share (?:this|on|via)\b.{0,60}|click here to\b.{0,60}"
    r"|(?:follow|join|like) (?:us|me) on\b.{0,100}"
    r"|(?:image|photo|picture|foto|bild|crédits?)(?: credits?| photos?)?\s?:.{0,100}"
    r"|(?:(?:last|zuletzt) (?:updated|modified|changed|aktualisiert|geändert)"
    r"|letzte (?:änderung|aktualisierung)|dernière mise à jour|última actualización)\b.{0,60}"
    r"|this (?:article|post|story|page) (?:may )?(?:contains?|includes?) (?:\w+ ){0,3}"
    r"(?:affiliate|references to products)\b.{0,160}"
    r"|(?:(?:if|when) you (?:buy|purchase|click|shop)\b.{0,80}\b)?(?:we|\w+) (?:may|might)"
    r" (?:earn|receive|get) (?:an? )?(?:small )?(?:affiliate )?commission\b.{0,100}"
    r"|we(?: want|['’]d (?:like|love)| would (?:like|love)) to hear (?:from you|what you)\b.{0,160}"
    r"|(?:submit|send) (?:your|a|us)\b.{0,20}\bletters?\b.{0,20}\bto the editor\b.{0,80}"
    r"|get (?:\S+ ){1,8}(?:by e-?mail|in your inbox)\b.{0,100}"
    r"|(?:copyright )?(?:©|\(c\))\s?.{0,80}(?:all rights reserved.{0,20})?|all rights reserved\W?"
    r"|(?:newsletter abonnieren|zum newsletter anmelden).{0,80})",
    re.I,
)
_FURNITURE_CHARS = 260


def without_furniture(value: str) -> str:
    """Return the text without the lines that belong to the site and not to the article."""
    lines = (line.removeprefix("- ").strip() for line in value.split("\n"))
    return "\n".join(
        line
        for line in lines
        if line
        and not (len(line) <= _FURNITURE_CHARS and _FURNITURE.fullmatch(line.strip(" .!*-•")))
    )
