"""What a mail in the bounce mailbox is: real forms of bounces, complaints, wishes, and nonsense."""

from __future__ import annotations

import base64
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.addresses import tagged
from digest.core.bounces import Meaning, Verdict, read
from digest.core.mailparts import parts
from digest.core.returns import About, refused_at_fault

OWN = "bounces@example.org"
TOKEN = "abcdefghijklmnopqrstuvwx27"
VERP = tagged(OWN, TOKEN)
WISH = tagged(OWN, f"unsubscribe-{TOKEN}")


def verdict(mail: str | bytes) -> Verdict:
    return read(mail if isinstance(mail, bytes) else mail.encode(), own_address=OWN)


def report(
    fields: str,
    *,
    to: str = VERP,
    returned: str = "",
    returned_kind: str = "message/rfc822",
    encoding: str = "7bit",
) -> str:
    """A delivery report as Postfix makes it (RFC 3464)."""
    status = (
        f"Reporting-MTA: dns; mx.example.net\nArrival-Date: Sat, 14 Mar 2026 06:30:00 +0000\n\n"
        f"{fields}"
    )
    if encoding == "base64":
        status = base64.encodebytes(status.encode()).decode()
    return f"""\
Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="3F2A.1773469800/mx.example.net"

This is a MIME-encapsulated message.

--3F2A.1773469800/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--3F2A.1773469800/mx.example.net
Content-Type: message/delivery-status
Content-Transfer-Encoding: {encoding}

{status}
--3F2A.1773469800/mx.example.net
Content-Type: {returned_kind}

{returned}
--3F2A.1773469800/mx.example.net--
"""


FAILED = """\
Final-Recipient: rfc822; ann@example.net
Original-Recipient: rfc822;ann@example.net
Action: failed
Status: {status}
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; {words}
"""

RETURNED = f"""\
From: AI Digest <digest@example.org>
To: ann@example.net
List-Unsubscribe: <https://news.example.org/unsubscribe/{TOKEN}>,
 <mailto:bounces+unsubscribe-{TOKEN}@example.org?subject=unsubscribe>
Subject: An edition

The text.
"""


def test_no_such_user_is_hard() -> None:
    words = "550 5.1.1 <ann@example.net>: Recipient address rejected: User unknown"
    said = verdict(report(FAILED.format(status="5.1.1", words=words)))
    assert (said.meaning, said.token, said.status) == (Meaning.HARD, TOKEN, "5.1.1")
    assert said.words == "550 5.1.1 <…>: Recipient address rejected: User unknown"


@pytest.mark.parametrize(
    ("status", "words", "meaning"),
    [
        ("5.1.0", "550 5.1.1 no such mailbox", Meaning.HARD),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", Meaning.HARD),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", Meaning.HARD),
        ("5.4.4", "Host or domain name not found", Meaning.HARD),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", Meaning.HARD),
        ("5.0.0", "550 User unknown", Meaning.HARD),
        ("5.0.0", "550 5.1.1 gone", Meaning.HARD),
        ("5.0.0", "554 delivery error: dd This user doesn't exist here", Meaning.HARD),
        ("5.2.2", "552 5.2.2 The email account is over quota", Meaning.SOFT),
        ("5.2.3", "552 5.2.3 message too long", Meaning.SOFT),
        ("5.3.4", "552 5.3.4 message too big", Meaning.SOFT),
        ("5.4.7", "delivery time expired", Meaning.SOFT),
        ("5.4.6", "routing loop", Meaning.SOFT),
        ("5.6.0", "554 5.6.0 bad content", Meaning.SOFT),
        ("5.7.1", "550 5.7.1 looks like spam", Meaning.SOFT),
        ("5.7.26", "550 5.7.26 unauthenticated mail from example.org", Meaning.SOFT),
        ("5.1.8", "553 5.1.8 bad sender's system address", Meaning.SOFT),
        ("5.5.0", "550 protocol error", Meaning.SOFT),
        ("5.0.0", "554 rejected due to the reputation of your server", Meaning.SOFT),
        ("5.0.0", "550 mailbox is full", Meaning.SOFT),
        ("4.4.1", "connection timed out", Meaning.SOFT),
        ("4.2.2", "452 4.2.2 over quota", Meaning.SOFT),
    ],
)
def test_hard_is_only_what_the_address_is_to_blame_for(
    status: str, words: str, meaning: Meaning
) -> None:
    said = verdict(report(FAILED.format(status=status, words=words)))
    assert (said.meaning, said.token) == (meaning, TOKEN)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_report_of_anything_but_failure_is_nothing(action: str) -> None:
    fields = FAILED.format(status="4.4.1", words="try again").replace("failed", action)
    assert verdict(report(fields)).meaning is Meaning.NOTHING


