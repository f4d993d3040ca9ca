"""The e-mail output: each reader once, none lost, and no server hammered. The ledger is real."""

from __future__ import annotations

import _thread
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest

from benchmarks import newsletter
from digest.adapters.store import SqlStore
from digest.core.pace import Patience
from digest.core.refusals import MOST_DEFERRED, MOST_TRIES
from digest.errors import (
    DeliveryError,
    MailboxError,
    MailDeferred,
    MailRefused,
    MailUncertain,
    RenderError,
    StoreError,
)
from digest.models import Delivery, DeliveryStatus, Recipient, StoredEdition, Suppression
from digest.models.readers import SuppressionReason
from digest.sending import EmailOutput, Letter
from digest.sending.sender import words
from tests.fakes import FakeMailServer, FakeTime, SilentProgress

NOW = newsletter.NOW
EDITION = newsletter.edition()
RENDERED = newsletter.rendered(500)
LATER = MailDeferred("450 4.2.0 greylisted", code=450)
GONE = MailRefused("550 5.1.1 no such user", code=550, address_at_fault=True)
DENIED = MailRefused("554 5.7.1 relay access denied", code=554)
LOST = MailDeferred("the server closed the connection")


def reader(n: int) -> str:
    """Return the n-th reader's address; the domains of five take turns."""
    return f"reader{n:03}@example{n % 5}.net"


