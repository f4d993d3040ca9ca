"""The service puts out what is due, once, and ends when told."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from digest import app
from digest.commands.service import FeedWatch
from digest.errors import StoreError
from digest.models import FeedOutcome, FeedReport, FeedState
from digest.newsroom.server import Newsroom
from digest.scheduler import Chore, Service
from tests.command import END, Days, OddNewsroom, call, configure, feeds, start

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Desk:
    """What a Service is given: a clock, a store's idea of what is due, and a run."""

    def __init__(self, *codes: int | BaseException) -> None:
        self.now = NOON
        self.codes = list(codes)
        self.made: list[date] = []
        self.tried: list[datetime] = []
        self.said: list[str] = []

    def service(self, *chores: Chore) -> Service:
        return Service(
            due=self.due,
            put_out=self.put_out,
            clock=lambda: self.now,
            say=self.said.append,
            chores=chores,
        )

    def due(self, now: datetime) -> date | None:
        return None if now.date() in self.made or now.hour < 6 else now.date()

    def put_out(self, now: datetime, day: date) -> int:
        self.tried.append(now)
        outcome = self.codes.pop(0) if self.codes else 0
        if isinstance(outcome, BaseException):
            raise outcome
        if outcome != 1:
            self.made.append(day)
        return outcome

    def pass_time(self, service: Service, **span: float) -> None:
        """Tick every 20 seconds for so long."""
        until = self.now + timedelta(**span)
        while self.now < until:
            service.tick()
            self.now += timedelta(seconds=20)


def test_what_is_due_is_put_out_once_a_day() -> None:
    desk = Desk()
    desk.pass_time(desk.service(), hours=50)
    assert desk.made == [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]
    assert desk.tried[0] == NOON


def test_a_new_service_asks_the_store_and_not_its_memory() -> None:
    desk = Desk()
    desk.pass_time(desk.service(), minutes=1)
    desk.pass_time(desk.service(), minutes=1)
    assert len(desk.tried) == 1


@pytest.mark.parametrize("failure", [1, StoreError("the store is locked"), ValueError("odd")])
def test_after_a_failure_it_waits_a_quarter_of_an_hour(failure: int | BaseException) -> None:
    desk = Desk(failure, failure)
    desk.pass_time(desk.service(), hours=2)
    assert desk.tried == [NOON, NOON + timedelta(minutes=15), NOON + timedelta(minutes=30)]
    assert desk.made == [DAY]
    assert "the next try is at 12:15 UTC" in desk.said
    if isinstance(failure, StoreError):
        assert "error: the store is locked" in desk.said


def test_an_output_that_failed_is_no_reason_to_try_again() -> None:
    desk = Desk(3)
    desk.pass_time(desk.service(), hours=1)
    assert len(desk.tried) == 1


def test_chores_are_done_at_their_own_pace_and_after_the_edition() -> None:
    desk, done = Desk(), []
    chores = (
        Chore(lambda now: done.append(("a", now, len(desk.made))), timedelta(minutes=1)),
        Chore(lambda now: done.append(("b", now, len(desk.made))), timedelta(hours=1)),
    )
    desk.pass_time(desk.service(*chores), minutes=90)
    assert [name for name, _, _ in done].count("a") == 90
    assert [now for name, now, _ in done if name == "b"] == [
        NOON + timedelta(seconds=20),
        NOON + timedelta(hours=1, seconds=20),
    ]
    assert {made for _, _, made in done} == {1}


@pytest.mark.parametrize("failure", [StoreError("the store is locked"), ValueError("odd")])
def test_a_chore_that_fails_stops_nothing_and_waits_a_quarter_of_an_hour(
    failure: Exception,
) -> None:
    desk, tried = Desk(), []

    def fail(now: datetime) -> None:
        tried.append(now)
        raise failure

    desk.pass_time(desk.service(Chore(fail, timedelta(minutes=1))), hours=25)
    assert desk.made == [DAY, DAY + timedelta(days=1)]
    assert desk.tried[1] == datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert tried[1] - tried[0] == timedelta(minutes=15)
    assert f"error: {failure}" in desk.said


