"""Who is next, and not before when."""

from __future__ import annotations

from digest.core.pace import Agenda, Patience, Turn
from digest.models import Recipient

ANN, BEN = Recipient("ann@example.org", "a" * 26), Recipient("ben@example.org", "b" * 26)
STEADY = Patience(jitter=0)
EVEN = 0.5  # a chance that makes no wait longer or shorter


def test_everyone_has_a_turn_once_in_order() -> None:
    agenda = Agenda([ANN, BEN], rate=None, patience=STEADY)
    assert [agenda.next(0.0) for _ in range(3)] == [Turn(ANN, 1, 0.0), Turn(BEN, 1, 0.0), None]


def test_the_rate_is_kept_over_all_and_time_that_passed_unused_is_lost() -> None:
    agenda = Agenda([ANN] * 5, rate=10, patience=STEADY)
    turns = [agenda.next(now) for now in (0.0, 0.0, 0.0, 7.0, 7.0)]
    assert [round(turn.at, 3) for turn in turns if isinstance(turn, Turn)] == [0, 0.1, 0.2, 7, 7.1]


def test_who_is_put_back_has_another_turn_after_ever_longer_waits_until_the_last_try() -> None:
    agenda = Agenda([ANN], rate=None, patience=STEADY)
    now, waits = 0.0, []
    for _ in range(3):
        turn = agenda.next(now)
        assert isinstance(turn, Turn)
        assert agenda.put_back(turn, now, EVEN)
        wait = agenda.next(now)
        assert isinstance(wait, float)
        waits.append(wait)
        now += wait
    assert waits == [60, 120, 240]
    last = agenda.next(now)
    assert last == Turn(ANN, 4, now)
    assert not agenda.put_back(last, now, EVEN)
    assert agenda.next(now) is None


def test_a_due_second_try_goes_before_the_others() -> None:
    agenda = Agenda([ANN, BEN], rate=None, patience=STEADY)
    turn = agenda.next(0.0)
    assert isinstance(turn, Turn)
    agenda.put_back(turn, 0.0, EVEN)
    assert agenda.next(60.0) == Turn(ANN, 2, 60.0)
    assert agenda.next(60.0) == Turn(BEN, 1, 60.0)


def test_waits_are_spread_by_chance() -> None:
    patience = Patience(wait=100, jitter=0.2)
    assert [round(patience.wait_after(1, chance), 6) for chance in (0, 0.5, 1)] == [80, 100, 120]


def test_trouble_pauses_everyone_and_lasting_trouble_ends_it() -> None:
    agenda = Agenda([ANN, BEN], rate=None, patience=STEADY)
    now, pauses = 0.0, []
    while pause := agenda.trouble(now, EVEN):
        assert agenda.trouble(now, EVEN) == 0  # the same trouble, met by another connection
        assert agenda.next(now) == pause
        pauses.append(pause)
        now += pause
    assert pauses == [5, 15, 45, 135]
    assert agenda.stopped
    assert agenda.next(now) is None


def test_a_success_makes_the_next_trouble_the_first_again() -> None:
    agenda = Agenda([ANN], rate=None, patience=STEADY)
    assert agenda.trouble(0.0, EVEN) == 5
    assert agenda.trouble(5.0, EVEN) == 15
    agenda.went_well()
    assert agenda.trouble(20.0, EVEN) == 5


def test_once_stopped_nobody_is_given_out_or_put_back() -> None:
    agenda = Agenda([ANN, BEN], rate=None, patience=STEADY)
    turn = agenda.next(0.0)
    assert isinstance(turn, Turn)
    agenda.stop()
    assert not agenda.put_back(turn, 0.0, EVEN)
    assert agenda.next(1e9) is None