@dataclass
class Desk:
    """An output to a fake server over a real ledger, and the time it takes."""

    store: SqlStore
    server: FakeMailServer = field(default_factory=FakeMailServer)
    time: FakeTime = field(default_factory=FakeTime)
    progress: SilentProgress = field(default_factory=SilentProgress)

    def output(self, **more: Any) -> EmailOutput:
        settings: dict[str, Any] = {
            "name": "email",
            "server": self.server,
            "server_name": "mail.example.org",
            "ledger": self.store,
            "compose": newsletter.letter,
            "bounce_sender": newsletter.envelope_sender,
            "progress": self.progress,
            "clock": lambda: NOW,
            "monotonic": self.time.monotonic,
            "sleep": self.time.sleep,
            "random": lambda: 0.5,
            "connections": 1,
        }
        return EmailOutput(**settings | more)

    def rows(self) -> dict[str, DeliveryStatus]:
        rows = self.store.deliveries(EDITION.id, "readers")
        return {row.address: row.status for row in rows}


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk with ten readers, or as many as a test asks for."""
    number = getattr(request, "param", 10)
    with SqlStore.open("sqlite://") as store:
        store.add_readers([reader(n) for n in range(number)], NOW)
        stored = StoredEdition(EDITION.id, EDITION.name, EDITION.date, EDITION.window, "{}")
        store.save_edition(stored)
        yield Desk(store)


# --- each once ---


def test_everyone_gets_it_once_and_a_second_delivery_sends_nothing(desk: Desk) -> None:
    result = desk.output(connections=4).deliver(EDITION, RENDERED)
    assert (result.status, result.detail) == ("done", "10 sent")
    assert sorted(desk.server.taken) == [reader(n) for n in range(10)]
    assert set(desk.rows().values()) == {DeliveryStatus.SENT}
    again = desk.output().deliver(EDITION, RENDERED)
    assert (again.status, again.detail) == ("unchanged", "10 have it")
    assert len(desk.server.taken) == 10


def test_each_message_is_the_readers_own_with_an_envelope_sender_that_tells_whose_it_was(
    desk: Desk,
) -> None:
    desk.output().deliver(EDITION, RENDERED)
    tokens = {each.address: each.token for each in desk.store.readers()}
    for address, (sender, message) in zip(desk.server.taken, desk.server.messages, strict=True):
        assert sender == f"bounces+{tokens[address]}@example.org"
        assert f"To: {address}\r\n".encode() in message
        assert tokens[address].encode() in message.replace(b"=\r\n", b"")


def test_a_fixed_list_is_sent_to_in_place_of_the_readers(desk: Desk) -> None:
    output = desk.output(addresses=("boss@example.org",))
    assert output.target == "e-mail to 1 address by mail.example.org"
    assert output.deliver(EDITION, RENDERED).status == "done"
    assert desk.server.taken == ["boss@example.org"]


def test_where_nobody_is_to_get_it_that_is_told_in_counts_and_no_letter_is_made(desk: Desk) -> None:
    def refused(*_: object, **__: object) -> Letter:
        raise DeliveryError("email", "mail could not be left")

    leave = [Suppression(reader(n), SuppressionReason.UNSUBSCRIBED, NOW) for n in range(3)]
    desk.store.suppress(leave[:2])
    for n in range(2, 10):
        desk.store.remove_reader(reader(n))
    desk.store.add_readers([reader(n) for n in range(20, 30)], NOW)
    result = desk.output(compose=refused).deliver(EDITION, RENDERED)
    assert result.status == "done"
    assert result.detail == (
        "nobody is to get this one: 2 unsubscribed or take no mail, "
        "10 came after it was made and get the next"
    )
    desk.store.suppress(leave)
    fixed = desk.output(compose=refused, addresses=(reader(2),)).deliver(EDITION, RENDERED)
    assert fixed.detail == "nobody is to get this one: 1 unsubscribed or takes no mail"
    with pytest.raises(DeliveryError, match="mail could not be left"):
        desk.output(compose=refused, addresses=(reader(2), reader(4))).deliver(EDITION, RENDERED)
    assert desk.server.connections == 0


def test_what_another_machine_has_sent_is_not_sent_again(desk: Desk) -> None:
    fixed = desk.output(addresses=("ann@example.org", "bob@example.org"))
    desk.store.finish_output(EDITION.id, fixed.key, NOW)
    result = fixed.deliver(EDITION, RENDERED)
    assert (result.status, result.detail) == ("unchanged", "it was sent from another machine")
    assert desk.server.connections == 0
    assert fixed.test(EDITION, RENDERED, "me@example.org").status == "done"
    asked = replace(fixed, resend_uncertain=True).deliver(EDITION, RENDERED)
    assert asked.status == "unchanged"
    assert desk.server.taken == ["me@example.org"]


def test_who_is_let_in_again_gets_what_this_machine_has_sent_to_the_others(desk: Desk) -> None:
    desk.store.suppress([Suppression(reader(5), SuppressionReason.UNSUBSCRIBED, NOW)])
    desk.output().deliver(EDITION, RENDERED)
    desk.store.finish_output(EDITION.id, "readers", NOW)
    desk.store.unsuppress(reader(5))
    assert desk.output().deliver(EDITION, RENDERED).detail == "1 sent"


@pytest.mark.parametrize("desk", [0], indirect=True)
def test_without_readers_it_is_done_and_the_server_is_not_asked(desk: Desk) -> None:
    result = desk.output().deliver(EDITION, RENDERED)
    assert (result.status, result.detail) == ("done", "there are no readers")
    assert desk.server.connections == 0
    assert not desk.store.delivery_began(EDITION.id)


def test_no_more_connections_are_opened_than_there_are_messages(desk: Desk) -> None:
    desk.output(connections=16).deliver(EDITION, RENDERED)
    assert desk.server.connections == 10


def test_the_readers_are_one_list_and_a_fixed_list_is_known_by_its_name(desk: Desk) -> None:
    output = desk.output(name="press")
    assert output.key == "readers"
    assert output.formats == ("email:press", "email-text:press")
    assert desk.output(name="press", addresses=("boss@example.org",)).key == "to:press"


def test_an_output_that_was_renamed_mails_nobody_again(desk: Desk) -> None:
    desk.output().deliver(EDITION, RENDERED)
    renamed = {"email:news": "<p>x</p>", "email-text:news": "x"}
    assert desk.output(name="news").deliver(EDITION, renamed).status == "unchanged"
    assert len(desk.server.taken) == 10


class Watched:
    """A ledger that notes which addresses are claimed and not marked, at every moment."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.claimed: set[str] = set()
        self.most = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def note(
        self, results: Sequence[Delivery], claims: Sequence[Delivery], *, now: datetime
    ) -> frozenset[str]:
        held = self._store.note(results, claims, now=now)
        self.claimed = (self.claimed - {each.address for each in results}) | held
        self.most = max(self.most, len(self.claimed))
        return held


