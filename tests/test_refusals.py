"""Which refusals are believed."""

from __future__ import annotations

from datetime import UTC, datetime

from digest.core.refusals import DOUBTFUL, IN_A_ROW, Refusals
from digest.models import Delivery, DeliveryStatus

NOW = datetime(2026, 3, 14, tzinfo=UTC)


def told(status: DeliveryStatus, number: int = 0) -> Delivery:
    return Delivery("daily-2026-03-14", "email", f"r{number}@example.org", status, NOW, "no")


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
    weighed = [refusals.weigh(told(DeliveryStatus.REFUSED, n)) for n in range(3 + DOUBTFUL)]
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


def test_messages_refused_in_a_row_stop_it_and_a_success_between_does_not() -> None:
    refusals = Refusals()
    for delivery in [FAILED, FAILED, SENT, FAILED, FAILED]:
        refusals.weigh(delivery)
    assert not refusals.reason
    refusals.weigh(FAILED)
    assert refusals.reason
    assert IN_A_ROW == 3
