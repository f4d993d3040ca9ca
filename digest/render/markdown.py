"""An Edition as Markdown that reads well raw, on GitHub and in site generators.

Outside text is escaped so that CommonMark, GitHub, kramdown and Python-Markdown all print it as
it is, and so that Jekyll and Hugo find nothing of theirs in it. Backslashes stand only before the
characters all four of them unescape; for other characters a character reference is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from digest.models import Edition
from digest.render.printable import line, web_url
from digest.render.templates import Templates
from digest.render.view import EditionView, edition_view
from digest.render.wording import summary

_SPECIAL = re.compile(
    r"""
      (?P<slash> [\\`*\[\]] | (?<!\w)\# | _ )       # emphasis, code, links, headings
    | (?P<entity> [<{|~] | &(?=\#?\w+;) )           # HTML, Liquid, tables, strike-through
    | (?P<colon> : (?=//) )                         # GitHub makes links of bare addresses,
    | (?P<emoji> : (?=(?!(?!100:|1234:)[0-9]+:)[a-z0-9_+-]+:) )  # and emoji of :names:
    | (?P<www> (?<=www)\. )                         # and of these
    | (?P<dollar> (?<=\S)\$(?!\w) )                 # the only dollar that can close a formula
    """,
    re.VERBOSE | re.IGNORECASE,
)
_OPENING_SLASH = re.compile(r"[-+>!](?!\w)|>")  # lists, quotes, rules, admonitions
_OPENING_ENTITY = re.compile(r"[:=?%]")  # definitions, underlines, blocks of other dialects
_OPENING_NUMBER = re.compile(r"([0-9]{1,9})([.)])(?=\s|$)")
# GitHub looks for the names of emoji in the finished page, where backslashes and references are
# gone (github/markup issue 1153). An unseen character between keeps them from being found.
_JOINER = "\u2060"
_IN_URL = re.compile(r"[^!#-&*-;=?-Z_a-z~\u00a1-\U0010ffff]|&(?=\w+;)")


def edition_markdown(edition: Edition, templates: Templates) -> str:
    """Return ``edition`` as a Markdown file with front matter; raises RenderError."""
    return _rendered("edition.md", edition, templates)


def topic_markdown(edition: Edition, templates: Templates) -> str:
    """Return a topic piece as Markdown without front matter; raises RenderError."""
    return _rendered("topic.md", edition, templates)


def escape(text: str) -> str:
    """Return Markdown that prints ``text``, on one line, exactly as it is.

    The result may stand at the start of a line or anywhere within one; it opens no block, link,
    HTML or emphasis.
    """
    text = line(text)
    escaped = _SPECIAL.sub(lambda found: _escaped(text, found), text)
    if number := _OPENING_NUMBER.match(text):
        return f"{number[1]}\\{escaped[len(number[1]) :]}"
    if _OPENING_SLASH.match(text):
        return "\\" + escaped
    if _OPENING_ENTITY.match(text) and escaped[0] == text[0]:
        return f"&#{ord(text[0])};{escaped[1:]}"
    return escaped


def destination(url: str) -> str:
    """Return ``url`` fit for a link's destination without brackets around it, "" for no address."""
    return _IN_URL.sub(_percent, web_url(url))


def tidy(text: str) -> str:
    """Return a rendered file without spaces at line ends and with one blank line at most.

    So templates may be generous with both.
    """
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def front_matter(*, title: str, moment: str, slug: str, about: str, tags: Iterable[str]) -> str:
    """Return YAML that Hugo, Jekyll, Astro and MkDocs read, between its two rules.

    ``moment`` is an ISO 8601 time with its offset; of ``slug`` letters, digits and dashes are kept.
    """
    fields = {
        "title": _quoted(line(title)),
        "date": moment,
        "slug": _quoted(re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-") or moment[:10]),
        "description": _quoted(line(about)),
        "tags": f"[{', '.join(_quoted(line(tag)) for tag in tags)}]",
        "draft": "false",
    }
    return "\n".join(["---", *(f"{name}: {value}" for name, value in fields.items()), "---"])


def _rendered(name: str, edition: Edition, templates: Templates) -> str:
    view = edition_view(edition, text=escape, link=destination)
    return tidy(templates.render(name, edition=view, front_matter=_front_matter(edition, view)))


def _escaped(text: str, found: re.Match[str]) -> str:
    character = found[0]
    if character == "_" and _within_word(text, found.start()):
        return character
    if found.lastgroup == "emoji":
        return character + _JOINER
    if found.lastgroup in ("slash", "www"):
        return "\\" + character
    return {"<": "&lt;", "&": "&amp;"}.get(character, f"&#{ord(character)};")


def _within_word(text: str, at: int) -> bool:
    """Is this underscore between letters or digits, where it never means emphasis?"""
    return 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()


def _percent(found: re.Match[str]) -> str:
    if found[0] == "&":
        return "&amp;"
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def _front_matter(edition: Edition, view: EditionView) -> str:
    return front_matter(
        title=f"{line(edition.title)}, {view.date}",
        moment=view.generated_iso,
        slug=edition.id,
        about=summary(edition) or f"{view.size[0].upper()}{view.size[1:]}.",
        tags=("digest", edition.name),
    )


def _quoted(text: str) -> str:
    """Return YAML's double-quoted form, which JSON's is a part of."""
    return json.dumps(text, ensure_ascii=False)