@pytest.mark.parametrize("desk", [200], indirect=True)
def test_no_message_ends_before_its_claim_is_stored_and_one_a_connection_is_unmarked(
    desk: Desk,
) -> None:
    ledger = Watched(desk.store)
    early: list[str] = []

    class Checking(FakeMailServer):
        def send(self, s: str, address: str, message: bytes, ready: Callable[[], bool]) -> bool:
            def asked() -> bool:
                said = ready()
                if said and address not in ledger.claimed:
                    early.append(address)
                return said

            return super().send(s, address, message, asked)

    desk.server = Checking()
    assert desk.output(connections=4, ledger=ledger).deliver(EDITION, RENDERED).status == "done"
    assert early == []
    assert 1 <= ledger.most <= 4
    assert ledger.claimed == set()


@pytest.mark.parametrize("removed", [False, True])
def test_who_left_the_list_meanwhile_is_not_sent_to(desk: Desk, removed: bool) -> None:
    left = Suppression(reader(5), SuppressionReason.UNSUBSCRIBED, NOW)

    class Leaving(Watched):
        def note(self, results: Any, claims: Any, *, now: datetime) -> frozenset[str]:
            if reader(5) in [claim.address for claim in claims]:
                if removed:
                    self._store.remove_reader(reader(5))
                else:
                    self._store.suppress([left])
            return super().note(results, claims, now=now)

    result = desk.output(ledger=Leaving(desk.store)).deliver(EDITION, RENDERED)
    assert (result.status, result.detail) == ("done", "9 sent; 1 left the list meanwhile")
    assert reader(5) not in desk.server.taken


# --- later ---


def test_who_is_deferred_is_tried_again_after_ever_longer_waits(desk: Desk) -> None:
    tries: list[float] = []

    def answer(address: str) -> Exception | None:
        if address == reader(3):
            tries.append(desk.time.now - 1000)
            return LATER if len(tries) < 4 else None
        return None

    desk.server.answer = answer
    result = desk.output(patience=Patience(jitter=0)).deliver(EDITION, RENDERED)
    assert (result.status, result.detail) == ("done", "10 sent")
    assert [round(each) for each in tries] == [0, 60, 180, 420]
    assert len(desk.server.taken) == len(set(desk.server.taken)) == 10


def test_who_stays_deferred_waits_for_the_next_delivery(desk: Desk) -> None:
    desk.server.answer = lambda address: LATER if address == reader(3) else None
    result = desk.output().deliver(EDITION, RENDERED)
    assert result.status == "failed"
    assert result.detail == (
        "9 sent; 1 not taken yet (450 4.2.0 greylisted); "
        "1 waits for the edition to be delivered again"
    )
    assert desk.server.tried.count(reader(3)) == 4
    assert desk.rows()[reader(3)] is DeliveryStatus.DEFERRED
    desk.server.answer = lambda _address: None
    assert desk.output().deliver(EDITION, RENDERED).detail == "1 sent"
    assert sorted(desk.server.taken) == [reader(n) for n in range(10)]


@pytest.mark.parametrize("desk", [60], indirect=True)
def test_a_server_that_greylists_everyone_gets_all_on_the_second_round(desk: Desk) -> None:
    known: set[str] = set()

    def answer(address: str) -> Exception | None:
        first = address not in known
        known.add(address)
        return LATER if first else None

    desk.server.answer = answer
    assert desk.output(connections=3).deliver(EDITION, RENDERED).detail == "60 sent"
    assert len(desk.server.tried) == 120


def test_the_rate_holds_over_all_connections(desk: Desk) -> None:
    begun: list[float] = []

    def answer(_address: str) -> None:
        begun.append(desk.time.now - 1000)

    desk.server.answer = answer
    desk.output(rate=2).deliver(EDITION, RENDERED)
    assert [round(each, 3) for each in begun] == [n / 2 for n in range(10)]


# --- refused ---


def test_a_refused_address_is_suppressed_and_the_rest_is_done(desk: Desk) -> None:
    desk.server.answer = lambda address: GONE if address == reader(7) else None
    result = desk.output().deliver(EDITION, RENDERED)
    assert result.status == "done"
    assert result.detail == "9 sent; 1 refused for good and taken off the list"
    assert [(each.address, each.reason) for each in desk.store.suppressions()] == [
        (reader(7), SuppressionReason.BOUNCED)
    ]


