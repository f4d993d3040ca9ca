"""Has an entry changed since it was last seen, and is one under a new address an old one?"""

from __future__ import annotations

import hashlib
from datetime import datetime

from digest.models import Entry, Known, Revision


def fingerprint(entry: Entry) -> str:
    """Return 32 hex digits that stay the same while an entry's title and text do.

    White space does not count.
    """
    told = "\n".join(" ".join(part.split()) for part in (entry.title, _text(entry)))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]


def revised(known: Known, entry: Entry) -> bool:
    """Decide whether an entry tells something else than when it was last seen."""
    return bool(known.fingerprint) and known.fingerprint != fingerprint(entry)


def revision(entry_id: str, entry: Entry, now: datetime) -> Revision:
    """Return the texts of ``entry`` as a revision of the stored entry ``entry_id``."""
    return Revision(entry_id, now, entry.title, _text(entry))


def same(old: Entry, new: Entry) -> bool:
    """Decide whether two entries of one feed with the same guid and other links are one entry.

    Some feeds number their entries anew, so the title or the date has to agree too.
    """
    if old.published_at is not None and old.published_at == new.published_at:
        return True
    title = " ".join(new.title.split()).casefold()
    return bool(title) and title == " ".join(old.title.split()).casefold()


def _text(entry: Entry) -> str:
    return max(entry.content, entry.summary, key=len)