def test_feeds_are_asked_between_editions_so_that_one_is_ready(tmp_path: Path) -> None:
    with OddNewsroom() as newsroom:
        configure(
            tmp_path,
            newsroom,
            feeds=feeds(newsroom, "Harbour Wire", "Commons Log"),
            edition={"schedule": {"at": "06:30", "days": EVERY}},
        )
        config = app.read_config(tmp_path / "config.yaml")
        watching = app.Unwatched()
        early = END - timedelta(hours=2)
        with app.open_store(config) as store, store.lease():  # a run is under way
            assert app.poll_feeds(config, now=early, progress=watching) == []
        assert newsroom.requests == []
        polled = app.poll_feeds(config, now=early, progress=watching)
        assert [f.outcome for f in polled] == ["new", "new"]
        with app.open_store(config) as store:
            assert (store.counts()["editions"], store.counts()["runs"]) == (0, 0)
        asked, pages = len(newsroom.requests), len(newsroom.pages())
        assert pages > 0
        soon = early + timedelta(minutes=14)
        assert app.poll_feeds(config, now=soon, progress=watching) == []
        assert len(newsroom.requests) == asked
        with app.open_store(config) as store:  # one of the two has not been asked yet
            first, other = (store.feed_states()[feed.url] for feed in polled)
            store.save_feed(FeedState(first.url), [], early)
            store.save_feed(replace(other, checked_at=early + timedelta(minutes=9)), [], early)
        polled = app.poll_feeds(config, now=soon, progress=watching)
        assert [f.outcome for f in polled] == ["unchanged", "deferred"]
        assert len(newsroom.requests) == asked + 1
        asked += 1
        done = call(tmp_path, "run", "--at", END.isoformat(), "--json")
        report = done.report()
        assert (done.code, report["edition"], report["counts"]["opened"]) == (0, "made", 0)
        assert report["counts"]["published"] > 0
        assert len(newsroom.pages()) == pages


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("busy", [True, False])
def test_it_ends_when_told(sent: signal.Signals, busy: bool) -> None:
    desk = Desk()
    if not busy:
        desk.made.append(DAY)
    mine = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a script's background job has it
    before = signal.getsignal(signal.SIGTERM)
    ended = []

    def put_out(_now: datetime, _day: date) -> int:
        try:
            time.sleep(20)
        except KeyboardInterrupt:
            ended.append("in the middle")
            raise
        return 0

    def due(now: datetime) -> date | None:
        if not timer.is_alive():
            timer.start()
        return desk.due(now)

    timer = threading.Timer(0.3, os.kill, (os.getpid(), sent))
    service = Service(due=due, put_out=put_out, clock=lambda: desk.now, say=desk.said.append)
    began = time.monotonic()
    if sent is signal.SIGINT:
        with pytest.raises(KeyboardInterrupt):  # which the command line turns into 130
            service.run()
    else:
        service.run()
    assert time.monotonic() - began < 5
    assert ended == ["in the middle"] * busy
    assert signal.getsignal(signal.SIGTERM) == before
    assert signal.signal(signal.SIGINT, mine) == signal.SIG_IGN
    timer.join()


def test_told_to_end_too_late_for_a_run_it_ends_after_it() -> None:
    desk = Desk()

    def put_out(now: datetime, day: date) -> int:
        try:  # as a run that takes no notice
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        except KeyboardInterrupt:
            pass
        return desk.put_out(now, day)

    service = Service(due=desk.due, put_out=put_out, clock=lambda: desk.now, say=desk.said.append)
    began = time.monotonic()
    service.run()
    assert time.monotonic() - began < 4
    assert desk.made == [DAY]


