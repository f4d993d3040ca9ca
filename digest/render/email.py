"""An Edition as a mail: its subject, its HTML and its plain part, which carry the same words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from digest.models import Edition, StoryStatus
from digest.models.readers import ANY_TOKEN
from digest.render.columns import fold
from digest.render.fitting import Fitted, fitted
from digest.render.printable import line
from digest.render.templates import Templates
from digest.render.view import EditionView, edition_view
from digest.render.wording import spelt_day

WIDTH = 72  # columns of the plain part
HEAVY = 90_000  # bytes of HTML; Gmail clips at about 102 KB
_SUBJECT = 120  # characters: more than any inbox shows
_PREVIEW = 150  # characters an inbox shows beside the subject

_BLANK = "\u034f\u200c\u00a0"

# Stands for the unsubscribe address while the HTML is made, so that it comes out byte for byte.
_UNSUBSCRIBE = "0unsubscribe0address0here0"
_OURS = re.compile(f"{ANY_TOKEN}|{_UNSUBSCRIBE}", re.IGNORECASE)

# Where mailing services look for their own marks: {{ x }}, {% x %}, <% x %>, *|X|*, [[x]].
_SERVICE = re.compile(r"(?<=\{)(?=[{%#])|(?<=<)(?=%)|(?<=\*)(?=\|)|(?<=\[)(?=\[)")
_NOT_IN_URL = re.compile(r"[\"<>\\^`{|}]|(?<=\[)\[|%(?![0-9A-Fa-f]{2})")
_RIGHT_TO_LEFT = {"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"}


@dataclass(frozen=True, slots=True)
class Footer:
    """What a mail's footer says; "" where there is none.

    ``unsubscribe_url`` and ``unsubscribe_mail`` (an address) may hold ANY_TOKEN. The former may
    also be a mailing service's placeholder, which is printed byte for byte.
    """

    unsubscribe_url: str = ""
    unsubscribe_mail: str = ""
    postal_address: str = ""


@dataclass(frozen=True, slots=True)
class _FooterView:
    reason: str
    unsubscribe: str  # an address
    postal_address: tuple[str, ...]


def subject(edition: Edition) -> str:
    """Return the subject, of at most 120 characters: the lead story's emoji and headline."""
    lead = edition.stories[0] if edition.stories else None
    title = line(edition.title)
    if lead is not None:
        kind = "Update: " if lead.status == StoryStatus.UPDATE else ""
        kind = f"{title}: " if edition.name == "topic" else kind
        text = f"{lead.emoji} {kind}{lead.headline}"
    elif edition.name == "topic":
        text = f"No story was found: {title}"
    elif edition.briefs:
        text = f"{edition.briefs[0].emoji} In brief: {edition.briefs[0].text}"
    else:
        text = f"No story today: {title}, {spelt_day(edition.date)}"
    return _shortened(_outside(line(text)), _SUBJECT)


def edition_email(edition: Edition, templates: Templates, footer: Footer) -> str:
    """Return the mail's HTML, its CSS inlined; raises RenderError.

    It asks nothing of the network. What would make it too large is left out, and it says so.
    """
    return _fitted(edition, templates, footer).html


def edition_plain(edition: Edition, templates: Templates, footer: Footer) -> str:
    """Return the mail's plain part: the words of the HTML in 72 columns; raises RenderError.

    Addresses stand whole on lines of their own.
    """
    mail = _fitted(edition, templates, footer)
    view = _view(mail.edition)
    text = templates.render(
        "email.txt",
        edition=view,
        footer=_footer(view, footer),
        left_out=mail.left_out,
        width=WIDTH,
    )
    text = re.sub(r"[ \t]+$", "", fold(text, WIDTH), flags=re.MULTILINE)
    text = re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
    return text.replace(_UNSUBSCRIBE, _unsubscribe(footer))


def left_out(edition: Edition, templates: Templates, footer: Footer) -> str:
    """Return one sentence on what the mail leaves out to stay small, "" where it is whole."""
    return _fitted(edition, templates, footer).left_out


