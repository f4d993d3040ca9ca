"""What stands in an article's place: challenges, bot walls, errors, log-ins, closed doors.

A long text is never one of them, and a short one only where most of it speaks to the reader so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.core import text
from digest.models import Quality

LEAST_WORDS = 12  # fewer are a caption or a menu
_WALL_WORDS = 150  # a page that is only a wall says no more than this (data kind "pages")
_MARKED_WORDS = 60  # nor one with a challenge's own marks in its source

# Who stands in the way, by what only their challenges hold; their scripts are on good pages too.
_CHALLENGES = (
    (
        "a Cloudflare challenge",
        r"/cdn-cgi/challenge-platform/(?!(?:h/\w/)?scripts/jsd)|\bcf-chl-|_cf_chl_opt"
        r"|cf-browser-verification|cf-error-details",
    ),
    ("a DataDome bot wall", r"captcha-delivery\.com/"),
    ("a PerimeterX bot wall", r"\bpx-captcha\b|captcha\.px-c(?:dn|loud)\.net"),
    ("an Akamai bot wall", r"errors\.edgesuite\.net|sec-if-cpt-container|/_sec/cp_challenge/"),
    (
        "an Imperva bot wall",
        r"Incapsula incident ID|_Incapsula_Resource\?[^\"'>]{0,200}incident_id=",
    ),
    ("an AWS bot wall", r"\.awswaf\.com/[^\"'>]{0,200}/captcha\.js|\bgokuProps\b"),
)
_CHALLENGE = re.compile("|".join(f"({signs})" for _, signs in _CHALLENGES), re.I)
_CHALLENGE_TITLE = re.compile(
    r"\s*(?:Just a moment\W*|Attention Required! \| Cloudflare"
    r"|Access denied \| .{0,80}used Cloudflare to restrict access)\s*",
    re.I,
)
_BOT_WALL = re.compile(
    r"(?:verify|prove|confirm) (?:that )?you(?:'re|’re| are) (?:a )?(?:human|not a (?:ro)?bot)"
    r"|are you a (?:robot|human)|not a robot\b|complete the captcha"
    r"|unusual (?:traffic|activity) from"
    r"|automated (?:access|requests|queries)|access (?:to this page )?(?:has been |is )?denied"
    r"|you have been blocked|checking your browser|px-captcha|bist du ein mensch"
    r"|request (?:was )?blocked|please (?:enable cookies|turn off your ad.?blocker)",
    re.I,
)
_NOT_FOUND = re.compile(
    r"(?:error|http|status):? 40[34]\b|\b40[34]\W{1,3}(?:error|not found|forbidden|page)"
    r"|\b(?:page|article|story|content) (?:was |could )?(?:not|n’t|n't) (?:be )?found"
    r"|page (?:doesn|does not|isn|is not)\S* (?:exist|available)|\bno longer (?:available|exists)"
    r"|seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada"
    r"|pagina non trovata|internal server error|service unavailable|bad gateway|\bnot found\b",
    re.I,
)
# What stands where an article was, spoken to the reader; other sites than the ones above.
_MISSING = re.compile(
    r"(?:can(?:no|['’])t|could ?n(?:o|['’])t|could not|unable to) (?:seem to )?find"
    r" (?:the|that|this|what) (?:page|article|story|you)|you(?:['’]re| are| were) looking for"
    r"|(?:page|address|link|it) (?:may|might) (?:have (?:been )?(?:moved|removed|deleted)|be wrong)"
    r"|(?:try|use) (?:our|the) search|(?:back|return) to (?:the |our )?(?:front|home) ?page"
    r"|zur (?:startseite|suche)\b|diese seite (?:existiert|gibt es) nicht",
    re.I,
)
_LOGIN = re.compile(
    r"(?:log|sign) ?in (?:with|using|to (?:see|view|access|continue|read|your)"
    r"|or (?:register|create))"
    r"|(?:must|need to|have to) (?:be (?:logged|signed) in|log in|sign in)|create an account"
    r"|enter your (?:password|e-?mail)|forg[oe]t\w* (?:your )?password|new here\?"
    r"|(?:melden|loggen) sie sich (?:bitte )?(?:an|ein)\b|passwort vergessen|anmelden, um"
    r"|jetzt registrieren|noch kein konto",
    re.I,
)
_AD_BLOCKER = re.compile(
    r"you(?:['’]re| are|r browser is| seem to be| have)[^.]{0,20} (?:an? )?ad.?block"
    r"|detected [^.]{0,30}ad.?block|(?:disable|turn off|pause|deactivate) (?:your|the|any)"
    r" (?:ad.?)?blocker|(?:white|allow).?list (?:us|our|this) ?(?:web)?(?:site)?"
    r"|(?:adblocker|werbeblocker) (?:zu )?(?:deaktivier|aus|erkannt)"
    r"|désactive[rz] votre bloqueur",
    re.I,
)
_REGION = re.compile(
    r"(?:not|un)(?: currently)? ?available (?:in|to|for) (?:\w+ in )?your (?:region|country"
    r"|location|area|territory)|from a country (?:where|that|in|belonging)"
    r"|from (?:your|this) (?:country|region|location)"
    r"|(?:cannot|can't|unable to) (?:be )?(?:grant|provide)\w* access|access cannot be granted"
    r"|in (?:ihrem|deinem) land nicht"
    r"|n['’]est pas disponible dans votre|no (?:está )?disponible en (?:su|tu) (?:país|región)",
    re.I,
)
_MAINTENANCE = re.compile(
    r"(?:down|closed|offline|unavailable) for (?:\w+ ){0,2}maintenance|undergoing \w* ?maintenance"
    r"|(?:scheduled|planned|routine) maintenance|we(?:['’]ll| will) be (?:right )?back"
    r"|thank you for your patience|bear with us|check back (?:soon|later|shortly)"
    r"|wartungsarbeiten|wir sind (?:bald|gleich|in kürze) (?:wieder|zurück)",
    re.I,
)
_NOTICE = re.compile(
    r"\b(?:we|this (?:web)?site|our (?:web)?site) (?:and our [\w, ]{0,30}partners? )?uses? cookies"
    r"|we value your privacy|we and our (?:\d+ )?(?:\w+ )?partners|accept all"
    r"|your (?:consent|privacy)|by (?:clicking|continuing)|wir und unsere (?:\d+ )?partner"
    r"|wir (?:verwenden|nutzen|setzen|verarbeiten) (?:cookies|daten)"
    r"|ihre[rn]? (?:zustimmung|einwilligung|privatsphäre)"
    r"|stimmen sie\b|alle akzeptieren|nous (?:et nos [\w ]{0,20}partenaires )?utilisons des cookies"
    r"|votre consentement|(?:nosotros|utilizamos|usamos) [\w ]{0,40}cookies|su consentimiento",
    re.I,
)
_BOTS = "a bot wall instead of the page"
_GONE = "an error page in the article's place"
_SCRIPT = "the page needs JavaScript"
_SPOKEN_WALLS = (
    (_MISSING, Quality.ERROR, _GONE),
    (_NOT_FOUND, Quality.ERROR, _GONE),
    (_BOT_WALL, Quality.ERROR, _BOTS),
    (_LOGIN, Quality.ERROR, "asks for a log-in instead of showing the article"),
    (_AD_BLOCKER, Quality.ERROR, "asks to turn off an ad blocker"),
    (_REGION, Quality.ERROR, "is closed to readers from here"),
    (_MAINTENANCE, Quality.ERROR, "the site is down for maintenance"),
    (_NOTICE, Quality.CONSENT, "asks for consent instead of showing the article"),
)
_MOSTLY = 0.45  # of a wall's words stand in sentences of its kind; reports about walls have less
_LINK_WORDS = 5
_ADDRESSES = re.compile(
    r"\b(?:we|you|your|our|us|wir|sie|ihre[rnm]?|uns|unsere?|nous|vous|votre|su|nosotros|usted)\b",
    re.I,
)
_QUOTED = re.compile(r"“[^“”]{0,400}”|\"[^\"]{0,400}\"|„[^„“”]{0,400}[“”]|«[^«»]{0,400}»")
# A title that is nothing but an error is one however long the page is.
_TITLE_PART = re.compile(r"\s+[|–—·•»:-]\s+|\s*[|:]\s+|\s*\|\s*")
_ERROR_TITLE = re.compile(
    r"(?:oops|sorry|uh.?oh)?\W*(?:(?:http )?(?:error|fehler|erreur)\W*)?(?:40[0-4]|410|50[0-4])?\W*"
    r"(?:(?:error|(?:this |the |that )?(?:page|article|story|content|url|seite|file)"
    r" (?:(?:was |could |can|is )?(?:not|n['’]t|not be|no longer|nicht|wurde nicht)"
    r" (?:be )?(?:found|gefunden|available|verfügbar)|doe?s(?:n['’]t| not) exist))"
    r"|not found|nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada"
    r"|pagina non trovata|(?:internal )?server error|service unavailable|bad gateway|forbidden)\W*"
    r"(?:error)?\W*",
    re.I,
)

_BOT_TITLE = re.compile(
    r"(?:oops|sorry)?\W*(?:access (?:to this page )?(?:has been |is )?denied"
    r"|request (?:was )?blocked|you have been blocked|are you (?:a )?(?:robot|human|not a robot)"
    r"|robot or human|i am not a robot"
    r"|(?:verify|confirm|prove) (?:that )?you(?:['’]re| are) (?:a )?human"
    r"|(?:human|bot|browser|security) (?:verification|check|checkpoint|challenge)|client challenge"
    r"|vercel security checkpoint|ddos.guard|pardon our interruption|one more step|unusual traffic"
    r"|making sure you['’]re not a bot|checking your browser|bist du ein mensch)\W*",
    re.I,
)
_REST_WORDS = 3  # of a wall's title beside the wall: the site's name, no headline

_NEEDS_SCRIPT = re.compile(
    r"(?:enable|turn on|activate|requires?|needs?|allow) (?:\w+ ){0,3}javascript"
    r"|javascript (?:is|seems to be|must be|appears to be) (?:required|disabled|not|enabled|off)"
    r"|javascript (?:aktivieren|ist deaktiviert)|activer javascript|habilitar javascript",
    re.I,
)


def standing(
    value: str, words: int, *, titles: Sequence[str], page: str, markup: str
) -> tuple[Quality, str] | None:
    """Return what stands in the article's place and how to say so, None where it is none of these.

    ``value`` is the text found, of so many ``words``; ``titles`` what the page and its article are
    called, ``page`` a sample of all the page shows, ``markup`` of its source.
    """
    if any(map(_is_error, titles)):
        return Quality.ERROR, _GONE
    if words >= _WALL_WORDS:
        return None
    if wall := _wall(words, titles, page, markup):
        return Quality.ERROR, wall
    return _spoken_wall(value if words >= LEAST_WORDS else page[:2_000])


def _wall(words: int, titles: Sequence[str], page: str, markup: str) -> str:
    if any(map(_CHALLENGE_TITLE.fullmatch, titles)):
        return f"{_CHALLENGES[0][0]} instead of the page"
    if words < _MARKED_WORDS and (found := _CHALLENGE.search(markup)):
        return f"{_CHALLENGES[(found.lastindex or 1) - 1][0]} instead of the page"
    if any(map(_is_bot_title, titles)):
        return _BOTS
    if words >= LEAST_WORDS or len(page.split()) >= 2 * _WALL_WORDS:
        return ""  # there is a text, to be judged by its sentences, or a page with much else
    for pattern, note in ((_BOT_WALL, _BOTS), (_NOT_FOUND, _GONE), (_NEEDS_SCRIPT, _SCRIPT)):
        if pattern.search(page):
            return note
    return ""


def _is_bot_title(title: str) -> bool:
    parts = [part for part in _TITLE_PART.split(title[:200]) if part]
    rest = [part for part in parts if not _BOT_TITLE.fullmatch(part)]
    return len(rest) < len(parts) and all(len(part.split()) <= _REST_WORDS for part in rest)


def _is_error(title: str) -> bool:
    parts = [part for part in _TITLE_PART.split(title[:200]) if part]
    # "404 Media" is an outlet, and a number alone only counts where the title opens with it.
    return any(_ERROR_TITLE.fullmatch(part) for part in parts) or bool(
        parts and re.fullmatch(r"(?:error )?(?:404|410)", parts[0].strip(), re.I)
    )


def _spoken_wall(shown: str) -> tuple[Quality, str] | None:
    """Return what a short text says in the article's place, if most of its sentences say so."""
    if len(shown.split()) >= _WALL_WORDS:
        return None
    told = _QUOTED.sub(" ", shown)
    if not _ADDRESSES.search(told):
        return None
    lines = [sentence for line in told.split("\n") for sentence in text.sentences(line)]
    # Lists of links stand beneath many a wall; they say nothing.
    lines = [x for x in lines if len(x.split()) > _LINK_WORDS or x[-1:] in ".!?"] or lines
    whole = sum(len(line.split()) for line in lines)
    for pattern, grade, note in _SPOKEN_WALLS:
        said = sum(len(line.split()) for line in lines if pattern.search(line))
        if said and said >= _MOSTLY * whole:
            return grade, note
    return None
