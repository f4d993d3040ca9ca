"""An entry's texts: the same, changed, or the same under another address."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.core.revising import fingerprint, revised, revision, same
from digest.models import Entry, EntryOutcome, Known

AT = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
ENTRY = Entry("e1", "f", "g", "http://a.test/1", "A title", "A summary.", published_at=AT)


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"title": "Another title"}, True),
        ({"summary": "Another summary."}, True),
        ({"content": "A whole text, longer than the summary."}, True),
        ({"summary": " A \n summary. "}, False),
        ({"author": "Somebody", "tags": ("ai",), "url": "http://a.test/2"}, False),
        ({"published_at": None}, False),
    ],
)
def test_only_title_and_text_tell_whether_it_changed(
    changes: dict[str, object], differs: bool
) -> None:
    known = Known("f", EntryOutcome.PUBLISHED, None, fingerprint(ENTRY))
    assert revised(known, replace(ENTRY, **changes)) is differs  # type: ignore[arg-type]


def test_what_was_never_known_has_not_changed() -> None:
    assert not revised(Known("f", EntryOutcome.PUBLISHED, None), ENTRY)


def test_odd_letters_have_a_fingerprint_too() -> None:
    assert len(fingerprint(replace(ENTRY, title="\ud800\x00"))) == 32


def test_a_revision_holds_the_longer_text() -> None:
    kept = revision("e0", replace(ENTRY, content="The whole of the text."), AT)
    assert (kept.entry_id, kept.title, kept.text) == ("e0", "A title", "The whole of the text.")


def test_one_guid_is_one_entry_where_title_or_date_agree() -> None:
    later = AT + timedelta(hours=1)
    assert same(ENTRY, replace(ENTRY, title="Another"))
    assert same(ENTRY, replace(ENTRY, title="a  TITLE", published_at=later))
    assert not same(ENTRY, replace(ENTRY, title="Another", published_at=later))
    assert not same(
        replace(ENTRY, title="", published_at=None), replace(ENTRY, title="", published_at=None)
    )