def test_the_command_serves_the_edition_that_is_due_and_no_second(tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    planned = (now - timedelta(minutes=1)).strftime("%H:%M")
    with Newsroom(now) as newsroom:
        configure(tmp_path, newsroom, edition={"schedule": {"at": planned, "days": EVERY}})
        process = start(tmp_path, "serve")
        told = process.stdout.readline()  # at once, not when it ends
        os.kill(process.pid, signal.SIGTERM)
        _, err = process.communicate(timeout=10)
        assert process.returncode == 0, err
        assert "Traceback" not in err
        assert "is due" in err
        report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
        assert report["edition"] == "made"
        assert told == f"edition   {report['edition_id']} (new)\n"
        restarted = start(tmp_path, "serve")
        assert "the next edition comes" in restarted.stderr.readline()
        time.sleep(0.5)
        os.kill(restarted.pid, signal.SIGINT)
        out, err = restarted.communicate(timeout=10)
        assert (restarted.returncode, out) == (130, "")
        assert "is due" not in err
    with app.open_store(app.read_config(tmp_path / "config.yaml")) as store:
        assert store.counts()["runs"] == 1


def test_the_command_asks_feeds_while_no_edition_is_due(tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    later = (now + timedelta(hours=3)).strftime("%H:%M")
    with Newsroom(now) as newsroom:
        configure(
            tmp_path,
            newsroom,
            feeds=feeds(newsroom, "Harbour Wire", "Commons Log"),
            edition={"schedule": {"at": later, "days": EVERY, "catch_up": "1h"}},
        )
        process = start(tmp_path, "serve")
        assert "the next edition comes" in process.stderr.readline()
        word = process.stderr.readline()
        os.kill(process.pid, signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    assert word.startswith("new entries: ")
    assert word.endswith(", from 2 of 2 feeds\n")
    assert (process.returncode, out, err) == (0, "", "")


def test_what_is_new_about_feeds_is_told_once() -> None:
    watch = FeedWatch()

    def told(outcome: FeedOutcome, path: str = "a", **more: object) -> list[str]:
        url = f"http://wire.test/{path}"
        return watch.news([FeedReport(url, "Wire", outcome, **more)])  # type: ignore[arg-type]

    failed, deferred = FeedOutcome.FAILED, FeedOutcome.DEFERRED
    error = "http://wire.test/a answered 404"
    assert told(FeedOutcome.NEW, http_status=200) == []
    assert told(failed, error=error, note="asked again") == ["Wire: answered 404; asked again"]
    assert told(deferred, error=error) == told(failed, error=error) == []
    assert told(FeedOutcome.GONE, error="answered 410") == ["Wire: answered 410"]
    assert told(FeedOutcome.GONE, error="answered 410") == []
    assert told(FeedOutcome.MOVED, note="moved for good") == ["Wire: moved for good"]
    assert told(FeedOutcome.MOVED, note="moved for good") == told(deferred, note="not due") == []
    busy = {"http_status": 429, "error": "answered 429", "note": "asked again"}
    assert told(deferred, "b", **busy) == ["wire.test: answered 429; asked again"]
    assert told(deferred, "c", **busy) == told(deferred, "d", error="put off") == []
    assert told(FeedOutcome.UNCHANGED) == []
    assert told(failed, error="timeout") == ["Wire: timeout"]
    secret = FeedReport("http://a.test/?key=k", "http://a.test/?key=k", failed, error="no answer")
    assert watch.news([secret]) == ["http://a.test/?key=…: no answer"]


EVERY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def test_due_from_cron_makes_one_edition_a_day(tmp_path: Path, three_days: Days) -> None:
    plan = {"at": "06:30", "days": EVERY, "catch_up": "2h"}
    configure(tmp_path, three_days.newsroom, edition={"schedule": plan})

    def run(hours: float) -> tuple[int, str, str]:
        moment = END + timedelta(hours=hours)
        done = call(tmp_path, "run", "--due", "--at", moment.isoformat())
        return done.code, done.out.partition("\n")[0], done.err

    early = run(-0.1)
    assert early[:2] == (0, "")
    assert early[2] == ("nothing is due; the next edition comes Wednesday 14 May at 06:30 (UTC)\n")
    assert not (tmp_path / "out").exists()
    assert run(1)[1] == "edition   daily-2025-05-14 (new)"
    again = run(1.5)
    assert again[:2] == (0, "")
    assert "the next edition comes Thursday 15 May at 06:30 (UTC)" in again[2]
    assert run(27)[:2] == (0, "")  # past catch_up