def test_one_of_several_behind_an_address_does_not_condemn_it() -> None:
    dead = FAILED.format(status="5.1.1", words="550 5.1.1 no such user")
    full = FAILED.format(status="5.2.2", words="552 5.2.2 full")
    fine = dead.replace("Action: failed", "Action: relayed").replace("5.1.1", "2.0.0")
    assert verdict(report(f"{dead}\n{dead}")).meaning is Meaning.HARD
    assert verdict(report(f"{dead}\n{full}")).meaning is Meaning.SOFT
    assert verdict(report(f"{dead}\n{fine}")).meaning is Meaning.SOFT


def test_the_token_is_found_in_what_came_back_where_the_address_lost_it() -> None:
    fields = FAILED.format(status="5.1.1", words="550 5.1.1 no such user")
    for kind in ("message/rfc822", "text/rfc822-headers", "message/global"):
        said = verdict(report(fields, to=OWN, returned=RETURNED, returned_kind=kind))
        assert (said.meaning, said.token) == (Meaning.HARD, TOKEN)
    for header in (
        f"Return-Path: <{VERP}>",
        f"List-Unsubscribe: <https://example.com/leave?t={TOKEN}>",
    ):
        assert verdict(report(fields, to=OWN, returned=f"{header}\n\nx")).token == TOKEN


def test_no_token_no_reader_whatever_address_the_report_names() -> None:
    fields = FAILED.format(status="5.1.1", words="550 5.1.1 no such user")
    said = verdict(report(fields, to=OWN, returned="Subject: x\n\nx"))
    assert (said.meaning, said.token) == (Meaning.HARD, "")


def test_tokens_count_in_any_case_and_only_in_our_own_address() -> None:
    fields = FAILED.format(status="5.1.1", words="550 5.1.1 no such user")
    assert verdict(report(fields, to=VERP.upper())).token == TOKEN
    assert verdict(report(fields, to=f'"{VERP.replace("@", chr(34) + "@")}')).token == TOKEN
    for other in (
        f"bounces+{TOKEN}@example.com",
        f"bounces+{TOKEN}@example.org.evil.test",
        f"x-bounces+{TOKEN}@example.org",
        f"bounces+{TOKEN}a@example.org",
        f"bounces+{TOKEN[1:]}@example.org",
        f"bounces+{TOKEN[1:]}0@example.org",
    ):
        assert verdict(report(fields, to=other)).token == ""


def test_a_report_in_base64_is_read_too() -> None:
    fields = FAILED.format(status="5.1.1", words="550 5.1.1 no such user")
    assert verdict(report(fields, encoding="base64")).meaning is Meaning.HARD


def test_line_ends_of_every_kind_are_read() -> None:
    mail = report(FAILED.format(status="5.1.1", words="550 5.1.1 no such user"))
    for end in ("\r\n", "\r"):
        assert verdict(mail.replace("\n", end)).meaning is Meaning.HARD
    assert verdict("From MAILER-DAEMON Sat Mar 14\n" + mail).meaning is Meaning.HARD


COMPLAINT = """\
From: <feedback@provider.example>
To: {to}
Subject: FW: An edition
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1"

--part1
Content-Type: text/plain

This is an email abuse report.

--part1
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
{fields}
--part1
Content-Type: message/rfc822

{returned}
--part1--
"""


@pytest.mark.parametrize("kind", ["abuse", "fraud", "opt-out", "Abuse"])
def test_a_complaint_is_told_by_the_message_it_is_about(kind: str) -> None:
    mail = COMPLAINT.format(to="abuse@example.org", kind=kind, fields="", returned=RETURNED)
    assert verdict(mail) == Verdict(Meaning.COMPLAINT, TOKEN, words="reported as spam")


def test_a_complaint_is_told_by_its_envelope_sender_too() -> None:
    fields = f"Original-Mail-From: <{VERP}>\n"
    mail = COMPLAINT.format(to=OWN, kind="abuse", fields=fields, returned="Subject: x\n\nx")
    assert verdict(mail).token == TOKEN


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "virus", "other", "", "dmarc"])
def test_other_feedback_is_no_complaint(kind: str) -> None:
    mail = COMPLAINT.format(to=VERP, kind=kind, fields="", returned=RETURNED)
    assert verdict(mail).meaning is Meaning.NOTHING


