"""What somebody may have meant who asked for something the store does not know."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from difflib import get_close_matches

from digest.explaining.view import Desk
from digest.render.printable import line

RECENT = timedelta(days=30)  # what was seen since then may be meant
LATEST = 30  # editions whose stories may be meant
LONGEST = 300  # characters of a subject that is looked for
NEAR = 0.75

_STORY = re.compile(r'"(s-[0-9a-f]{12})"')


def hint(desk: Desk, subject: str) -> str:
    """Return "; did you mean …?" with what comes nearest, "" where nothing does."""
    said = line(subject)
    if not said or len(said) > LONGEST:
        return ""
    meant = _edition(desk, said) or _story(desk, said) or _address(desk, said)
    return f"; did you mean {meant}?" if meant else ""


def _edition(desk: Desk, said: str) -> str:
    """Return the latest edition of that name, or the one whose id is most alike."""
    ids = [e.id for e in desk.store.editions()]
    named = next((i for i in ids if i.rpartition("-")[0].startswith(f"{said}-")), "")
    return named or _nearest(said, ids)


def _story(desk: Desk, said: str) -> str:
    if not said.startswith("s-"):
        return ""
    recent = desk.store.editions(limit=LATEST)
    return _nearest(said, dict.fromkeys(i for e in recent for i in _STORY.findall(e.record)))


def _address(desk: Desk, said: str) -> str:
    if "." not in said and "/" not in said:
        return ""
    newest = max([e.window.closes for e in desk.store.editions(limit=1)], default=desk.now)
    seen = desk.store.entries_seen(
        seen_since=min(newest, desk.now) - RECENT, seen_until=max(newest, desk.now)
    )
    path = said.partition("://")[2] or said
    known = {e.url.partition("://")[2]: e.url for e in seen}
    site = path.partition("/")[0]
    own = [each for each in known if each.partition("/")[0] == site]
    return known.get(_nearest(path, own or known), "")


def _nearest(said: str, known: Iterable[str]) -> str:
    found = get_close_matches(said, list(known), n=1, cutoff=NEAR)
    return found[0] if found else ""
