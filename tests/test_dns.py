"""What DNS says of the sender's domain, asked of a real server on loopback."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from digest.adapters.dns import Finding, sender_domain

KEY = base64.b64encode(b"k" * 294).decode()
GOOD = {
    ("example.org", "TXT"): [
        "something else",
        "v=spf1 include:_spf.mail.example ip4:192.0.2.0/24 -all",
    ],
    ("news._domainkey.example.org", "TXT"): [f"v=DKIM1; k=rsa; p={KEY}"],
    ("_dmarc.example.org", "TXT"): ["v=DMARC1; p=quarantine; rua=mailto:reports@example.org"],
    ("example.org", "MX"): ["10 mx.example.org."],
}
Zone = dict[tuple[str, str], list[str]]


class NameServer:
    """A DNS server over UDP: ``zone`` holds the records, in presentation form; the rest is not.

    Names that begin with ``failing`` get SERVFAIL, those with ``silent`` no answer.
    """

    def __init__(
        self, zone: Zone, *, failing: str | None = None, silent: str | None = None
    ) -> None:
        self._zone = zone
        self._failing = failing
        self._silent = silent
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.sendto(b"stop", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while (asked := self._socket.recvfrom(4096))[0] != b"stop":
            data, client = asked
            query = dns.message.from_wire(data)
            name = query.question[0].name.to_text(omit_final_dot=True).lower()
            kind = query.question[0].rdtype.name
            if self._silent is not None and name.startswith(self._silent):
                continue
            response = dns.message.make_response(query)
            response.flags |= dns.flags.RA
            if self._failing is not None and name.startswith(self._failing):
                response.set_rcode(dns.rcode.SERVFAIL)
            elif records := self._zone.get((name, kind)):
                texts = [_quoted(each) if kind == "TXT" else each for each in records]
                response.answer.append(
                    dns.rrset.from_text_list(query.question[0].name, 60, "IN", kind, texts)
                )
            elif not any(known == name for known, _ in self._zone):
                response.set_rcode(dns.rcode.NXDOMAIN)
            self._socket.sendto(response.to_wire(), client)


def _quoted(text: str) -> str:
    """Return the text as the strings of at most 255 characters that a TXT record is made of."""
    return " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text) or 1, 255))


def looked_up(zone: Zone, domain: str = "example.org", selector: str = "news") -> list[Finding]:
    with NameServer(zone) as server:
        return sender_domain(
            domain, selector, nameservers=["127.0.0.1"], port=server.port, patience=20
        )


def finding(what: str, zone: Zone, domain: str = "example.org") -> Finding:
    (found,) = (each for each in looked_up(zone, domain) if each.what == what)
    return found


def test_a_domain_that_is_set_up_is_said_to_work() -> None:
    assert looked_up(GOOD) == [
        ("SPF", True, "example.org has an SPF record"),
        ("DKIM", True, "news._domainkey.example.org holds a key"),
        ("DMARC", True, "_dmarc.example.org has p=quarantine"),
        ("MX", True, "example.org takes mail at mx.example.org"),
    ]


def test_without_a_selector_nothing_is_said_of_dkim() -> None:
    assert [each.what for each in looked_up(GOOD, selector="")] == ["SPF", "DMARC", "MX"]


def test_the_domain_of_bounces_and_of_signatures_may_be_another() -> None:
    with NameServer(GOOD) as server:
        found = sender_domain(
            "news.example.net",
            "news",
            signing_domain="Example.org.",
            bounce_domain="example.org",
            nameservers=["127.0.0.1"],
            port=server.port,
            patience=20,
        )
    assert [each.works for each in found] == [True, True, False, False]


def test_a_domain_without_any_of_it_is_told_what_to_add() -> None:
    found = looked_up({})
    assert [each.works for each in found] == [False] * 4
    for each, words in zip(
        found, ('"v=spf1', '"v=DKIM1; k=rsa; p=', '"v=DMARC1; p=none', "neither MX"), strict=True
    ):
        assert words in each.sentence


@pytest.mark.parametrize(
    ("records", "works", "words"),
    [
        (["v=spf1 -all"], True, "has an SPF record"),
        (["V=SPF1 MX a:mail.example.org/28 ~ALL"], True, "has an SPF record"),
        (["v=spf1 redirect=_spf.example.net"], True, "has an SPF record"),
        (["v=spf1 mx ip6:2001:db8::/32 exists:%{i}.x.example -all"], True, "has an SPF record"),
        (["v=spf1 mx ?all"], True, "leaves open who else may send; end it with -all"),
        (["v=spf1 mx"], True, "leaves open who else may send"),
        (["v=spf1 mx +all"], False, "lets everyone send"),
        (["v=spf1 all"], False, "lets everyone send"),
        (["v=spf1 -all", "v=spf1 mx -all"], False, "2 SPF records, so none counts; make them one"),
        (
            ["v=spf1 inlcude:_spf.mail.example -all"],
            False,
            "holds inlcude:_spf.mail.example, which",
        ),
        (["v=spf1 ip4:192.0.2.999 -all"], False, "holds ip4:192.0.2.999, which means nothing"),
        (["v=spf1 ip4:2001:db8::1 -all"], False, "which means nothing"),
        (["v=spf1 include: -all"], False, "which means nothing"),
        (["v=spf1 " + "include:a.example " * 11 + "-all"], False, "asks for 11 further names"),
        (["v=spf10 -all"], False, "has no SPF record"),
        (["spf1 -all"], False, "has no SPF record"),
        (["v=spf1 \x1b[31m" + "x" * 200], False, "which means nothing"),
    ],
)
def test_an_spf_record_is_judged(records: list[str], works: bool, words: str) -> None:
    found = finding("SPF", {("example.org", "TXT"): records})
    assert found.works is works
    assert words in found.sentence
    assert found.sentence.isprintable() and len(found.sentence) < 200


@pytest.mark.parametrize(
    ("records", "works", "words"),
    [
        ([f"p={KEY}"], True, "holds a key"),
        ([f"v=DKIM1;t=y:s;p={KEY[:40]} {KEY[40:]}"], True, "marked as a test (t=y)"),
        (["v=DKIM1; p="], False, "revoked"),
        (["v=DKIM1; k=rsa"], False, "holds no key"),
        ([f"v=DKIM2; p={KEY}"], False, "does not begin with v=DKIM1"),
        (["v=DKIM1; p=MIIB…!"], False, "damaged"),
        ([f"v=DKIM1; p={KEY[:100]}"], False, "cut short"),
        ([f"v=DKIM1; k=ed25519; p={KEY}"], False, "kind ed25519; this program signs with rsa"),
        ([f"p={KEY}", f"p={KEY[4:]}"], False, "holds 2 keys"),
    ],
)
def test_a_dkim_record_is_judged(records: list[str], works: bool, words: str) -> None:
    found = finding("DKIM", {("news._domainkey.example.org", "TXT"): records})
    assert (found.works, words in found.sentence) == (works, True), found.sentence


@pytest.mark.parametrize(
    ("records", "works", "words"),
    [
        (["v=DMARC1; p=reject"], True, "_dmarc.example.org has p=reject"),
        (
            ["v=DMARC1;p=none;rua=mailto:a@example.org"],
            True,
            "p=quarantine once reports look right",
        ),
        (["v=DMARC1; p=none"], True, "stops nothing and reports to nobody"),
        (["v=DMARC1; rua=mailto:a@example.org"], False, "has no p="),
        (["v=DMARC1; p=qurantine"], False, "has p=qurantine; it takes p=none"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], False, "2 DMARC records, so none counts"),
        (["p=none; v=DMARC1"], False, "has no DMARC record"),
    ],
)
def test_a_dmarc_record_is_judged(records: list[str], works: bool, words: str) -> None:
    found = finding("DMARC", {("_dmarc.example.org", "TXT"): records})
    assert (found.works, words in found.sentence) == (works, True), found.sentence


def test_the_dmarc_record_of_the_domain_above_counts() -> None:
    zone: Zone = {("_dmarc.example.org", "TXT"): ["v=DMARC1; p=reject; sp=none; rua=mailto:a@b.c"]}
    found = finding("DMARC", zone, "mail.news.example.org")
    assert found.works
    assert found.sentence.startswith("_dmarc.example.org has p=none:")


@pytest.mark.parametrize(
    ("zone", "works", "words"),
    [
        ({("example.org", "MX"): ["0 ."]}, False, "says it takes no mail"),
        ({("example.org", "A"): ["192.0.2.1"]}, True, "goes to its own address"),
        ({("example.org", "AAAA"): ["2001:db8::1"]}, True, "goes to its own address"),
    ],
)
def test_a_domain_that_cannot_be_answered_is_told(zone: Zone, works: bool, words: str) -> None:
    found = finding("MX", zone)
    assert (found.works, words in found.sentence) == (works, True), found.sentence


def test_what_dns_does_not_answer_is_not_held_against_the_domain() -> None:
    with NameServer(GOOD, failing="_dmarc") as server:
        found = sender_domain(
            "example.org", "news", nameservers=["127.0.0.1"], port=server.port, patience=20
        )
    assert [each.works for each in found] == [True, True, None, True]
    assert found[2].sentence == "_dmarc.example.org could not be looked up here"


def test_a_server_that_is_silent_is_not_waited_for_longer_than_patience() -> None:
    began = time.monotonic()
    with NameServer(GOOD, silent="") as server:
        found = sender_domain(
            "example.org", "news", nameservers=["127.0.0.1"], port=server.port, patience=0.4
        )
    assert [each.works for each in found] == [None] * 4
    assert time.monotonic() - began < 10


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        port = int(own.getsockname()[1])
    yield port


def test_without_a_name_server_nothing_is_known(closed_port: int) -> None:
    found = sender_domain(
        "example.org", "news", nameservers=["127.0.0.1"], port=closed_port, patience=0.5
    )
    assert [each.works for each in found] == [None] * 4


@pytest.mark.parametrize(
    "domain",
    ["", ".", "a..b", "x" * 70 + ".example", "b\x00d.example", "bücher.example", "ex ample"],
)
def test_a_domain_that_is_none_raises_nothing(domain: str) -> None:
    assert not any(each.works for each in looked_up({}, domain))
