"""The delivery ledger: each address once, whatever is killed, and nothing guessed."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from digest.adapters.store import SqlStore
from digest.adapters.store.database import Database
from digest.errors import StoreError
from digest.models import Delivery, DeliveryStatus, Suppression, SuppressionReason
from digest.ports import Ledger, LeftOut
from tests.test_store import NOW, address, edition, python

ANN, BEN, CLEO, DORA = (f"{name}@reader.test" for name in ("ann", "ben", "cleo", "dora"))
DAILY = edition("daily", date(2026, 8, 5))
NEXT = edition("daily", date(2026, 8, 6), NOW + timedelta(days=1))
EMAIL = "email"
SENDING, SENT, DEFERRED, REFUSED, FAILED, UNCERTAIN = DeliveryStatus


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "digest.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    """A store with three readers and an edition that is frozen for them."""
    with SqlStore.open(address(path)) as store:
        store.add_readers([CLEO, ANN, BEN], NOW)
        store.save_edition(DAILY)
        yield store


def given(
    store: SqlStore,
    edition_id: str = DAILY.id,
    *,
    to: Sequence[str] | None = None,
    output: str = EMAIL,
    again: bool = False,
    now: datetime = NOW,
) -> list[str]:
    recipients = store.open_delivery(
        edition_id, output, addresses=to, resend_uncertain=again, now=now
    )
    assert all(store.address_of(each.token) == each.address for each in recipients)
    return [each.address for each in recipients]


def row(to: str, status: DeliveryStatus, detail: str = "", output: str = EMAIL) -> Delivery:
    return Delivery(DAILY.id, output, to, status, NOW, detail)


def claim(store: SqlStore, *to: str, output: str = EMAIL) -> frozenset[str]:
    return store.note([], [row(each, SENDING, output=output) for each in to], now=NOW)


def settle(store: SqlStore, to: str, status: DeliveryStatus, detail: str = "") -> None:
    assert claim(store, to) == {to}
    assert store.note([row(to, status, detail)], [], now=NOW) == frozenset()


def statuses(store: SqlStore) -> dict[str, DeliveryStatus]:
    return {each.address: each.status for each in store.deliveries(DAILY.id, EMAIL)}


def test_fills_the_port(store: SqlStore) -> None:
    port: Ledger = store
    assert port.deliveries(DAILY.id, EMAIL) == []
    assert port.finished_outputs(DAILY.id) == frozenset()


# --- who gets an edition ---


def test_an_edition_goes_to_those_on_the_list_in_the_order_they_came(store: SqlStore) -> None:
    assert given(store) == [CLEO, ANN, BEN]
    assert given(store) == [CLEO, ANN, BEN]
    assert store.deliveries(DAILY.id, EMAIL) == []


def test_who_comes_after_an_edition_froze_gets_the_next_one(store: SqlStore) -> None:
    store.add_readers([DORA], NOW - timedelta(days=9))  # whatever a clock says
    assert given(store) == [CLEO, ANN, BEN]
    store.save_edition(NEXT)
    assert given(store, NEXT.id) == [CLEO, ANN, BEN, DORA]


def test_who_left_gets_nothing_and_who_came_back_gets_the_next_one(store: SqlStore) -> None:
    store.remove_reader(BEN)  # the one with the highest number
    assert given(store) == [CLEO, ANN]
    store.add_readers([BEN], NOW)
    assert given(store) == [CLEO, ANN]
    store.save_edition(NEXT)
    assert given(store, NEXT.id) == [CLEO, ANN, BEN]


def test_an_edition_made_anew_goes_to_those_who_are_there_by_then(store: SqlStore) -> None:
    store.add_readers([DORA], NOW)
    with pytest.raises(StoreError, match="stored already"):
        store.save_edition(DAILY)
    assert given(store) == [CLEO, ANN, BEN]
    store.save_edition(DAILY, replace=True)
    assert given(store) == [CLEO, ANN, BEN, DORA]


def test_an_edition_frozen_for_nobody_stays_so(path: Path) -> None:
    with SqlStore.open(address(path)) as store:
        store.save_edition(DAILY)
        store.add_readers([ANN], NOW)
        assert given(store) == []


def test_the_suppressed_are_left_out_until_they_are_let_in_again(store: SqlStore) -> None:
    store.suppress([Suppression(ANN, SuppressionReason.UNSUBSCRIBED, NOW)])
    assert given(store) == [CLEO, BEN]
    assert given(store, to=[ANN, BEN]) == [BEN]
    store.unsuppress(ANN)
    assert given(store) == [CLEO, ANN, BEN]


def test_a_fixed_list_is_taken_in_its_order_each_once_with_tokens_for_good(
    store: SqlStore,
) -> None:
    fixed = [DORA, BEN, DORA, "else@reader.test"]
    assert given(store, "not-stored", to=fixed) == [DORA, BEN, "else@reader.test"]
    tokens = {reader.address: reader.token for reader in store.readers()}
    first = store.open_delivery(DAILY.id, "b", addresses=fixed, resend_uncertain=False, now=NOW)
    second = store.open_delivery(DAILY.id, "c", addresses=fixed, resend_uncertain=False, now=NOW)
    assert first == second
    assert {each.address: each.token for each in first}[BEN] == tokens[BEN]
    assert set(tokens) == {ANN, BEN, CLEO}  # a fixed list makes nobody a reader
    assert given(store, to=[]) == []


@pytest.mark.parametrize("fixed", [None, [CLEO, ANN, BEN]])
def test_who_was_never_tried_comes_before_those_tried_in_vain(
    store: SqlStore, fixed: list[str] | None
) -> None:
    settle(store, CLEO, FAILED)
    assert given(store, to=fixed) == [ANN, BEN, CLEO]
    settle(store, ANN, DEFERRED)
    assert given(store, to=fixed) == [BEN, CLEO, ANN]
    settle(store, BEN, FAILED)
    assert given(store, to=fixed) == [CLEO, ANN, BEN]


def test_who_was_taken_off_the_list_meanwhile_is_not_claimed(store: SqlStore) -> None:
    assert given(store) == [CLEO, ANN, BEN]
    store.remove_reader(ANN)
    store.remove_reader(BEN)
    store.add_readers([BEN], NOW)  # back, and to get the next edition
    assert claim(store, CLEO, ANN, BEN) == {CLEO}


def test_a_fixed_list_may_name_who_is_no_reader(store: SqlStore) -> None:
    assert given(store, to=[ANN, DORA]) == [ANN, DORA]
    store.remove_reader(ANN)
    assert claim(store, ANN, DORA) == {ANN, DORA}


def test_why_some_are_left_out_is_counted(store: SqlStore) -> None:
    assert store.left_out(DAILY.id, addresses=None) == LeftOut()
    store.add_readers([DORA, "else@reader.test"], NOW)
    store.suppress([Suppression(a, SuppressionReason.UNSUBSCRIBED, NOW) for a in (ANN, DORA)])
    assert store.left_out(DAILY.id, addresses=None) == LeftOut(suppressed=2, late=1)
    assert store.left_out(DAILY.id, addresses=[ANN, BEN, ANN]) == LeftOut(suppressed=1)
    with pytest.raises(StoreError, match="is not stored"):
        store.left_out("daily-2026-08-09", addresses=None)


def test_a_long_fixed_list_keeps_its_order(store: SqlStore) -> None:
    fixed = [f"{n * 7919 % 3001}@reader.test" for n in range(3001)]
    assert given(store, to=fixed) == fixed


def test_an_edition_that_is_not_stored_has_no_readers_and_says_so(store: SqlStore) -> None:
    with pytest.raises(StoreError, match="the edition daily-2026-08-09 is not stored"):
        given(store, "daily-2026-08-09")


# --- claims and results ---


@pytest.mark.parametrize(
    ("status", "is_given_again"),
    [(SENT, False), (DEFERRED, True), (FAILED, True), (UNCERTAIN, False), (REFUSED, False)],
)
def test_what_became_of_a_message_decides_whether_it_is_tried_again(
    store: SqlStore, status: DeliveryStatus, is_given_again: bool
) -> None:
    settle(store, ANN, status, "the server's words")
    (stored,) = store.deliveries(DAILY.id, EMAIL)
    assert stored == row(ANN, status, "the server's words")
    assert (ANN in given(store)) is is_given_again
    assert claim(store, ANN) == ({ANN} if is_given_again else set())


def test_a_claim_holds_once(store: SqlStore) -> None:
    assert claim(store, ANN) == {ANN}
    assert claim(store, ANN, BEN) == {BEN}
    assert statuses(store) == {ANN: SENDING, BEN: SENDING}


def test_results_and_the_next_claims_go_together(store: SqlStore) -> None:
    claim(store, ANN, BEN)
    results = [row(ANN, SENT), row(BEN, DEFERRED, "451 later")]
    held = store.note(results, [row(each, SENDING) for each in (ANN, BEN, CLEO)], now=NOW)
    assert held == {BEN, CLEO}
    assert statuses(store) == {ANN: SENT, BEN: SENDING, CLEO: SENDING}
    assert store.deliveries(DAILY.id, EMAIL)[1].detail == ""


def test_each_claim_is_counted_as_a_try(path: Path, store: SqlStore) -> None:
    for _ in range(3):
        settle(store, ANN, DEFERRED)
    settle(store, BEN, SENT)
    assert [each.tries for each in store.deliveries(DAILY.id, EMAIL)] == [3, 1]
    raw = sqlite3.connect(path)
    assert raw.execute("SELECT tries FROM deliveries ORDER BY address_n").fetchall() == [(3,), (1,)]
    raw.close()


def test_an_address_refused_for_good_is_suppressed_with_the_servers_words(
    store: SqlStore,
) -> None:
    later = NOW + timedelta(minutes=1)
    claim(store, ANN)
    store.note([row(ANN, REFUSED, "550 no such user")], [], now=later)
    bounced = Suppression(ANN, SuppressionReason.BOUNCED, later, "550 no such user")
    assert store.suppressions() == [bounced]
    assert claim(store, ANN, output="other") == set()
    store.unsuppress(ANN)
    assert given(store) == [CLEO, BEN, ANN]
    assert claim(store, ANN) == {ANN}


def test_who_asked_out_meanwhile_is_not_claimed(store: SqlStore) -> None:
    assert ANN in given(store)
    store.suppress([Suppression(ANN, SuppressionReason.UNSUBSCRIBED, NOW)])
    assert claim(store, ANN, BEN) == {BEN}
    claim(store, CLEO)
    store.suppress([Suppression(CLEO, SuppressionReason.UNSUBSCRIBED, NOW)])
    store.note([row(CLEO, SENT)], [], now=NOW)  # it was under way
    assert statuses(store) == {BEN: SENDING, CLEO: SENT}


def test_nobody_is_claimed_who_was_never_given_out(store: SqlStore) -> None:
    assert claim(store, DORA) == set()
    assert store.deliveries(DAILY.id, EMAIL) == []


@pytest.mark.parametrize("standing", [None, SENT, DEFERRED, UNCERTAIN])
def test_a_result_that_nobody_claimed_is_an_error_and_nothing_is_stored(
    store: SqlStore, standing: DeliveryStatus | None
) -> None:
    if standing is not None:
        settle(store, ANN, standing)
    claim(store, BEN)
    before = store.deliveries(DAILY.id, EMAIL)
    with pytest.raises(StoreError, match="that was not claimed") as caught:
        store.note([row(BEN, SENT), row(ANN, SENT)], [row(CLEO, SENDING)], now=NOW)
    assert "reader.test" not in "".join(traceback.format_exception(caught.value))
    assert store.deliveries(DAILY.id, EMAIL) == before


def test_a_result_says_what_became_of_the_message(store: SqlStore) -> None:
    claim(store, ANN)
    with pytest.raises(StoreError):
        store.note([row(ANN, SENDING)], [], now=NOW)


@pytest.mark.parametrize(
    "claims", [[row(ANN, SENT)], [row(ANN, SENDING), row(BEN, SENDING, output="other")]]
)
def test_claims_of_several_outputs_or_of_no_use_are_an_error(
    store: SqlStore, claims: list[Delivery]
) -> None:
    with pytest.raises(StoreError, match="claims are of one edition and output"):
        store.note([], claims, now=NOW)
    assert store.deliveries(DAILY.id, EMAIL) == []


def test_editions_and_outputs_are_apart(store: SqlStore) -> None:
    store.save_edition(NEXT)
    settle(store, ANN, SENT)
    claim(store, BEN)
    assert given(store, output="other") == [CLEO, ANN, BEN]
    assert given(store, NEXT.id) == [CLEO, ANN, BEN]
    assert statuses(store)[BEN] is SENDING
    assert claim(store, ANN, output="other") == {ANN}


def test_hostile_words_are_kept_and_do_nothing(store: SqlStore) -> None:
    words = "'); DROP TABLE deliveries; -- \u2028 \U0001f4a5 \0 \ud83d " + "x" * 20_000
    hostile = "'\"; %s ?@x.test"
    assert given(store, to=[hostile], output=words) == [hostile]
    assert claim(store, hostile, output=words) == {hostile}
    store.note([row(hostile, DEFERRED, words, output=words)], [], now=NOW)
    (stored,) = store.deliveries(DAILY.id, words)
    assert stored.detail == words.replace("\0", "\ufffd").replace("\ud83d", "?")
    assert given(store, to=[hostile], output=words) == [hostile]
    assert store.check() == []


# --- what a crash leaves in flight ---


def test_what_a_crash_left_in_flight_is_uncertain_and_not_sent_again(
    path: Path, store: SqlStore
) -> None:
    settle(store, CLEO, SENT)
    claim(store, ANN)
    later = NOW + timedelta(hours=1)
    with SqlStore.open(address(path)) as other:  # the next process
        assert given(other, now=later) == [BEN]
        cleo, ann = sorted(other.deliveries(DAILY.id, EMAIL), key=lambda d: d.status)
    assert (cleo.status, ann.status, ann.at) == (SENT, UNCERTAIN, later)
    assert "claimed at 2026-08-05T06:30:00" in ann.detail
    assert claim(store, ANN) == set()


def test_the_uncertain_are_sent_again_when_someone_asks(path: Path, store: SqlStore) -> None:
    claim(store, ANN, CLEO)
    assert given(store, again=True) == [BEN, CLEO, ANN]
    assert claim(store, ANN) == {ANN}
    assert claim(store, ANN) == set()
    with SqlStore.open(address(path)) as other:
        assert claim(other, CLEO) == set()  # nobody asked here
    store.note([row(ANN, SENT)], [], now=NOW)
    assert statuses(store) == {ANN: SENT, CLEO: UNCERTAIN}
    assert given(store) == [BEN]
    assert claim(store, CLEO) == set()  # and nobody asks any more


def test_one_who_is_uncertain_once_more_is_asked_about_once_more(store: SqlStore) -> None:
    claim(store, ANN)
    given(store, again=True)
    claim(store, ANN)
    store.note([row(ANN, UNCERTAIN, "the server was lost")], [], now=NOW)
    assert claim(store, ANN) == set()
    assert given(store) == [CLEO, BEN]
    assert given(store, again=True) == [CLEO, BEN, ANN]
    assert claim(store, ANN) == {ANN}


SEND = """
import sys
from datetime import UTC, datetime
from digest.adapters.store import SqlStore
from digest.models import Delivery, DeliveryStatus
path, edition, now = sys.argv[1], sys.argv[2], datetime.now(UTC)
def row(address, status):
    return Delivery(edition, "email", address, status, now)