def test_a_refusal_before_any_success_suppresses_once_others_are_taken(desk: Desk) -> None:
    desk.server.answer = lambda address: GONE if address in (reader(0), reader(1)) else None
    assert desk.output().deliver(EDITION, RENDERED).status == "done"
    assert {each.address for each in desk.store.suppressions()} == {reader(0), reader(1)}
    assert [desk.rows()[reader(n)] for n in (0, 1)] == [DeliveryStatus.REFUSED] * 2
    assert len(desk.server.tried) == 10


@pytest.mark.parametrize("desk", [100], indirect=True)
def test_a_server_that_knows_no_address_ends_the_delivery_and_nobody_is_suppressed(
    desk: Desk,
) -> None:
    desk.server.answer = lambda _address: GONE
    with pytest.raises(DeliveryError, match="nearly every address") as error:
        desk.output().deliver(EDITION, RENDERED)
    assert "80 not tried" in str(error.value) or "79 not tried" in str(error.value)
    assert "@" not in str(error.value)
    assert desk.store.suppressions() == []
    assert set(desk.rows().values()) == {DeliveryStatus.FAILED}
    desk.server.answer = lambda _address: None
    assert desk.output().deliver(EDITION, RENDERED).detail == "100 sent"


@pytest.mark.parametrize("desk", [1], indirect=True)
def test_the_one_reader_refused_is_told_and_given_up_in_the_end_and_not_suppressed(
    desk: Desk,
) -> None:
    desk.server.answer = lambda _address: GONE
    for _ in range(MOST_TRIES - 1):
        result = desk.output().deliver(EDITION, RENDERED)
        assert result.status == "failed"
        assert "no such user" in result.detail
    result = desk.output().deliver(EDITION, RENDERED)
    assert (result.status, result.detail) == ("done", "0 sent; 1 given up after several tries")
    result = desk.output().deliver(EDITION, RENDERED)
    assert (result.status, result.detail) == (
        "unchanged",
        "0 have it; 1 given up after several tries",
    )
    assert len(desk.server.tried) == MOST_TRIES
    assert desk.store.suppressions() == []


@pytest.mark.parametrize("error", [DENIED, LATER])
def test_one_of_several_who_never_gets_it_is_given_up_in_the_end(
    desk: Desk, error: Exception
) -> None:
    desk.server.answer = lambda address: error if address == reader(1) else None
    results = [desk.output().deliver(EDITION, RENDERED)]
    while results[-1].status == "failed":
        assert "1 not taken yet" in results[-1].detail
        results.append(desk.output().deliver(EDITION, RENDERED))
    assert results[-1].status == "done"
    assert results[-1].detail == "0 sent; 1 given up after several tries"
    assert desk.server.tried.count(reader(1)) == (MOST_TRIES if error is DENIED else MOST_DEFERRED)
    again = desk.output().deliver(EDITION, RENDERED)
    assert (again.status, again.detail) == (
        "unchanged",
        "9 have it; 1 given up after several tries",
    )


@pytest.mark.parametrize("desk", [100], indirect=True)
@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (GONE, 22),  # dead addresses of five domains
        (DENIED, 3),  # three domains that refuse the message
    ],
)
def test_those_refused_at_the_head_of_the_list_keep_it_from_nobody(
    desk: Desk, connections: int, error: Exception, refused: int
) -> None:
    head = {reader(n) for n in range(refused)}
    desk.server.answer = lambda address: error if address in head else None
    with suppress(DeliveryError):
        desk.output(connections=connections).deliver(EDITION, RENDERED)
    desk.output(connections=connections).deliver(EDITION, RENDERED)
    assert sorted(desk.server.taken) == [reader(n) for n in range(refused, 100)]


