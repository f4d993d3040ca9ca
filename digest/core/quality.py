"""Is this text the article? The signs of paywalls and consent forms, and what ``walls`` sees.

Each sign is a phrase that sites show to people, in the languages our feeds are written in. No
sign counts on a long text: an article about cookies, or about a site that is down, stays one.
"""

from __future__ import annotations

import re

from digest.core import text, walls
from digest.models import Quality

_CONSENT_WORDS = 350
_CONSENT_DENSITY = 0.06  # of a consent form's words; articles on privacy law stay under 0.03
TEASER_WORDS = 300  # what paywalls show before they close; longer texts are mostly whole
_ABRUPT_WORDS = 200

_WIDE = re.compile("[\u3040-\u9fff\uac00-\ud7a3]")  # Chinese, Japanese and Korean script
_CONSENT = re.compile(
    r"\b(?:cookies?|consent\w*|einwillig\w*|zustimm\w*|datenschutz\w*|akzeptier\w*|partner\w*"
    r"|privacy|personali[sz]ed|personenbezogen\w*|tracking|accept(?:ing)? all"
    r"|vendors?|advertising"
    r"|preferences|consentement|confidentialité|accepter|refuser|traceurs|consentimiento|privacidad"
    r"|aceptar|rechazar|toestemming|werbung|legitimate interest"
    r"|gdpr|dsgvo|rgpd|ablehnen|zgod\w*)\b",
    re.I,
)
_CONSENT_CORE = re.compile(
    r"\b(?:cookie|consent|einwillig|zustimm|akzeptier|traceur|toestemming|zgod)", re.I
)
_CONSENT_HOST = re.compile(r"https?://(?:www\.)?(?:consent|guce|cmp|privacy-?wall)\.", re.I)
_PAYWALL = re.compile(
    r"\b(?:subscribe|sign up|sign in|log in|register|join|upgrade|pay) (?:now |today |here )?to"
    r" (?:continue|keep|finish|unlock|read (?:the (?:full|rest)|this|more|on|full))"
    r"|(?:to|and) (?:continue|keep) reading\b|unlock (?:this|the full) (?:article|story)"
    r"|(?:for|to|exclusive to|available to|reserved for)(?: our| all| paid| paying)*"
    r" (?:subscribers|members) only|subscribers.only|(?:is|are) (?:only )?(?:available|reserved)"
    r" (?:for|to)(?: our| paying| paid)* (?:subscribers|members)"
    r"|this (?:article|post|story|content) is (?:for|exclusive|reserved|behind)\b"
    r"|already a (?:paid )?(?:subscriber|member)\?|rest of this (?:article|story)"
    r"|become a (?:paid )?(?:subscriber|member) to"
    r"|(?:jetzt|im abo|mit \S{1,20}) weiterlesen|abo abschließen"
    r"|um (?:den|diesen) (?:ganzen )?artikel zu lesen"
    r"|nur für abonnenten|réservé aux abonnés|il vous reste .{1,20} de cet article"
    r"|(?:solo|exclusivo) para suscriptores|voor abonnees",
    re.I,
)
_REPORTS = re.compile(
    r"\b(?:said|says|told|according to|announced|readers|users|customers|viewers|sagte\w*|teilte"
    r"|leser\w*|nutzer\w*|kund\w*|a dit|selon|lecteurs|dijo|según|lectores)\b",
    re.I,
)
_CUT_OFF = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*\Z")
_MORE = re.compile(
    r"(?:continue|keep) reading\b.{0,80}|read (?:more|on|the (?:full|rest)\b.{0,60})|weiterlesen"
    r"|lire la suite|leer más|(?:mehr|weiter) lesen",
    re.I,
)


def without_walls(value: str) -> str:
    """Return a teaser's text without the lines that ask to subscribe or to read on."""
    lines = value.split("\n")
    kept = [x for x in lines if not (_MORE.fullmatch(x.strip(" .…»→>")) or _invites(x[:400]))]
    return "\n".join(kept)


def _invites(line: str) -> bool:
    """Whether a line asks its reader to subscribe, and does not report on such lines."""
    return _PAYWALL.search(line) is not None and _REPORTS.search(line) is None


def judge(
    value: str,
    *,
    url: str,
    title: str,
    page: str,
    markup: str,
    free: bool | None,
    heading: str = "",
) -> tuple[Quality, str]:
    """Return how much of an article ``value`` is, and why, in one phrase ("" for a full one).

    ``title`` is what the page calls itself to browsers, ``heading`` what its article is called.
    ``page`` is a sample of all the page shows, ``markup`` of its source; ``free`` is what the
    page itself declares about access (schema.org isAccessibleForFree), None where it is silent.
    """
    words = words_in(value)
    if wall := walls.standing(value, words, titles=(title, heading), page=page, markup=markup):
        return wall
    if _asks_consent(value, words, url, page):
        return Quality.CONSENT, "asks for consent instead of showing the article"
    if teaser := _teaser(value, words, page, free):
        return Quality.TEASER, teaser
    if words < walls.LEAST_WORDS:
        return Quality.ERROR, "no article text found on the page"
    return Quality.FULL, ""


def _asks_consent(value: str, words: int, url: str, page: str) -> bool:
    if _CONSENT_HOST.match(url):
        return True
    if words < walls.LEAST_WORDS:  # nothing extracted: look at what the page shows instead
        value, words = page, words_in(page)
    hits = [h.lower() for h in _CONSENT.findall(value)] if words <= _CONSENT_WORDS else []
    if len(hits) < 4 or len(hits) / words < _CONSENT_DENSITY:
        return False
    # News of partners and advertising has some of the words, but neither of the two subjects.
    return len(set(hits)) >= 3 and len(_CONSENT_CORE.findall(value)) >= 2


def _teaser(value: str, words: int, page: str, free: bool | None) -> str:
    if words >= TEASER_WORDS:
        return ""
    if free is False:
        return "ends behind a paywall"
    end = value[-600:]
    if any(map(_invites, text.sentences(end.replace("\n", " ")) + end.split("\n"))):
        return "ends with an invitation to subscribe"
    lines = value.rstrip().rsplit("\n", 1)
    last = lines[-1].strip()
    if (
        words < _ABRUPT_WORDS
        and words
        and (_CUT_OFF.search(last) or _MORE.fullmatch(last.strip(" .…»→>")))
    ):
        return "breaks off"
    begin = value[:80].strip()
    after = page[page.find(begin) :] if begin and begin in page else ""
    if words < _ABRUPT_WORDS and _PAYWALL.search(after[:4_000]):
        return "ends behind a paywall"
    return ""


def words_in(value: str) -> int:
    """Return how many words a text has, CJK characters counted by twos."""
    wide = 0 if value.isascii() else len(_WIDE.findall(value))
    return len(text.words(value)) if wide * 4 < len(value) else wide // 2