with SqlStore.open("sqlite:///" + path) as store:
    results = []
    for one in store.open_delivery(edition, "email", addresses=None, resend_uncertain=False,
                                   now=now):
        held = store.note(results, [row(one.address, DeliveryStatus.SENDING)], now=now)
        assert held == {one.address}
        print(one.address, flush=True)  # this is the sending
        results = [row(one.address, DeliveryStatus.SENT)]
    store.note(results, [], now=now)
"""


def test_killed_again_and_again_each_gets_it_once_or_is_uncertain(path: Path) -> None:
    everyone = [f"{n:03}@reader.test" for n in range(300)]
    with SqlStore.open(address(path)) as store:
        store.add_readers(everyone, NOW)
        store.save_edition(DAILY)
    sent: list[str] = []
    for stop in (1, 90, 0):
        command = python(SEND, str(path), DAILY.id)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            if stop:
                sent += [process.stdout.readline().strip() for _ in range(stop)]
                process.send_signal(signal.SIGKILL)
            sent += process.stdout.read().split()
        assert process.returncode == (-signal.SIGKILL if stop else 0)
    with SqlStore.open(address(path)) as store:
        assert given(store) == []
        by_address = statuses(store)
        assert store.check() == []
    assert sent == sorted(set(sent))
    uncertain = {each for each, status in by_address.items() if status is UNCERTAIN}
    assert len(uncertain) <= 2
    assert set(sent) | uncertain == set(everyone)
    assert {each for each in everyone if by_address[each] is SENT} == set(everyone) - uncertain


# --- two programs ---

UNSUBSCRIBE = """
import sys
from datetime import UTC, datetime
from digest.adapters.store import SqlStore
from digest.models import Suppression, SuppressionReason
for n in range(8):
    with SqlStore.open("sqlite:///" + sys.argv[1], timeout=30) as store:  # as each request does
        reader = store.readers()[-1 - n]
        assert store.address_of(reader.token) == reader.address
        now = datetime.now(UTC)
        store.suppress([Suppression(reader.address, SuppressionReason.UNSUBSCRIBED, now)])
        print(reader.address, flush=True)