@pytest.mark.parametrize(
    "headers",
    [
        f"To: {WISH}",
        f"To: {WISH.upper()}",
        f"To: Digest <{WISH}>, someone@example.com",
        f"To: undisclosed-recipients:;\nDelivered-To: {WISH}",
        f"To: {OWN}\nX-Original-To: {WISH}",
        f"To: {WISH}\nAuto-Submitted: auto-generated\nPrecedence: junk",
        f"Subject: Re: an old edition\nTo: {WISH}",
    ],
)
def test_mail_to_the_unsubscribe_address_unsubscribes(headers: str) -> None:
    mail = f"From: Ann <ann@example.net>\n{headers}\n\n"
    assert verdict(mail) == Verdict(Meaning.UNSUBSCRIBE, TOKEN)


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        (f"unsubscribe {TOKEN}", ""),
        ("Unsubscribe", f"{TOKEN}\n"),
        ("=?utf-8?q?Unsubscribe?=", f"see https://news.example.org/unsubscribe/{TOKEN} thanks"),
        ("Re: unsubscribe", f"> <mailto:bounces+unsubscribe-{TOKEN.upper()}@example.org>"),
        ("unsubscribe", f"counterrevolutionariesabcd /unsubscribe/{TOKEN}"),
    ],
)
def test_a_stripped_address_needs_the_word_and_the_token(subject: str, body: str) -> None:
    mail = f"From: ann@example.net\nTo: {OWN}\nSubject: {subject}\n\n{body}"
    assert verdict(mail) == Verdict(Meaning.UNSUBSCRIBE, TOKEN)


@pytest.mark.parametrize(
    ("to", "subject", "body"),
    [
        (OWN, "unsubscribe", "please"),
        (OWN, "Your edition", f"https://news.example.org/unsubscribe/{TOKEN}"),
        (OWN, "How do I unsubscribe?", f"{TOKEN}"),
        ("someone@example.com", "unsubscribe", TOKEN),
        (VERP, "Out of office: your edition", "I am away until Monday."),
        (VERP, "Buy now", "550 5.1.1 user unknown, permanent error, could not be delivered"),
        (VERP, "Re: Undelivered mail", "My server said 550 5.1.1 user unknown. Why?"),
        (f"bounces+unsubscribe-{TOKEN[1:]}@example.org", "unsubscribe", ""),
    ],
)
def test_everything_else_is_nothing(to: str, subject: str, body: str) -> None:
    mail = f"From: Ann <ann@example.net>\nTo: {to}\nSubject: {subject}\n\n{body}\n"
    assert verdict(mail).meaning is Meaning.NOTHING


def test_a_bounce_that_a_person_forwards_is_nothing() -> None:
    inner = report(FAILED.format(status="5.1.1", words="550 5.1.1 no such user"))
    mail = (
        f"From: ann@example.net\nTo: {OWN}\nSubject: Fwd: Undelivered\n"
        "Content-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: text/plain\n\nlook\n"
        f"--out\nContent-Type: message/rfc822\n\n{inner}\n--out--\n"
    )
    assert verdict(mail).meaning is Meaning.NOTHING


def test_a_read_receipt_is_nothing() -> None:
    mail = report("Final-Recipient: rfc822; ann@example.net\nDisposition: manual-action; displayed")
    mail = mail.replace("delivery-status", "disposition-notification")
    assert verdict(mail).meaning is Meaning.NOTHING


QMAIL = f"""\
Return-Path: <>
Delivered-To: {VERP}
From: MAILER-DAEMON@mx.example.net
To: {VERP}
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ann@example.net>:
{{words}}

--- Below this line is a copy of the message.

Return-Path: <{VERP}>
Received: 5.1.1 and 552 5.2.2 stand here to mislead
"""


@pytest.mark.parametrize(
    ("words", "meaning", "status"),
    [
        ("Sorry, no mailbox here by that name. (#5.1.1)", Meaning.HARD, "5.1.1"),
        (
            "203.0.113.9 does not like recipient.\nRemote host said: 550 User unknown",
            Meaning.HARD,
            "",
        ),
        ("Remote host said: 552 5.2.2 Over quota", Meaning.SOFT, "5.2.2"),
        ("Connected to 5.1.1.33 but my message was refused.", Meaning.SOFT, ""),
    ],
)
def test_qmail_is_understood(words: str, meaning: Meaning, status: str) -> None:
    said = verdict(QMAIL.format(words=words))
    assert (said.meaning, said.token, said.status) == (meaning, TOKEN, status)
    assert "@" not in said.words


