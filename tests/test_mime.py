"""The message a reader gets: its header, its two parts, and what differs from reader to reader."""

from __future__ import annotations

import quopri
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import MailRefused, RenderError
from digest.models import Recipient
from digest.models.readers import ANY_TOKEN
from digest.render.mime import Letter, MailHeadings, compose

URL = f"https://news.example.org/unsubscribe/{ANY_TOKEN}"
HEADINGS = MailHeadings(
    sender="AI Industry Digest <digest@example.org>",
    reply_to="editors@example.org",
    list_id="daily.example.org",
    unsubscribe_url=URL,
    unsubscribe_mail=f"bounces+unsubscribe-{ANY_TOKEN}@example.org",
)
SUBJECT = "🤝 Halcyra and Drayloft merge, and three more stories"
TEXT = f"Halcyra and Drayloft merge – “at last”.\n\nUnsubscribe: {URL}\n"
HTML = f'<p>Halcyra &amp; Drayloft merge – “at last”.</p>\n<a href="{URL}">Unsubscribe</a>\n'
DATE = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
JANE = Recipient("jane@example.net", "abcdefghijklmnopqrstuvwxyz")
JOHN = Recipient("john.doe+news@mail.example.com", "234567abcdefghijklmnopqrst")


def letter(
    headings: MailHeadings = HEADINGS,
    *,
    subject: str = SUBJECT,
    text: str = TEXT,
    html: str = HTML,
    edition_id: str = "daily-2026-03-02",
) -> Letter:
    return compose(
        subject=subject,
        text=text,
        html=html,
        headings=headings,
        date=DATE,
        edition_id=edition_id,
    )


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def headings(data: bytes) -> dict[str, str]:
    """Return the headings as they stand there, unfolded, by name."""
    head = data.partition(b"\r\n\r\n")[0].decode("ascii")
    pairs = [line.partition(": ")[::2] for line in re.sub(r"\r\n(?=[ \t])", "", head).split("\r\n")]
    assert len({name for name, _ in pairs}) == len(pairs), "a heading stands there twice"
    return dict(pairs)


def parts(data: bytes) -> tuple[str, str]:
    plain, html = parsed(data).iter_parts()
    assert isinstance(plain, EmailMessage) and isinstance(html, EmailMessage)
    assert plain.get_content_type() == "text/plain"
    assert html.get_content_type() == "text/html"
    return _content(plain), _content(html)


def _content(part: EmailMessage) -> str:
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n").removesuffix("\n")


def test_the_header_says_all_that_a_newsletter_should() -> None:
    found = headings(letter().to(JANE))
    message_id = found.pop("Message-ID")
    boundary = found.pop("Content-Type")
    subject = found.pop("Subject")
    assert found == {
        "From": "AI Industry Digest <digest@example.org>",
        "Reply-To": "editors@example.org",
        "Date": "Mon, 02 Mar 2026 06:30:00 +0000",
        "To": "jane@example.net",
        "MIME-Version": "1.0",
        "List-Id": "<daily.example.org>",
        "List-Unsubscribe": (
            f"<https://news.example.org/unsubscribe/{JANE.token}>, "
            f"<mailto:bounces+unsubscribe-{JANE.token}@example.org?subject=unsubscribe>"
        ),
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
        "Auto-Submitted": "auto-generated",
    }
    assert message_id == letter().message_id(JANE)
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", message_id)
    assert re.fullmatch(r'multipart/alternative; boundary="=_[0-9a-f]{32}"', boundary)
    assert subject.isascii()
    assert parsed(letter().to(JANE))["Subject"] == SUBJECT


def test_both_parts_come_out_as_they_went_in_with_the_readers_own_token() -> None:
    assert parts(letter().to(JOHN)) == (
        TEXT.replace(ANY_TOKEN, JOHN.token).rstrip("\n"),
        HTML.replace(ANY_TOKEN, JOHN.token).rstrip("\n"),
    )


def test_two_readers_messages_differ_only_in_address_token_and_message_id() -> None:
    one, other = letter().to(JANE), letter().to(JOHN)
    assert one != other
    for reader in (JANE, JOHN):
        data = letter().to(reader).replace(b"=\r\n", b"")
        for own in (letter().message_id(reader), reader.address, reader.token):
            assert own.encode() in data
            data = data.replace(own.encode(), b"*")
        one, other = other, data
    assert one == other


def test_the_message_id_stays_and_is_another_for_each_edition_and_each_reader() -> None:
    ids = {
        letter(edition_id=edition).message_id(reader)
        for edition in ("daily-2026-03-02", "daily-2026-03-03")
        for reader in (JANE, JOHN)
    }
    assert len(ids) == 4
    assert letter(text="other words").message_id(JANE) == letter().message_id(JANE)
    moved = Recipient("jane@elsewhere.example", JANE.token)
    assert letter().message_id(moved) == letter().message_id(JANE), "it is made of the address"


def test_the_same_input_gives_the_same_bytes() -> None:
    assert letter().to(JANE) == letter().to(JANE)
    assert letter().to(JANE).count(b"\n") == letter().to(JANE).count(b"\r\n")
    assert letter().to(JANE).isascii()