@pytest.mark.parametrize("desk", [80], indirect=True)
@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize(("error", "refused"), [(GONE, 22), (DENIED, 3), (DENIED, 19)])
def test_what_one_domain_refuses_keeps_the_first_delivery_from_nobody(
    desk: Desk, connections: int, error: Exception, refused: int
) -> None:
    head = [f"gone{n}@dead.example" for n in range(refused)]
    live = [reader(n) for n in range(80)]
    desk.server.answer = lambda address: error if address in head else None
    output = desk.output(connections=connections, addresses=(*head, *live))
    output.deliver(EDITION, RENDERED)
    assert sorted(desk.server.taken) == live
    suppressed = {each.address for each in desk.store.suppressions()}
    assert suppressed == (set(head) if error is GONE else set())


def test_most_of_a_list_dead_is_cleaned_by_and_by_and_ends(desk: Desk) -> None:
    head = [f"gone{n}@dead.example" for n in range(40)]
    desk.server.answer = lambda address: GONE if address in head else None
    output = desk.output(addresses=(*head, *(reader(n) for n in range(10))))
    assert output.deliver(EDITION, RENDERED).status == "failed"
    assert desk.store.suppressions() == []
    output.deliver(EDITION, RENDERED)
    assert len(desk.store.suppressions()) == 30  # three for each that was taken
    for _ in range(3):
        result = output.deliver(EDITION, RENDERED)
    assert (result.status, result.detail) == ("done", "0 sent; 10 given up after several tries")
    assert len(desk.server.taken) == 10


@pytest.mark.parametrize("desk", [30], indirect=True)
@pytest.mark.parametrize("error", [GONE, DENIED])
def test_a_server_set_up_wrongly_for_long_costs_nobody_the_edition(
    desk: Desk, error: Exception
) -> None:
    desk.server.answer = lambda _address: error
    for _ in range(60):
        tried = len(desk.server.tried)
        with pytest.raises(DeliveryError):
            desk.output().deliver(EDITION, RENDERED)
        assert len(desk.server.tried) - tried <= 21
    assert desk.store.suppressions() == []
    desk.server.answer = lambda _address: None
    assert desk.output().deliver(EDITION, RENDERED).detail == "30 sent"


@pytest.mark.parametrize("desk", [100], indirect=True)
def test_a_server_that_refuses_to_send_for_us_is_not_asked_a_hundred_times(desk: Desk) -> None:
    desk.server.answer = lambda _address: DENIED
    with pytest.raises(DeliveryError, match=r"refuses the messages.*relay access denied"):
        desk.output().deliver(EDITION, RENDERED)
    assert len(desk.server.tried) <= 5
    assert desk.store.suppressions() == []


# --- servers that go away ---


def test_a_server_that_is_not_there_is_told_before_anything_is_claimed(desk: Desk) -> None:
    desk.server.connecting = [DeliveryError("email", "no such host")]
    with pytest.raises(DeliveryError, match="no such host"):
        desk.output().deliver(EDITION, RENDERED)
    assert desk.rows() == {}


def test_a_server_that_does_not_answer_is_tried_three_times(desk: Desk) -> None:
    desk.server.connecting = [MailDeferred("busy", code=421)] * 3
    with pytest.raises(DeliveryError, match="nothing was sent: busy"):
        desk.output().deliver(EDITION, RENDERED)
    assert desk.rows() == {}
    assert desk.time.now == 1000 + 5 + 15
    desk.server.connecting = [MailDeferred("busy", code=421)] * 2
    assert desk.output().deliver(EDITION, RENDERED).status == "done"


def test_a_server_lost_for_good_leaves_the_rest_unclaimed(desk: Desk) -> None:
    desk.server.answer = lambda _address: LOST if len(desk.server.taken) >= 4 else None
    result = desk.output().deliver(EDITION, RENDERED)
    assert result.status == "failed"
    assert result.detail.startswith("4 sent; ")
    assert "the server closed the connection" in result.detail
    assert "not tried" in result.detail
    assert len(desk.server.tried) <= 4 + 5
    desk.server.answer = lambda _address: None
    assert desk.output().deliver(EDITION, RENDERED).detail == "6 sent"
    assert sorted(desk.server.taken) == [reader(n) for n in range(10)]


def test_fewer_connections_than_asked_for_do(desk: Desk) -> None:
    desk.server.connecting = [None, MailDeferred("too many connections", code=421)]
    assert desk.output(connections=2).deliver(EDITION, RENDERED).detail == "10 sent"


