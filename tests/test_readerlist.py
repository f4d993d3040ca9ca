"""Lists of readers: what others export is read, what we write is read back the same."""

from __future__ import annotations

import csv
import io
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.listcolumns import Row
from digest.core.readerlist import LARGEST, MOST_LINES, read_csv, write_csv
from digest.models import Reader, Suppression, SuppressionReason

QUICK = settings(derandomize=True, database=None, deadline=None, max_examples=200)
DAY = datetime(2026, 3, 14, 5, 30, tzinfo=UTC)
UNSUBSCRIBED, BOUNCED, COMPLAINED = SuppressionReason


def addresses(text: str | bytes) -> list[str]:
    return [row.address for row in read_csv(text.encode() if isinstance(text, str) else text).rows]


@pytest.mark.parametrize(
    "text",
    [
        "ann@a.test\nbob@b.test\n",
        "ann@a.test\r\nbob@b.test",
        "\ufeffemail\nann@a.test\nbob@b.test\n",
        "Email Address,First Name\nann@a.test,Ann\nbob@b.test,Bob\n",
        "First Name;E-Mail\nAnn;ann@a.test\nBob;bob@b.test\n",
        "name\temail_address\nAnn\tann@a.test\nBob\tbob@b.test\n",
        'sep=;\nE-Mail-Adresse;Notiz\nann@a.test;"eins; zwei"\nbob@b.test;x\n',
        '"Subscriber email","Notes"\n"ann@a.test","two\nlines, ""quoted"""\n"bob@b.test",""\n',
        "\n\nemail\n\nann@a.test\n\n\nbob@b.test\n,,\n",
        "Ann,ann@a.test\nBob,bob@b.test\n",
        'Ann <ann@a.test>\n"Lee, Bob" <bob@b.test>\n',
        "Lee, Ann <ann@a.test>\n<bob@b.test>\n",
        "Ann <ann@a.test>, Bob Lee <bob@b.test>\n",
        "Ann Lee <ann@a.test>; bob@b.test <bob@b.test>",
        'email\n"Lee, Ann" < ann@a.test >\nBob <bob@b.test>',
        "id,email,name,note,subscribed_to_emails,created_at\n"
        "1,ann@a.test,Ann,,true,2026-01-02T03:04:05.000Z\n"
        "2,bob@b.test,,,true,2026-01-02T03:04:05.000Z\n",
        "email,active_subscription,expiry,plan,email_disabled,created_at\n"
        "ann@a.test,false,,other,false,2026-01-02T03:04:05Z\n"
        "bob@b.test,true,,yearly,false,2026-01-02T03:04:05Z\n",
    ],
)
def test_exports_of_many_kinds_are_read(text: str) -> None:
    assert addresses(text) == ["ann@a.test", "bob@b.test"]
    assert read_csv(text.encode()).problems == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_told_apart(encoding: str) -> None:
    listing = read_csv("name;email;reason;status\nJürgen;j@a.test;häufig;spam".encode(encoding))
    assert listing.rows == (Row("j@a.test", COMPLAINED, "häufig"),)