def test_size_is_the_messages_without_the_address() -> None:
    assert letter().size == len(letter().to(JANE)) - len(JANE.address)


@pytest.mark.parametrize("shift", range(80))
def test_a_token_is_found_wherever_the_line_breaks_in_it(shift: int) -> None:
    text = "x" * shift + ANY_TOKEN + " and " + ANY_TOKEN + "é\n"
    data = letter(text=text, html="<p>" + text).to(JANE)
    assert b"0token" not in data.replace(b"=\r\n", b"")
    assert parts(data)[0] == text.replace(ANY_TOKEN, JANE.token).rstrip("\n")
    body = data.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(alphabet=st.one_of(st.sampled_from("\r\n .=From\té😀\x00"), st.characters())))
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    data = letter(text=text, html=text).to(JANE)
    body = data.partition(b"\r\n\r\n")[2]
    assert body.isascii()
    assert max(map(len, body.split(b"\r\n"))) <= 76
    boundary = headings(data)["Content-Type"].partition('"')[2].rstrip('"').encode()
    encoded = body.split(b"\r\n--" + boundary)[1].partition(b"\r\n\r\n")[2]
    assert quopri.decodestring(encoded.replace(b"\r\n", b"\n")) == plain
    assert not re.search(rb"^From ", encoded, re.MULTILINE)


def test_no_line_begins_as_a_mailbox_file_separates_messages() -> None:
    text = "From here\nFrom there" + " and on" * 20 + "\nFrom \n From\n"
    data = letter(text=text).to(JANE)
    assert b"\r\nFrom " not in data.partition(b"\r\n\r\n")[2]
    assert parts(data)[0] == text.rstrip("\n")


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "Plain words",
        "Plain words, " * 30,
        "é" * 400,
        "👩🏽‍🚀 " * 60,
        "x" * 2000,
        "=?utf-8?q?made_up?=",
        "  spaces  in   it  ",
        'a, <b>; "c" (d) @ : \\',
    ],
)
def test_any_subject_comes_out_as_it_went_in(subject: str) -> None:
    data = letter(subject=subject).to(JANE)
    head = data.partition(b"\r\n\r\n")[0]
    for line in head.split(b"\r\n"):
        assert len(line) <= 78 or line.startswith((b"List-Unsub", b" <mailto"))
        assert line.strip(), "an empty folded line"
    found = parsed(data)["Subject"] or ""
    assert " ".join(found.split()) == " ".join(subject.split())


def test_what_is_no_letter_at_all_is_replaced() -> None:
    data = letter(subject="half \ud83d emoji", text="half \ud83d emoji", html="half \ud83d").to(
        JANE
    )
    assert parsed(data)["Subject"] == "half ? emoji"
    assert parts(data) == ("half ? emoji", "half ?")


@pytest.mark.parametrize(
    "bad", ["\r\nBcc: all@example.org", "\nX: y", "\rX", "\x00", "\x1b[1m", "\x85", "\u2028"]
)
@pytest.mark.parametrize("field", ["subject", *MailHeadings.__slots__])
def test_nothing_can_add_a_line_to_the_header(field: str, bad: str) -> None:
    with pytest.raises(RenderError, match="line break or control character"):
        if field == "subject":
            letter(subject=SUBJECT + bad)
        else:
            letter(replace(HEADINGS, **{field: getattr(HEADINGS, field) + bad}))