EXIM = f"""\
Return-path: <>
Envelope-to: {OWN}
X-Failed-Recipients: ann@example.net
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: {OWN}
Subject: {{subject}}

This message was created automatically by mail delivery software.

{{text}}

  ann@example.net
    host mx.example.com [203.0.113.7]
    SMTP error from remote mail server after RCPT TO:<ann@example.net>:
    {{words}}

------ This is a copy of the message, including all the headers. ------

Return-path: <{VERP}>
"""


def test_exim_is_understood_by_the_copy_it_sends_along() -> None:
    said = verdict(
        EXIM.format(
            subject="Mail delivery failed: returning message to sender",
            text="A message that you sent could not be delivered. This is a permanent error.",
            words="550 5.1.1 <ann@example.net>: no such user",
        )
    )
    assert (said.meaning, said.token, said.status) == (Meaning.HARD, TOKEN, "5.1.1")


def test_exims_warning_is_nothing() -> None:
    said = verdict(
        EXIM.format(
            subject="Warning: message 1abc delayed 24 hours",
            text="A message that you sent could not be delivered so far. It will be retried.",
            words="550 5.1.1 try later",
        )
    )
    assert said.meaning is Meaning.NOTHING


def test_an_old_exchange_is_understood() -> None:
    mail = f"""\
From: System Administrator <postmaster@example.net>
To: {VERP}
Subject: Undeliverable: An edition

Your message did not reach some or all of the intended recipients.

      The following recipient(s) could not be reached:

      ann@example.net on 14.03.2026 06:30
            The e-mail address could not be found.
            <mx.example.net #5.1.1 SMTP; 550 5.1.1 unknown>
"""
    said = verdict(mail)
    assert (said.meaning, said.token, said.status) == (Meaning.HARD, TOKEN, "5.1.1")


def test_a_mail_servers_mail_without_code_or_verdict_is_nothing() -> None:
    mail = f"From: postmaster@example.net\nTo: {VERP}\nSubject: Undeliverable mail, a guide\n\nHi."
    assert verdict(mail).meaning is Meaning.NOTHING


def test_words_hold_no_address_and_no_token() -> None:
    words = f"550 5.1.1 <Ann.O'Hara+x@example.net> {VERP} {TOKEN} \x1b[31mgone"
    said = verdict(report(FAILED.format(status="5.1.1", words=words)))
    assert said.words == "550 5.1.1 <…> … … [31mgone"


@pytest.mark.parametrize(
    ("status", "words", "sending", "returned"),
    [
        ("5.1.1", "no such user", True, Meaning.HARD),
        ("5.1.6", "moved", True, Meaning.HARD),
        ("5.1.10", "no mail for this domain", True, Meaning.HARD),
        ("5.2.1", "disabled", True, Meaning.HARD),
        ("5.1.0", "no such user", True, Meaning.HARD),
        ("5.0.0", "User unknown", True, Meaning.HARD),
        ("5.4.1", "Recipient address rejected: Access denied", True, Meaning.HARD),
        ("5.4.4", "Host or domain name not found", True, Meaning.HARD),
        ("5.1.7", "no such user", False, Meaning.SOFT),
        ("5.1.8", "domain not found", False, Meaning.SOFT),
        ("5.7.1", "no such user, spam", False, Meaning.SOFT),
        ("5.1.9", "relayed to another system", False, Meaning.SOFT),
        ("5.0.0", "blocked", False, Meaning.SOFT),
        ("5.1.1", "Sender address rejected: undeliverable", False, Meaning.SOFT),
        ("5.0.0", "Verification failed for <x>; No such user here", False, Meaning.SOFT),
        ("5.1.1", "unknown (in reply to MAIL FROM command)", False, Meaning.SOFT),
        # A reply in passing may be about our own server's trouble; a bounce came after its tries.
        ("5.4.4", "no route", False, Meaning.HARD),
        ("5.1.0", "rejected", False, Meaning.HARD),
    ],
)
def test_a_refusal_while_we_send_is_judged_as_a_bounce_is(
    status: str, words: str, sending: bool, returned: Meaning
) -> None:
    assert refused_at_fault(550, status, words, About.RECIPIENT) is sending
    said = verdict(report(FAILED.format(status=status, words=f"550 {status} {words}")))
    assert said.meaning is returned


@pytest.mark.parametrize("status", ["", "5.0.0", "5.1.0", "5.1.1", "5.1.2", "5.2.1", "5.4.4"])
def test_a_refusal_of_the_sender_is_never_the_readers_fault(status: str) -> None:
    for code in (550, 551, 553, 554):
        assert not refused_at_fault(code, status, "no such user", About.SENDER)


