"""Which refusals are believed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.core.refusals import (
    DOUBTFUL,
    MANY_DOUBTFUL,
    MANY_IN_A_ROW,
    MOST_DEFERRED,
    MOST_TRIES,
    Refusals,
    given_up,
)
from digest.models import Delivery, DeliveryStatus

NOW = datetime(2026, 3, 14, tzinfo=UTC)


def told(status: DeliveryStatus, number: int = 0, domains: int = 1, tries: int = 0) -> Delivery:
    address = f"r{number}@example{number % domains}.org"
    return Delivery("daily-2026-03-14", "readers", address, status, NOW, "no", tries)


SENT, REFUSED, FAILED = (
    told(each) for each in (DeliveryStatus.SENT, DeliveryStatus.REFUSED, DeliveryStatus.FAILED)
)


def test_a_refused_address_is_believed_where_others_are_taken() -> None:
    refusals = Refusals()
    refusals.weigh(SENT)
    assert refusals.weigh(REFUSED) == REFUSED
    assert refusals.believed() == []


def test_a_refusal_before_any_success_is_held_back_until_there_is_one() -> None:
    refusals = Refusals()
    assert refusals.weigh(REFUSED).status is DeliveryStatus.FAILED
    assert refusals.believed() == []
    refusals.weigh(SENT)
    assert refusals.believed() == [REFUSED]
    assert refusals.believed() == []


def test_no_address_is_blamed_where_the_server_takes_one_and_refuses_all_others() -> None:
    refusals = Refusals()
    refusals.weigh(SENT)
    told_ = [told(DeliveryStatus.REFUSED, n, domains=3) for n in range(3 + DOUBTFUL)]
    weighed = [refusals.weigh(each) for each in told_]
    assert [each.status for each in weighed].count(DeliveryStatus.REFUSED) == 3
    assert refusals.reason
    assert refusals.believed() == []


def test_what_earlier_deliveries_of_the_edition_came_to_counts() -> None:
    refusals = Refusals([SENT, SENT])
    assert refusals.weigh(REFUSED) == REFUSED


def test_a_list_of_which_half_is_dead_is_cleaned_and_not_stopped() -> None:
    refusals = Refusals()
    for n in range(500):
        refusals.weigh(SENT)
        assert refusals.weigh(told(DeliveryStatus.REFUSED, n)).status is DeliveryStatus.REFUSED
    assert not refusals.reason


@pytest.mark.parametrize(
    ("domains", "most"), [(1, MANY_DOUBTFUL), (2, MANY_DOUBTFUL), (3, DOUBTFUL)]
)
def test_many_dead_addresses_stop_it_the_sooner_the_more_domains_they_are_of(
    domains: int, most: int
) -> None:
    refusals = Refusals()
    for n in range(most):
        assert not refusals.reason
        refusals.weigh(told(DeliveryStatus.REFUSED, n, domains))
    assert "nearly every address" in refusals.reason


@pytest.mark.parametrize(("domains", "most"), [(1, MANY_IN_A_ROW), (2, MANY_IN_A_ROW), (3, 3)])
def test_messages_refused_in_a_row_stop_it_where_nobody_has_it(domains: int, most: int) -> None:
    refusals = Refusals()
    for n in range(most):
        assert not refusals.reason
        refusals.weigh(told(DeliveryStatus.FAILED, n, domains))
    assert "refuses the messages" in refusals.reason


@pytest.mark.parametrize("earlier", [[], [SENT]])
def test_where_someone_has_it_only_many_in_a_row_stop_it(earlier: list[Delivery]) -> None:
    refusals = Refusals(earlier)
    if not earlier:
        refusals.weigh(SENT)
    for n in range(MANY_IN_A_ROW - 1):
        refusals.weigh(told(DeliveryStatus.FAILED, n, domains=9))
    refusals.weigh(SENT)
    for n in range(MANY_IN_A_ROW - 1):
        refusals.weigh(told(DeliveryStatus.FAILED, n, domains=9))
    assert not refusals.reason
    refusals.weigh(FAILED)
    assert refusals.reason


def test_dead_addresses_between_live_ones_never_stop_it() -> None:
    refusals = Refusals()
    for n in range(1000):
        refusals.weigh(SENT if n % 15 == 0 else told(DeliveryStatus.REFUSED, n, domains=99))
    assert not refusals.reason


def test_an_address_refused_in_an_earlier_delivery_is_believed_among_many_in_doubt() -> None:
    refusals = Refusals([told(DeliveryStatus.FAILED, n) for n in range(10)])
    for n in range(90, 100):
        refusals.weigh(told(DeliveryStatus.REFUSED, n))
    refusals.weigh(SENT)
    assert refusals.weigh(told(DeliveryStatus.REFUSED, 50)).status is DeliveryStatus.FAILED
    weighed = [refusals.weigh(told(DeliveryStatus.REFUSED, n)).status for n in range(10)]
    # No more than three for the one that was taken: the server may know hardly any address.
    assert weighed == [DeliveryStatus.REFUSED] * 3 + [DeliveryStatus.FAILED] * 7


@pytest.mark.parametrize(
    ("status", "most"),
    [(DeliveryStatus.FAILED, MOST_TRIES), (DeliveryStatus.DEFERRED, MOST_DEFERRED)],
)
def test_an_address_is_given_up_after_so_many_tries(status: DeliveryStatus, most: int) -> None:
    row = told(status, tries=most)
    assert given_up([told(status, tries=most - 1)]) == frozenset()
    assert given_up([row]) == {row.address}
    others = [told(DeliveryStatus.SENT, n) for n in range(1, 9)]
    assert given_up([row, *others]) == {row.address}


def test_nobody_is_given_up_where_nobody_of_several_has_it() -> None:
    rows = [told(DeliveryStatus.FAILED, n, tries=99) for n in range(5)]
    assert given_up(rows) == frozenset()


@pytest.mark.parametrize(
    "status", [DeliveryStatus.SENT, DeliveryStatus.REFUSED, DeliveryStatus.UNCERTAIN]
)
def test_who_has_it_or_may_have_it_is_not_given_up(status: DeliveryStatus) -> None:
    assert given_up([told(status, tries=99)]) == frozenset()