@pytest.mark.parametrize(
    "url",
    [
        f"https://news.example.org/unsubscribe/{ANY_TOKEN}",
        "https://news.example.org/" + "a-long-way/" * 40 + ANY_TOKEN,
        f"https://news.example.org/?a=%C3%A9&b={ANY_TOKEN}&c=(~_'*!$);=?utf-8?q?x?=",
    ],
)
def test_the_unsubscribe_url_stands_there_byte_for_byte(url: str) -> None:
    for mail in (HEADINGS.unsubscribe_mail, ""):
        data = letter(replace(HEADINGS, unsubscribe_url=url, unsubscribe_mail=mail)).to(JANE)
        assert f"<{url.replace(ANY_TOKEN, JANE.token)}>".encode() in data
        assert headings(data)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert max(map(len, data.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "url",
    [
        "",
        "{{unsubscribe_url}}",
        "*|UNSUB|*",
        "[[unsubscribe]]",
        "%unsubscribe_url%",
        "<%asm_group_unsubscribe_raw_url%>",
        "https://{{host}}/leave",
        "javascript:alert(1)",
        "https://",
    ],
)
def test_what_nobody_can_open_does_not_stand_in_list_unsubscribe(url: str) -> None:
    with_mail = headings(letter(replace(HEADINGS, unsubscribe_url=url)).to(JANE))
    mail = f"<mailto:bounces+unsubscribe-{JANE.token}@example.org?subject=unsubscribe>"
    assert with_mail["List-Unsubscribe"] == mail
    assert "List-Unsubscribe-Post" not in with_mail
    bare = letter(replace(HEADINGS, unsubscribe_url=url, unsubscribe_mail=""))
    assert not [name for name in headings(bare.to(JANE)) if name.startswith("List-Unsub")]


@pytest.mark.parametrize(
    "url", [f"http://news.example.org/unsubscribe/{ANY_TOKEN}", "https://example.org/goodbye"]
)
def test_one_click_is_not_promised_without_encryption_or_without_a_token(url: str) -> None:
    found = headings(letter(replace(HEADINGS, unsubscribe_url=url)).to(JANE))
    assert found["List-Unsubscribe"].startswith(f"<{url.replace(ANY_TOKEN, JANE.token)}>, <mailto:")
    assert "List-Unsubscribe-Post" not in found


@pytest.mark.parametrize(
    "url", ["https://bücher.example/" + ANY_TOKEN, "https://a.example/" + "x" * 900]
)
def test_an_unsubscribe_url_that_no_header_can_hold_is_named(url: str) -> None:
    with pytest.raises(RenderError, match="unsubscribe_url"):
        letter(replace(HEADINGS, unsubscribe_url=url))


@pytest.mark.parametrize(
    ("sender", "name", "address"),
    [
        ("digest@example.org", "", "digest@example.org"),
        ("Digest, daily: news <a@example.org>", "", ""),
        ('"Digest, daily: news" <a@example.org>', "Digest, daily: news", "a@example.org"),
        ("Zeitung für KI 🤖 <a@example.org>", "Zeitung für KI 🤖", "a@example.org"),
        ("é" * 120 + " <a@example.org>", "é" * 120, "a@example.org"),
        ("Digest <a@bücher.example>", "Digest", "a@xn--bcher-kva.example"),
        ("=?utf-8?q?KI_=F0=9F=A4=96?= <a@example.org>", "KI 🤖", "a@example.org"),
        ("=?nonsense?q?x?= <a@example.org>", "=?nonsense?q?x?=", "a@example.org"),
    ],
)
def test_the_senders_name_comes_out_as_it_went_in(sender: str, name: str, address: str) -> None:
    if not address:
        with pytest.raises(RenderError, match="from: it is not an address"):
            letter(replace(HEADINGS, sender=sender))
        return
    data = letter(replace(HEADINGS, sender=sender)).to(JANE)
    (found,) = parsed(data)["From"].addresses
    # The parser puts a blank between two encoded words, where RFC 2047 wants none.
    assert found.display_name.replace(" ", "") == name.replace(" ", "")
    assert found.addr_spec == address
    assert all(len(line) <= 78 for line in data[: data.index(b"Reply-To")].split(b"\r\n"))
    assert (
        letter(replace(HEADINGS, sender=sender))
        .message_id(JANE)
        .endswith(f"@{address.partition('@')[2]}>")
    )


@pytest.mark.parametrize("sender", ["", "nobody", "jörg@example.org", "a@b@c", "a b@c.example"])
def test_a_sender_that_is_no_address_is_named(sender: str) -> None:
    with pytest.raises(RenderError, match="from: it is not an address"):
        letter(replace(HEADINGS, sender=sender))


@pytest.mark.parametrize(
    ("list_id", "shown"),
    [
        ("daily.example.org", "<daily.example.org>"),
        ("AI Digest <daily.example.org>", "AI Digest <daily.example.org>"),
        ("Für alle <daily.example.org>", "=?utf-8?b?RsO8ciBhbGxl?= <daily.example.org>"),
        ("", None),
    ],
)
def test_the_list_id_may_have_a_name(list_id: str, shown: str | None) -> None:
    found = headings(letter(replace(HEADINGS, list_id=list_id)).to(JANE))
    assert found.get("List-Id") == shown


def test_a_list_id_that_is_none_is_named() -> None:
    with pytest.raises(RenderError, match="list id"):
        letter(replace(HEADINGS, list_id="two words"))


@pytest.mark.parametrize(
    "address",
    [
        "jörg@example.org",
        "jane@exämple.org",
        "jane",
        "a b@example.org",
        "<jane@example.org>",
        "jane@example.org, john@example.org",
        "jane@example.org\r\nBcc: all@example.org",
        "",
        "a@" + "b" * 400,
    ],
)
def test_an_address_that_no_header_can_hold_is_refused_without_being_named(address: str) -> None:
    with pytest.raises(MailRefused) as caught:
        letter().to(Recipient(address, JANE.token))
    assert caught.value.address_at_fault
    assert "@" not in str(caught.value)


@pytest.mark.parametrize("token", ["", "short", "A" * 26, "é" * 26, "a" * 25 + "\n", "a" * 27])
def test_a_token_that_would_change_the_lines_is_refused(token: str) -> None:
    with pytest.raises(RenderError, match="token"):
        letter().to(Recipient(JANE.address, token))


def test_a_message_of_90_kb_is_made_for_each_reader_in_no_time() -> None:
    whole = letter(html=f"<p>Words of an article – and more.</p><!-- {URL} -->\n" * 900)
    assert whole.size > 90_000
    best = 1.0
    for _ in range(50):
        began = time.perf_counter()
        whole.to(JANE)
        best = min(best, time.perf_counter() - began)
    assert best < 0.002, f"{best * 1000:.2f} ms"  # encoding it anew takes several