def test_an_answer_that_never_came_is_uncertain_and_sent_again_only_when_asked(
    desk: Desk,
) -> None:
    lost = MailUncertain("no answer came")
    desk.server.answer = lambda address: lost if address == reader(2) else None
    result = desk.output().deliver(EDITION, RENDERED)
    assert result.status == "uncertain"
    assert result.detail.startswith("9 sent; 1 uncertain")
    assert "--resend-uncertain" in result.detail
    desk.server.answer = lambda _address: None
    assert desk.output().deliver(EDITION, RENDERED).status == "uncertain"
    assert desk.server.taken.count(reader(2)) == 1
    again = desk.output(resend_uncertain=True).deliver(EDITION, RENDERED)
    assert (again.status, again.detail) == ("done", "1 sent")
    assert desk.server.taken.count(reader(2)) == 2


# --- interruptions ---


class Interrupted(Watched):
    """A ledger in which one transaction is interrupted, before or after it is stored."""

    def __init__(self, store: SqlStore, at: int, stored: bool, error: BaseException) -> None:
        super().__init__(store)
        self._left = at
        self._stored = stored
        self._error = error

    def note(self, results: Any, claims: Any, *, now: datetime) -> frozenset[str]:
        self._left -= 1
        if self._left == 0:
            if self._stored:
                super().note(results, claims, now=now)
            raise self._error
        return super().note(results, claims, now=now)


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("at", [1, 2, 4])
@pytest.mark.parametrize("connections", [1, 3])
def test_ctrl_c_leaves_nothing_in_flight_and_what_was_sent_is_marked(
    desk: Desk, at: int, stored: bool, connections: int
) -> None:
    ledger = Interrupted(desk.store, at, stored, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        desk.output(connections=connections, ledger=ledger).deliver(EDITION, RENDERED)
    rows = desk.rows()
    assert {a for a, s in rows.items() if s is DeliveryStatus.SENT} == set(desk.server.taken)
    assert set(rows.values()) <= {DeliveryStatus.SENT, DeliveryStatus.DEFERRED}
    desk.output().deliver(EDITION, RENDERED)
    assert sorted(desk.server.taken) == [reader(n) for n in range(10)]


@pytest.mark.parametrize("desk", [300], indirect=True)
def test_a_real_interrupt_at_any_moment_ends_as_well(desk: Desk) -> None:
    def answer(_address: str) -> None:
        if len(desk.server.taken) == 20:
            _thread.interrupt_main()

    desk.server.answer = answer
    with pytest.raises(KeyboardInterrupt):
        desk.output(connections=4).deliver(EDITION, RENDERED)
    rows = desk.rows()
    assert {a for a, s in rows.items() if s is DeliveryStatus.SENT} == set(desk.server.taken)
    assert DeliveryStatus.SENDING not in rows.values()
    assert len(desk.server.taken) < 300


def test_a_store_that_fails_ends_the_delivery_and_what_was_sent_is_marked(desk: Desk) -> None:
    ledger = Interrupted(desk.store, 4, stored=False, error=StoreError("the disk is full"))
    with pytest.raises(StoreError, match="disk is full"):
        desk.output(connections=3, ledger=ledger).deliver(EDITION, RENDERED)
    rows = desk.rows()
    assert {a for a, s in rows.items() if s is DeliveryStatus.SENT} == set(desk.server.taken)
    assert DeliveryStatus.SENDING not in rows.values()


def test_a_bug_in_a_connection_is_told_without_addresses_and_the_others_go_on(
    desk: Desk,
) -> None:
    def answer(address: str) -> Exception | None:
        return ValueError(f"odd: {address}") if address == reader(4) else None

    desk.server.answer = answer
    result = desk.output(connections=2).deliver(EDITION, RENDERED)
    assert result.status == "uncertain"
    assert result.detail.startswith("9 sent; 1 uncertain")
    assert any("unexpected ValueError" in line for line in desk.progress.said)
    assert "@" not in result.detail + "".join(desk.progress.said)


def test_a_bug_in_the_only_connection_ends_the_delivery_and_is_told(desk: Desk) -> None:
    desk.server.answer = lambda _address: ValueError("odd")
    result = desk.output().deliver(EDITION, RENDERED)
    assert result.status == "failed"
    assert "9 not tried" in result.detail
    assert "unexpected ValueError at " in result.detail


# --- before and beside ---


def test_returned_mail_is_read_first_and_its_trouble_stops_nothing(desk: Desk) -> None:
    def collect() -> str:
        assert desk.server.connections == 0
        desk.store.suppress([Suppression(reader(0), SuppressionReason.BOUNCED, NOW)])
        raise MailboxError("the mailbox cannot be read")

    result = desk.output(collect=collect).deliver(EDITION, RENDERED)
    assert (result.status, result.detail) == ("done", "9 sent; the mailbox cannot be read")
    assert desk.progress.said == ["the mailbox cannot be read"]


def test_what_is_said_of_the_html_is_told(desk: Desk) -> None:
    result = desk.output(look=lambda _edition, html: f"{len(html)} letters").deliver(
        EDITION, RENDERED
    )
    assert result.detail == f"10 sent; {len(RENDERED['email:email'])} letters"


def test_every_message_is_signed(desk: Desk) -> None:
    desk.output(sign=lambda message: b"DKIM-Signature: x\r\n" + message).deliver(EDITION, RENDERED)
    assert all(each.startswith(b"DKIM-Signature: ") for _, each in desk.server.messages)


def test_a_letter_that_cannot_be_made_fails_this_output_alone(desk: Desk) -> None:
    def compose(*_: object, **__: object) -> Letter:
        raise RenderError("from: it is not an address")

    with pytest.raises(DeliveryError, match="from: it is not an address"):
        desk.output(compose=compose).deliver(EDITION, RENDERED)
    assert desk.rows() == {}


def test_a_signature_that_cannot_be_made_is_told_before_anything_is_claimed(desk: Desk) -> None:
    def sign(_message: bytes) -> bytes:
        raise MailRefused("The message cannot be signed: the key is odd")

    with pytest.raises(DeliveryError, match="cannot be signed"):
        desk.output(sign=sign).deliver(EDITION, RENDERED)
    assert desk.rows() == {}
    assert desk.server.connections == 0


def test_an_address_no_header_takes_is_refused_and_the_rest_is_sent(desk: Desk) -> None:
    output = desk.output(addresses=("odd address@example.org", "ann@example.org"))
    assert output.deliver(EDITION, RENDERED).status == "done"
    assert desk.server.taken == ["ann@example.org"]


# --- tests ---


def test_a_test_message_is_marked_and_leaves_the_ledger_alone(desk: Desk) -> None:
    result = desk.output().test(EDITION, RENDERED, "me@example.org")
    assert (result.status, result.detail) == ("done", "1 message sent")
    assert result.target == "test mail by mail.example.org"
    assert "@" not in result.target
    assert desk.server.taken == ["me@example.org"]
    assert b"\r\nSubject: [Test] AI Industry Digest\r\n" in desk.server.messages[0][1]
    assert desk.rows() == {}
    assert not desk.store.delivery_began(EDITION.id)


@pytest.mark.parametrize("error", [LATER, GONE, MailUncertain("lost")])
def test_a_test_message_that_is_not_taken_is_an_error_without_the_address(
    desk: Desk, error: Exception
) -> None:
    desk.server.answer = lambda _address: error
    with pytest.raises(DeliveryError) as raised:
        desk.output().test(EDITION, RENDERED, "me@example.org")
    assert "@" not in str(raised.value)


def test_a_test_to_what_is_no_address_is_an_error(desk: Desk) -> None:
    with pytest.raises(DeliveryError, match="the test was not sent"):
        desk.output().test(EDITION, RENDERED, "me at example.org")
    assert desk.server.connections == 0


def test_servers_words_are_told_in_one_line_without_addresses() -> None:
    said = MailRefused("550 <ann@example.org>:\n no; ask postmaster@example.org " + "x" * 500)
    assert words(said).startswith("550 <…>: no; ask … x")
    assert len(words(said)) == 200
    assert words(KeyError(Recipient("ann@example.org", ""))) == "unexpected KeyError"


def test_settings_can_be_replaced_for_one_delivery(desk: Desk) -> None:
    assert replace(desk.output(), resend_uncertain=True).resend_uncertain
