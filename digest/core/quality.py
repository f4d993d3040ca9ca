"""Is this text the article? The signs of paywalls, consent walls, bot walls and missing pages.

Each sign is a phrase that sites show to people, in the languages our feeds are written in. No
sign counts on a long text: an article about cookies, or about a site that is down, stays one.
"""

from __future__ import annotations

import re

from digest.core import text
from digest.models import Quality

_WALL_WORDS = 150  # a page that is only a wall says no more than this (data kind "pages")
_CONSENT_WORDS = 350
_CONSENT_DENSITY = 0.06  # of a consent form's words; articles on privacy law stay under 0.03
TEASER_WORDS = 300  # what paywalls show before they close; longer texts are mostly whole
_ABRUPT_WORDS = 200
_LEAST_WORDS = 12  # fewer are a caption or a menu

_WIDE = re.compile("[\u3040-\u9fff\uac00-\ud7a3]")  # Chinese, Japanese and Korean script
_CHALLENGE = re.compile(
    r"/cdn-cgi/challenge-platform/|\bcf-chl-|_cf_chl_opt|cf-browser-verification"
)
_CHALLENGE_TITLE = re.compile(r"\s*(?:Just a moment\W*|Attention Required! \| Cloudflare)\s*", re.I)
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
    r"(?:error )?40[34]\b"
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
    r"|location|area|territory)|from a country (?:where|that|in)"
    r"|from (?:your|this) (?:country|region|location)"
    r"|(?:cannot|can't|unable to) (?:be )?(?:grant|provide)\w* access"
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
_SPOKEN_WALLS = (
    (_MISSING, Quality.ERROR, "an error page in the article's place"),
    (_LOGIN, Quality.ERROR, "asks for a log-in instead of showing the article"),
    (_AD_BLOCKER, Quality.ERROR, "asks to turn off an ad blocker"),
    (_REGION, Quality.ERROR, "is closed to readers from here"),
    (_MAINTENANCE, Quality.ERROR, "the site is down for maintenance"),
    (_NOTICE, Quality.CONSENT, "asks for consent instead of showing the article"),
)
_MOSTLY = 0.45  # of a wall's words stand in sentences of its kind; reports about walls have less
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

_NEEDS_SCRIPT = re.compile(
    r"(?:enable|turn on|activate|requires?|needs?|allow) (?:\w+ ){0,3}javascript"
    r"|javascript (?:is|seems to be|must be|appears to be) (?:required|disabled|not|enabled|off)"
    r"|javascript (?:aktivieren|ist deaktiviert)|activer javascript|habilitar javascript",
    re.I,
)
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
_CUT_OFF = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*\Z")
_MORE = re.compile(
    r"(?:continue|keep) reading\b.{0,80}|read (?:more|on|the (?:full|rest)\b.{0,60})|weiterlesen"
    r"|lire la suite|leer más|(?:mehr|weiter) lesen",
    re.I,
)

# Lines an extractor leaves in: invitations, link lists' labels, credits. Whole lines only.
_FURNITURE = re.compile(
    r"(?:(?:sign up|subscribe|register)(?: now| here| today)?(?: for| to)?\b.{0,120}"
    r"(?:newsletter|inbox|updates|alerts|channel|podcast|mailing list|rss)\b.{0,60}"
    r"|(?:read more|read also|also read|read next|see also|more on this|recommended"
    r"|related(?: articles?| stories| reading| content| posts?)?|lesen sie auch|mehr zum thema"
    r"|lees ook|à lire aussi|lea también)"
    r"(?:\s*[:|»→].{0,160})?"
    r"|(?:share|save|print|comments?|advertisement|anzeige|publicité|skip advertisement"
    r"|story continues below(?: advertisement)?|loading|copy link|teilen|drucken"
    r"|kommentare|merken)\W{0,5}"
    r"|share (?:this|on|via)\b.{0,60}|click here to\b.{0,60}"
    r"|(?:follow|join|like) (?:us|me) on\b.{0,100}"
    r"|(?:image|photo|picture|foto|bild)(?: credits?)?\s?:.{0,100}"
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


def without_walls(value: str) -> str:
    """Return a teaser's text without the lines that ask to subscribe or to read on."""
    lines = value.split("\n")
    kept = [
        x for x in lines if not (_MORE.fullmatch(x.strip(" .…»→>")) or _PAYWALL.search(x[:400]))
    ]
    return "\n".join(kept)


def judge(
    value: str, *, url: str, title: str, page: str, markup: str, free: bool | None
) -> tuple[Quality, str]:
    """Return how much of an article ``value`` is, and why, in one phrase ("" for a full one).

    ``page`` is a sample of all the page shows, ``markup`` of its source; ``free`` is what the
    page itself declares about access (schema.org isAccessibleForFree), None where it is silent.
    """
    words = words_in(value)
    if _is_error(title):
        return Quality.ERROR, "an error page in the article's place"
    if words < _WALL_WORDS:
        wall = _wall(words, title, page, markup)
        if wall:
            return Quality.ERROR, wall
        if spoken := _spoken_wall(value if words >= _LEAST_WORDS else page[:2_000]):
            return spoken
    if _asks_consent(value, words, url, page):
        return Quality.CONSENT, "asks for consent instead of showing the article"
    if teaser := _teaser(value, words, page, free):
        return Quality.TEASER, teaser
    if words < _LEAST_WORDS:
        return Quality.ERROR, "no article text found on the page"
    return Quality.FULL, ""


def _wall(words: int, title: str, page: str, markup: str) -> str:
    """Return what stands in the article's place: a challenge, a bot wall, an error, or ""."""
    if _CHALLENGE_TITLE.fullmatch(title) or (words < 60 and _CHALLENGE.search(markup)):
        return "a Cloudflare challenge instead of the page"
    shown = page if len(page.split()) < 2 * _WALL_WORDS else ""  # a page with much else is a page
    if _BOT_WALL.search(title) or (words < 80 and _BOT_WALL.search(shown)):
        return "a bot wall instead of the page"
    if (len(title) < 80 and _NOT_FOUND.search(title)) or (words < 60 and _NOT_FOUND.search(shown)):
        return "an error page in the article's place"
    if words < 60 and _NEEDS_SCRIPT.search(shown):
        return "the page needs JavaScript"
    return ""


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
    whole = sum(len(line.split()) for line in lines)
    for pattern, grade, note in _SPOKEN_WALLS:
        said = sum(len(line.split()) for line in lines if pattern.search(line))
        if said and said >= _MOSTLY * whole:
            return grade, note
    return None


def _asks_consent(value: str, words: int, url: str, page: str) -> bool:
    if _CONSENT_HOST.match(url):
        return True
    if words < _LEAST_WORDS:  # nothing extracted: look at what the page shows instead
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
    if _PAYWALL.search(end):
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