"""


def test_another_program_may_write_while_a_run_sends(path: Path, store: SqlStore) -> None:
    store.add_readers([f"{n:05}@reader.test" for n in range(1500)], NOW)
    store.save_edition(NEXT)
    given_out = given(store, NEXT.id)
    with (
        store.lease(),
        subprocess.Popen(
            python(UNSUBSCRIBE, str(path)), stdout=subprocess.PIPE, text=True
        ) as other,
    ):
        held: set[str] = set()
        results: list[Delivery] = []
        for one in given_out[:-8]:
            claims = [Delivery(NEXT.id, EMAIL, one, SENDING, NOW)]
            held |= store.note(results, claims, now=NOW)
            results = [Delivery(NEXT.id, EMAIL, one, SENT, NOW)]
            if other.poll() is not None:
                break
        assert other.stdout is not None
        asked_out = other.stdout.read().split()
    assert other.returncode == 0
    assert asked_out == given_out[:-9:-1]
    assert held == set(given_out[: len(held)])
    late = [Delivery(NEXT.id, EMAIL, one, SENDING, NOW) for one in given_out[-12:]]
    assert store.note([], late, now=NOW) <= set(given_out[-12:-8])
    assert {each.address for each in store.suppressions()} == set(asked_out)


def test_a_ledger_waits_for_no_one_longer_than_it_was_told_to(path: Path, store: SqlStore) -> None:
    assert given(store) == [CLEO, ANN, BEN]
    raw = sqlite3.connect(path, isolation_level=None)
    with SqlStore.open(address(path), timeout=0.05) as impatient:
        raw.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="is locked by another program"):
            claim(impatient, ANN)
        assert len(impatient.readers()) == 3  # reading goes on
        raw.execute("ROLLBACK")
        assert claim(impatient, ANN) == {ANN}
    raw.close()


def test_what_is_told_of_readers_and_deliveries_waits_for_the_disk_and_a_run_does_not(
    path: Path,
) -> None:
    SqlStore.open(address(path)).close()
    raw = sqlite3.connect(path, isolation_level="IMMEDIATE")
    raw.execute("PRAGMA synchronous=NORMAL")
    suppression = Suppression(BEN, SuppressionReason.UNSUBSCRIBED, NOW)
    with SqlStore(Database(raw, path, 5.0), new_token=iter("abc").__next__) as store:
        for waits_for_the_disk in (
            lambda: store.add_readers([ANN], NOW),
            lambda: store.suppress([suppression]),
            lambda: store.open_delivery(
                DAILY.id, EMAIL, addresses=[ANN], resend_uncertain=False, now=NOW
            ),
            lambda: claim(store, ANN),
            lambda: store.finish_output(DAILY.id, "files:out", NOW),
            lambda: store.remove_reader(ANN),
        ):
            store.save_run("one", NOW, "{}")
            assert raw.execute("PRAGMA synchronous").fetchone() == (1,)
            waits_for_the_disk()
            assert raw.execute("PRAGMA synchronous").fetchone() == (2,)


# --- whole outputs ---


def test_an_output_that_has_all_of_an_edition_is_noted_once(store: SqlStore) -> None:
    store.finish_output(DAILY.id, "files:out", NOW)
    store.finish_output(DAILY.id, "files:out", NOW + timedelta(days=1))
    store.finish_output(DAILY.id, "git:here#main:a.md", NOW)
    assert store.finished_outputs(DAILY.id) == {"files:out", "git:here#main:a.md"}
    assert store.finished_outputs(NEXT.id) == frozenset()


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_a_delivery_has_begun_with_its_first_claim(store: SqlStore, status: DeliveryStatus) -> None:
    given(store)
    assert store.delivery_began(DAILY.id) is False
    if status is SENDING:
        claim(store, ANN)
    else:
        settle(store, ANN, status)
    assert store.delivery_began(DAILY.id) is True
    assert store.delivery_began(NEXT.id) is False


def test_an_edition_made_anew_is_had_by_no_output(store: SqlStore) -> None:
    store.save_edition(NEXT)
    store.finish_output(DAILY.id, "markdown:a.md", NOW)
    store.finish_output(NEXT.id, "markdown:a.md", NOW)
    assert store.delivery_began(DAILY.id) is False
    store.save_edition(DAILY, replace=True)
    assert store.finished_outputs(DAILY.id) == frozenset()
    assert store.finished_outputs(NEXT.id) == {"markdown:a.md"}


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_an_edition_that_was_mailed_in_part_stands(store: SqlStore, status: DeliveryStatus) -> None:
    claim(store, ANN)
    if status is not SENDING:
        store.note([row(ANN, status)], [], now=NOW)
    store.finish_output(DAILY.id, "markdown:a.md", NOW)
    store.add_readers([DORA], NOW)
    with pytest.raises(StoreError, match="was sent to someone already, so it stands"):
        store.save_edition(replace(DAILY, record="other"), replace=True)
    assert store.edition(DAILY.id) == DAILY
    assert store.finished_outputs(DAILY.id) == {"markdown:a.md"}
    assert DORA not in given(store)
    store.save_edition(NEXT, replace=True)


# --- any order of events ---

PEOPLE = st.sampled_from((ANN, BEN, CLEO, DORA))
RESULTS = st.sampled_from((SENT, DEFERRED, REFUSED, FAILED, UNCERTAIN))


class AnyOrder(RuleBasedStateMachine):
    """The ledger beside a plain model of it: lists and a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.database = Database.open("sqlite://", scratch=False, timeout=1)
        self.tokens = (f"{n:026}" for n in range(10_000))
        self.start()
        self.numbers: dict[str, int] = {}  # of those on the list, in the order they came
        self.count = 0
        self.until: int | None = None
        self.suppressed: set[str] = set()
        self.rows: dict[str, DeliveryStatus] = {}
        self.again: set[str] = set()
        self.given_until: int | None = None  # of the readers given out; None: a fixed list
        self.known: set[str] = set()

    def start(self) -> None:
        self.store = SqlStore(self.database, new_token=self.tokens.__next__)

    @rule()
    def crash(self) -> None:
        self.start()
        self.again, self.given_until = set(), None

    @rule(who=PEOPLE)
    def add(self, who: str) -> None:
        new = who not in self.numbers
        assert self.store.add_readers([who], NOW) == ({who} if new else set())
        if new:
            self.count += 1
            self.numbers[who] = self.count
            self.known.add(who)

    @rule(who=PEOPLE)
    def remove(self, who: str) -> None:
        assert self.store.remove_reader(who) is (self.numbers.pop(who, None) is not None)

    @rule(who=PEOPLE)
    def suppress(self, who: str) -> None:
        self.store.suppress([Suppression(who, SuppressionReason.UNSUBSCRIBED, NOW)])
        self.suppressed.add(who)
        self.known.add(who)

    @rule(who=PEOPLE)
    def unsuppress(self, who: str) -> None:
        assert self.store.unsuppress(who) is (who in self.suppressed)
        self.suppressed.discard(who)

    @rule()
    def freeze(self) -> None:
        if self.rows and self.until is not None:
            with pytest.raises(StoreError):
                self.store.save_edition(DAILY, replace=True)
            return
        self.store.save_edition(DAILY, replace=True)
        self.until = max(self.numbers.values(), default=0)

    @precondition(lambda self: self.until is not None)
    @rule(again=st.booleans(), fixed=st.none() | st.lists(PEOPLE))
    def open(self, again: bool, fixed: list[str] | None) -> None:
        for who, status in self.rows.items():
            if status is SENDING:
                self.rows[who] = UNCERTAIN
        closed = {SENT} if again else {SENT, UNCERTAIN}
        until = self.until or 0
        there = fixed if fixed is not None else [w for w, n in self.numbers.items() if n <= until]
        expected = [
            who
            for who in dict.fromkeys(there)
            if who not in self.suppressed and self.rows.get(who) not in closed
        ]
        expected.sort(key=lambda who: who in self.rows)
        assert given(self.store, to=fixed, again=again) == expected
        self.given_until = until if fixed is None else None
        self.again = {who for who in expected if self.rows.get(who) is UNCERTAIN}
        self.known.update(fixed or ())

    @rule(who=PEOPLE)
    def claim(self, who: str) -> None:
        taken = {SENDING, SENT} | (set() if who in self.again else {UNCERTAIN})
        there = who in self.known and who not in self.suppressed
        if self.given_until is not None:
            there = there and self.numbers.get(who, self.given_until + 1) <= self.given_until
        holds = there and self.rows.get(who) not in taken
        assert claim(self.store, who) == ({who} if holds else set())
        if holds:
            self.rows[who] = SENDING
            self.again.discard(who)

    @rule(who=PEOPLE, status=RESULTS)
    def result(self, who: str, status: DeliveryStatus) -> None:
        if self.rows.get(who) is not SENDING:
            with pytest.raises(StoreError):
                self.store.note([row(who, status)], [], now=NOW)
            return
        self.store.note([row(who, status)], [], now=NOW)
        self.rows[who] = status
        if status is REFUSED:
            self.suppressed.add(who)

    @invariant()
    def rows_are_as_expected(self) -> None:
        assert statuses(self.store) == self.rows
        assert {each.address for each in self.store.suppressions()} == self.suppressed
        assert [each.address for each in self.store.readers()] == list(self.numbers)

    def teardown(self) -> None:
        self.store.close()


AnyOrder.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # it says more of the machine than of the test
)
test_any_order_of_events = AnyOrder.TestCase