def test_a_refusal_for_now_is_nobodys_fault() -> None:
    assert not refused_at_fault(450, "4.1.1", "no such user", About.RECIPIENT)


def nested(levels: int, filler: bytes) -> bytes:
    heads = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(levels)
    )
    return b"To: " + VERP.encode() + b"\n" + heads + filler


BIG = 262_144
HOSTILE = {
    "nothing": b"",
    "zeros": b"\0" * BIG,
    "nested": nested(100, b"\n" * BIG),
    "nested deeper": nested(6_000, b""),
    "one boundary": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * (BIG // 4),
    "blank boundary": b'Content-Type: multipart/report; boundary=" "\n\n' + b"--  \n" * (BIG // 5),
    "dashes": b"Content-Type: multipart/mixed; boundary=-\n\n" + b"-" * BIG,
    "wide header": b"To: " + b"a" * BIG,
    "many headers": b"To: x\n" * (BIG // 6),
    "folded": b"To: x" + b"\n " * (BIG // 2),
    "folded by carriage returns": b"To: x" + b"\r\r \r" * (BIG // 4),
    "colons": b":" * BIG,
    "near addresses": b"To: " + b"bounces+" * 400 + b"\n\n" + b"bounces+abc@" * (BIG // 12),
    "at signs": b"From: postmaster\nSubject: undeliverable\n\n550 " + b"a@" * (BIG // 2),
    "spaces": b"From: postmaster\nSubject: undeliverable\n\n550 " + b" " * BIG,
    "dots": b"From: postmaster\nSubject: undeliverable\n\n5." * 9_000,
    "near words": b"From: postmaster\nSubject: undeliverable\n\n550 " + b"user " * (BIG // 5),
    "encoded words": b"Subject: " + b"=?utf-8?q?=3D?= " * 2_000 + b"\nTo: bounces@example.org\n\n",
    "broken words": b"To: bounces@example.org\nSubject: =?x-no-such?b?====?= =?utf-8?b?a?=\n\n",
    "no such charset": b"To: bounces@example.org\nSubject: =?x-no-such?q?unsubscribe?=\n\n",
    "wrong charset": report("Action: failed").encode() + b"\xff\xfe" * 1_000,
    "broken base64": report("Action: failed", encoding="7bit")
    .replace("Content-Transfer-Encoding: 7bit", "Content-Transfer-Encoding: base64")
    .encode(),
    "status without end": report("Action: failed\nStatus: " + "5.1." * 2_000).encode(),
    "status of huge numbers": report("Action: failed\nStatus: 5.1." + "9" * 9_000).encode(),
    "empty groups": report("\n\n" * 50_000 + "Action: failed").encode(),
    "8 bits": bytes(range(128, 256)) * (BIG // 128),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_neither_raises_nor_takes_long(name: str) -> None:
    start = time.process_time()
    read(HOSTILE[name], own_address=OWN)
    assert time.process_time() - start < 1.0  # measured: 0.05 s at most


def test_of_very_many_parts_only_the_first_are_read() -> None:
    many = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 10_000
    assert len(parts(many)) < 50
    report_ = b"--b\nContent-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1\n"
    assert read(many.replace(b"--b\n", report_, 1), own_address=OWN).meaning is Meaning.HARD
    assert read(many + report_, own_address=OWN).meaning is Meaning.NOTHING


def test_a_mail_cut_anywhere_is_read_without_error() -> None:
    mail = report(FAILED.format(status="5.1.1", words="550 5.1.1 no"), returned=RETURNED).encode()
    meanings = {read(mail[:cut], own_address=OWN).meaning for cut in range(0, len(mail), 7)}
    assert meanings == {Meaning.NOTHING, Meaning.SOFT, Meaning.HARD}  # soft: within the code
    padded = mail.replace(b"The text.", b"The text.\n" * 60_000)
    assert len(padded) > 2 * BIG
    assert verdict(padded) == verdict(mail)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_mail_is_read_without_error(data: st.DataObject) -> None:
    mail = bytearray(
        report(FAILED.format(status="5.1.1", words="550 5.1.1 no"), returned=RETURNED).encode()
    )
    chance = random.Random(data.draw(st.integers()))  # noqa: S311 - damage, not secrets
    for _ in range(chance.randrange(60)):
        spot = chance.randrange(len(mail))
        mail[spot : spot + chance.randrange(9)] = chance.randbytes(chance.randrange(9))
    said = read(bytes(mail), own_address=OWN)
    assert len(said.token) in (0, len(TOKEN))
    assert "@" not in said.words


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_without_error(mail: bytes) -> None:
    assert read(mail, own_address=OWN).token == ""