@pytest.mark.parametrize(
    ("header", "line", "left"),
    [
        ("email,status", "a@a.test,Subscribed", None),
        ("email,status", "a@a.test,", None),
        ("email,status", "a@a.test,Unsubscribed", UNSUBSCRIBED),
        ("email,Email Status", "a@a.test,Opted-Out", UNSUBSCRIBED),
        ("email,status", "a@a.test,cleaned", BOUNCED),
        ("email,state", "a@a.test,Hard bounce", BOUNCED),
        ("email,status", "a@a.test,Marked,", "its status is “marked”"),
        ("email,status", "a@a.test,complained", COMPLAINED),
        ("email,status", "a@a.test,SPAM complaint", COMPLAINED),
        ("email,type", "a@a.test,premium", None),
        ("email,type", "a@a.test,unactivated", "its status is “unactivated”"),
        ("email,status", "a@a.test,pending", "its status is “pending”"),
        ("email,status", "a@a.test,b@b.test 5", "its status is “unknown”"),
        ("Email Address,UNSUB_TIME,UNSUB_REASON", "a@a.test,2026-01-02 03:04:05,No", UNSUBSCRIBED),
        ("Email Address,CLEAN_TIME", "a@a.test,2026-01-02 03:04:05", BOUNCED),
        ("Email Address,CLEAN_TIME", "a@a.test,", None),
        ("email,email_disabled", "a@a.test,true", UNSUBSCRIBED),
        ("email,email_disabled", "a@a.test,false", None),
        ("Kontakt,Status", "a@a.test,unsubscribed", UNSUBSCRIBED),
        ("email,subscribed_to_emails", "a@a.test,false", UNSUBSCRIBED),
        ("email,subscribed_to_emails", "a@a.test,true", None),
        ("email,subscribed_to_emails,deleted_at", "a@a.test,true,2026-01-02", UNSUBSCRIBED),
        ("email,subscribed_to_emails", "a@a.test,", "its column “subscribedtoemails” says neither"),
        ("email,subscribed_to_emails", "a@a.test", "says neither yes nor no"),
        ("email,Accepts Email Marketing", "a@a.test,no", UNSUBSCRIBED),
        ("email,subscribed", "a@a.test,2026-01-02", None),
        ("email,status,subscribed", "a@a.test,free,no", UNSUBSCRIBED),
        ("email,status,subscribed", "a@a.test,bounced,no", BOUNCED),
        ("email,status,subscribed", "a@a.test,pending,no", UNSUBSCRIBED),
        ("E-Mail;Abgemeldet", "a@a.test;ja", UNSUBSCRIBED),
        ("E-Mail;Abgemeldet", "a@a.test;nein", None),
        ("email,Email Opt Out", "a@a.test,1", UNSUBSCRIBED),
    ],
)
def test_who_has_left_is_not_read_as_a_reader(
    header: str, line: str, left: SuppressionReason | str | None
) -> None:
    listing = read_csv(f"{header}\n{line}\n".encode())
    if left and not isinstance(left, SuppressionReason):
        assert listing.rows == ()
        assert left in listing.problems[0]
        assert "@" not in listing.problems[0]
    else:
        assert [(row.address, row.left) for row in listing.rows] == [("a@a.test", left)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            "email,Weg,Notiz\na@a.test,ja,",
            "not read: “Weg”, “Notiz”; if one of them says who left,",
        ),
        ("email,a\tb\x1b[31m\na@a.test,x", "not read: “a b[31m”; if one"),
        ("email," + "x" * 90 + "\na@a.test", f"not read: “{'x' * 40}”; if one"),
        ("email," + ",".join(f"c{n}" for n in range(12)) + "\na@a.test", "“c9”, 2 more; if one"),
        ("a@a.test,ja", "not read: what stands beside the addresses; if it says who left,"),
        ("Kontakt;Weg\na@a.test;ja", "not read: what stands beside the addresses; if it"),
        ("email,name,First Name,id,created_at,reason\na@a.test,Ann,Ann,1,2026-01-02,x", ""),
        ("email,status,Notiz\na@a.test,active,x", ""),
        ("email,unsubscribed,Notiz\na@a.test,,x", ""),
        ("email,subscribed_to_emails,note\na@a.test,true,x", ""),
        ("a@a.test,\nb@b.test,", ""),
        ("Ann <a@a.test>, Bob <b@b.test>", ""),
        ("email\na@a.test", ""),
    ],
)
def test_where_nothing_tells_who_left_it_is_said_what_was_not_read(text: str, named: str) -> None:
    unread = read_csv(text.encode()).unread
    assert unread.isprintable()
    assert (named in unread) if named else not unread


def test_a_name_beside_an_address_in_brackets_is_not_taken_for_one() -> None:
    listing = read_csv(b"boss@c.test <ann@a.test>\nBob <bob>\n<a@a.test> <b@b.test>\nx <y@z.test")
    assert [row.address for row in listing.rows] == ["ann@a.test"]
    assert len(listing.problems) == 3


def test_when_and_why_somebody_left_is_kept() -> None:
    text = (
        "Email,Status,Reason,Since\na@a.test,bounced,550 no such user,2026-03-14T06:30:00+01:00\n"
    )
    assert read_csv(text.encode()).rows == (Row("a@a.test", BOUNCED, "550 no such user", DAY),)


def test_a_bad_line_is_named_and_the_rest_goes_on() -> None:
    listing = read_csv(
        b'email\nann@a.test\nnobody\n\n"two\nlines"\nbob@gmail\nANN@A.TEST\nbob@b.test'
    )
    assert [row.address for row in listing.rows] == ["ann@a.test", "bob@b.test"]
    assert listing.problems == (
        "line 3: it has no @",
        "line 5: it has no @",
        "line 7: its part after the @ is only one word, such as “gmail” without “.com”",
    )
    assert (listing.bad, listing.repeated) == (3, 1)