def weight(html: str) -> str:
    """Return a warning where the HTML is so large that mail programs may clip it, else ""."""
    size = len(html.encode())
    if size < HEAVY:
        return ""
    return f"The mail's HTML takes {size / 1000:.0f} KB; Gmail clips it at about 102 KB."


def _fitted(edition: Edition, templates: Templates, footer: Footer) -> Fitted:
    from css_inline import CSSInliner
    from markupsafe import Markup

    inliner = CSSInliner(
        remove_inlined_selectors=True,  # and keep the others, @media among them, in the head
        minify_css=True,
        load_remote_stylesheets=False,
    )
    # Templates of ours or the user's, no outside text.
    style = Markup(_minified(templates.render("email.css")))  # noqa: S704

    def render(smaller: Edition, sentence: str) -> str:
        view = _view(smaller)
        preheader = _preheader(view)
        html = templates.render(
            "email.html",
            edition=view,
            style=style,
            direction="rtl" if view.language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr",
            preheader=preheader,
            # Joiners and spaces keep a preview from going on into the text.
            padding=_BLANK * (_PREVIEW - len(preheader)) if preheader else "",
            footer=_footer(view, footer),
            left_out=sentence,
        )
        return str(inliner.inline(html)).replace(_UNSUBSCRIBE, _in_html(_unsubscribe(footer)))

    return fitted(edition, render)


def _view(edition: Edition) -> EditionView:
    return edition_view(edition, text=_outside, link=_address)


def _footer(edition: EditionView, footer: Footer) -> _FooterView:
    address = tuple(filter(None, map(line, footer.postal_address.splitlines())))
    mailed = _unsubscribe(footer) or address
    return _FooterView(
        f"You get this because your address is on the list of {edition.title}." if mailed else "",
        _UNSUBSCRIBE if _unsubscribe(footer) else "",
        address,
    )


def _unsubscribe(footer: Footer) -> str:
    """Return where to unsubscribe: the page if there is one, else a mail to write, or ""."""
    if footer.unsubscribe_url or not footer.unsubscribe_mail:
        return footer.unsubscribe_url
    return f"mailto:{quote(footer.unsubscribe_mail, safe='@')}?subject=unsubscribe"


def _in_html(url: str) -> str:
    """Return an address as an attribute holds it; what is a placeholder, as it is."""
    return url if re.search(r"[\s<>{}]", url) else url.replace("&", "&amp;").replace('"', "&quot;")


def _preheader(view: EditionView) -> str:
    """Return what an inbox shows after the subject: what else there is, or how it begins."""
    names = [story.headline for story in view.stories[1:4]]
    if names:
        rest = len(view.stories) - 1 - len(names)
        names += [f"and {rest} more"] if rest else []
        return _shortened("Also: " + "; ".join(names) + ".", _PREVIEW)
    if view.stories:
        return _shortened(" ".join(said.text for said in view.stories[0].lead), _PREVIEW)
    return _shortened(" · ".join(brief.text for brief in view.briefs[1:]), _PREVIEW)


def _outside(text: str) -> str:
    """Return outside text that holds no mark of ours or of a mailing service.

    Such a mark would be filled in on the way, and a reader's token is nobody else's business.
    """
    return _SERVICE.sub("\u2060", _OURS.sub(lambda found: found[0].replace("0", "o"), text))


def _address(url: str) -> str:
    if _OURS.search(url):
        return ""
    return _NOT_IN_URL.sub(lambda found: f"%{ord(found[0][0]):02X}", url)


def _shortened(text: str, most: int) -> str:
    """Return at most that many characters of the text, cut between words where there are any."""
    if len(text) <= most:
        return text
    head = text[:most]
    cut = head.rfind(" ")
    head = head[: cut if cut >= most // 2 else most - 1]
    return head.rstrip(" ,;:–—-\u200d\ufe0f") + "…"


def _minified(css: str) -> str:
    return " ".join(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).split())
