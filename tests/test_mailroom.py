"""The mail that comes back, read into a real store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.adapters.mailbox import FolderMailbox
from digest.adapters.store import SqlStore
from digest.core.addresses import tagged
from digest.errors import MailboxError, StoreError
from digest.mailroom import Collected, collect
from digest.models import SuppressionReason

NOW = datetime(2026, 3, 14, 6, 30, tzinfo=UTC)
OWN = "bounces@example.org"
NAMES = ("ann", "ben", "cyd", "dan")

BOUNCE = """\
From: MAILER-DAEMON@mx.example.net
To: {to}
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; ann@example.net
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 {status} <ann@example.net> says no

--b--
"""


class Mail(FolderMailbox):
    """A folder one can drop mail into."""

    def __init__(self, path: Path, **more: int) -> None:
        super().__init__(path, **more)
        path.mkdir()
        self.folder = path
        self._dropped = 0

    def drop(self, message: str) -> None:
        self._dropped += 1
        (self.folder / f"{self._dropped:05}").write_text(message)


@pytest.fixture
def mail(tmp_path: Path) -> Mail:
    return Mail(tmp_path / "mail")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with SqlStore.open(f"sqlite:///{tmp_path}/digest.db") as opened:
        opened.add_readers([f"{name}@example.net" for name in NAMES], NOW)
        yield opened


@pytest.fixture
def tokens(store: SqlStore) -> dict[str, str]:
    return {reader.address.partition("@")[0]: reader.token for reader in store.readers()}


def wish(token: str) -> str:
    to = tagged(OWN, f"unsubscribe-{token}")
    return f"From: someone@example.com\nTo: {to}\nSubject: unsubscribe\n\n"


def bounce(token: str, status: str) -> str:
    return BOUNCE.format(to=tagged(OWN, token), status=status)


def complaint(token: str) -> str:
    kind = "multipart/report; report-type=feedback-report; boundary=b"
    return (
        f"To: {tagged(OWN, token)}\nContent-Type: {kind}\n\n--b\n"
        "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b--\n"
    )


def suppressed(store: SqlStore) -> dict[str, SuppressionReason]:
    return {s.address.partition("@")[0]: s.reason for s in store.suppressions()}


def test_each_kind_of_mail_does_what_it_says(
    mail: Mail, store: SqlStore, tokens: dict[str, str]
) -> None:
    mail.drop(wish(tokens["ann"]))
    mail.drop(bounce(tokens["ben"], "5.1.1"))
    mail.drop(complaint(tokens["cyd"]))
    mail.drop(bounce(tokens["dan"], "5.2.2"))
    mail.drop("From: someone@example.com\nSubject: Hello\n\nHow are you?")
    collected = collect(mail, store, own_address=OWN, now=NOW)
    assert suppressed(store) == {
        "ann": SuppressionReason.UNSUBSCRIBED,
        "ben": SuppressionReason.BOUNCED,
        "cyd": SuppressionReason.COMPLAINED,
    }
    assert collected == Collected(unsubscribed=1, bounced=1, complained=1, soft=1, ignored=1)
    assert collected.sentence() == (
        "read 5 messages: 1 unsubscribed, 1 bounced, 1 complained, 1 returned for now, "
        "1 of no concern"
    )
    assert {s.detail for s in store.suppressions()} == {
        *("by mail", "5.1.1 550 5.1.1 <…> says no", "reported as spam")
    }
    assert collect(mail, store, own_address=OWN, now=NOW) == Collected()


def test_the_sentence_counts_in_plain_words() -> None:
    assert Collected().sentence() == "read 0 messages"
    assert Collected(unsubscribed=1).sentence() == "read 1 message: 1 unsubscribed"


def test_three_soft_bounces_within_thirty_days_end_it(
    mail: Mail, store: SqlStore, tokens: dict[str, str]
) -> None:
    for day in (0, 40, 50):
        mail.drop(bounce(tokens["ann"], "4.2.2"))
        collected = collect(mail, store, own_address=OWN, now=NOW + timedelta(days=day))
        assert (collected.soft, collected.bounced) == (1, 0)
    mail.drop(bounce(tokens["ann"], "4.2.2"))
    collected = collect(mail, store, own_address=OWN, now=NOW + timedelta(days=60))
    assert (collected.soft, collected.bounced) == (0, 1)
    assert suppressed(store) == {"ann": SuppressionReason.BOUNCED}
    assert store.suppressions()[0].detail.startswith("returned 3 times within 30 days, lastly: 4.2")


def test_the_first_reason_stays(mail: Mail, store: SqlStore, tokens: dict[str, str]) -> None:
    mail.drop(wish(tokens["ann"]))
    mail.drop(bounce(tokens["ann"], "5.1.1"))
    collect(mail, store, own_address=OWN, now=NOW)
    assert suppressed(store) == {"ann": SuppressionReason.UNSUBSCRIBED}


def test_a_token_of_nobody_is_of_no_concern(mail: Mail, store: SqlStore) -> None:
    for message in (
        wish("a" * 26),
        bounce("b" * 26, "5.1.1"),
        complaint("c" * 26),
        bounce("", "5"),
    ):
        mail.drop(message)
    assert collect(mail, store, own_address=OWN, now=NOW) == Collected(ignored=4)
    assert suppressed(store) == {}


def test_no_sentence_holds_an_address(mail: Mail, store: SqlStore, tokens: dict[str, str]) -> None:
    mail.drop(bounce(tokens["ann"], "5.1.1"))
    collected = collect(mail, store, own_address=OWN, now=NOW)
    assert "@" not in collected.sentence() + "".join(collected.troubles)
    assert "@" not in store.suppressions()[0].detail


class Killed(BaseException):
    """As when the process ends."""


class Dying(Mail):
    """A mailbox where the process ends before anything is marked."""

    def handled(self, keys: Iterable[str]) -> None:
        raise Killed(keys)


def test_a_run_killed_before_the_mark_is_done_again_harmlessly(
    tmp_path: Path, store: SqlStore, tokens: dict[str, str]
) -> None:
    mail = Dying(tmp_path / "mail")
    mail.drop(wish(tokens["ann"]))
    mail.drop(bounce(tokens["ben"], "5.1.1"))
    mail.drop(bounce(tokens["cyd"], "4.2.2"))
    with pytest.raises(Killed):
        collect(mail, store, own_address=OWN, now=NOW)
    stored = store.suppressions()
    assert [s.address for s in stored] == ["ann@example.net", "ben@example.net"]
    later = NOW + timedelta(hours=1)
    collected = collect(FolderMailbox(mail.folder), store, own_address=OWN, now=later)
    assert (collected.unsubscribed, collected.bounced, collected.soft) == (1, 1, 1)
    assert store.suppressions() == stored
    assert collect(FolderMailbox(mail.folder), store, own_address=OWN, now=later).read == 0


def test_nothing_is_marked_that_could_not_be_stored(
    mail: Mail, tmp_path: Path, tokens: dict[str, str]
) -> None:
    mail.drop(wish(tokens["ann"]))
    with SqlStore.open(f"sqlite:///{tmp_path}/digest.db") as broken:
        broken.close()
        with pytest.raises(StoreError):
            collect(mail, broken, own_address=OWN, now=NOW)
    assert len(list(mail.messages())) == 1


class Breaking(Mail):
    """A mailbox that is lost in the middle."""

    def messages(self) -> Iterator[tuple[str, bytes]]:
        for number, message in enumerate(super().messages()):
            if number == 150:
                raise MailboxError("mail.example.org:993: it hung up.")
            yield message


def test_what_came_before_a_failure_is_kept(
    tmp_path: Path, store: SqlStore, tokens: dict[str, str]
) -> None:
    mail = Breaking(tmp_path / "mail")
    for _ in range(149):
        mail.drop("Subject: Hello\n\n")
    mail.drop(wish(tokens["ann"]))
    mail.drop(wish(tokens["ben"]))
    collected = collect(mail, store, own_address=OWN, now=NOW)
    assert (collected.unsubscribed, collected.ignored) == (1, 149)
    assert collected.troubles == ["mail.example.org:993: it hung up."]
    assert suppressed(store) == {"ann": SuppressionReason.UNSUBSCRIBED}
    assert len(list(FolderMailbox(mail.folder).messages())) == 1


def test_a_mailbox_that_is_not_there_is_a_trouble(tmp_path: Path, store: SqlStore) -> None:
    collected = collect(FolderMailbox(tmp_path / "no"), store, own_address=OWN, now=NOW)
    assert collected.read == 0
    assert collected.troubles[0].startswith(f"{tmp_path}/no does not exist")