def test_of_an_address_given_twice_the_line_counts_that_says_it_left() -> None:
    for lines in ("a@a.test,active\na@a.test,bounced", "a@a.test,bounced\na@a.test,active"):
        assert read_csv(f"email,status\n{lines}".encode()).rows == (Row("a@a.test", BOUNCED),)


def test_a_stray_quote_costs_its_own_line_at_most() -> None:
    lines = [f"a{n}@a.test" for n in range(60)]
    text = "\n".join(["email,name", '"broken@a.test,x', *lines])
    found = addresses(text)
    assert found[-60:] == lines
    assert len(found) <= 61


def test_a_line_too_long_is_told_and_the_rest_goes_on() -> None:
    long = ["x," * 60_000, '"' + "x," * 60_000, "a@" + "b" * 200_000, '"' + "y" * 140_000 + '"']
    for line in long:
        listing = read_csv(f"email\n{line}\nann@a.test\n".encode())
        assert [row.address for row in listing.rows] == ["ann@a.test"]
        assert listing.problems == ("line 2: it is longer than 100,000 characters",)


def test_very_many_bad_lines_are_counted_not_all_told() -> None:
    listing = read_csv(b"x\n" * 5_000)
    assert listing.bad == 5_000
    assert len(listing.problems) == 101
    assert listing.problems[-1] == "and 4,900 more lines"


def test_a_file_too_large_is_refused_at_once() -> None:
    started = time.monotonic()
    with pytest.raises(ValueError, match="more than 50 MB"):
        read_csv(b"a" * (LARGEST + 1))
    with pytest.raises(ValueError, match="more than 1,000,000 lines"):
        read_csv(b"\n" * MOST_LINES)
    assert time.monotonic() - started < 5


def test_a_long_list_is_read_in_reasonable_time() -> None:
    text = "email,name\n" + "".join(f'a{n}@example.org,"N, {n}"\n' for n in range(10_000))
    started = time.monotonic()
    assert len(addresses(text)) == 10_000
    assert time.monotonic() - started < 10


TEXTS = st.text(alphabet="aé,;\t\"'=+-@ 0.\n", max_size=20)
NAMES = st.from_regex(r"[a-z0-9=+'-]{1,12}", fullmatch=True)


@QUICK
@given(st.lists(NAMES, unique=True, max_size=6), st.lists(st.tuples(NAMES, TEXTS), max_size=6))
def test_what_is_written_is_read_back_the_same(
    names: list[str], gone: list[tuple[str, str]]
) -> None:
    readers = [Reader(f"{name}@a.test", "t" * 26, DAY) for name in names]
    left = {n: Suppression(f"{n}@b.test", BOUNCED, DAY, " ".join(d.split())) for n, d in gone}
    listing = read_csv(write_csv(readers, left.values()).encode())
    assert listing.problems == ()
    assert list(listing.rows) == [
        *(Row(reader.address, since=DAY) for reader in readers),
        *(Row(s.address, s.reason, s.detail, DAY) for s in left.values()),
    ]


def test_no_cell_is_a_formula() -> None:
    tricks = ["=cmd()", "+1", "-1", "@SUM(A1)", "'=x", "\t=x"]
    gone = [Suppression(f"{n}@b.test", BOUNCED, DAY, t) for n, t in enumerate(tricks)]
    text = write_csv([Reader("=a@a.test", "t" * 26, DAY)], gone)
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t")]


def test_a_suppressed_reader_is_written_once_as_suppressed() -> None:
    gone = Suppression("a@a.test", COMPLAINED, DAY, "x")
    text = write_csv([Reader("a@a.test", "t" * 26, DAY, suppressed=gone)], [gone])
    assert text.splitlines() == [
        "email,status,reason,since",
        "a@a.test,complained,x,2026-03-14T05:30:00+00:00",
    ]


@QUICK
@given(st.binary(max_size=200) | TEXTS.map(str.encode))
def test_any_bytes_are_read_or_told(data: bytes) -> None:
    for form in (data, b"email,status,since\n" + data):
        listing = read_csv(form)
        assert listing.bad >= len(listing.problems)
