"""The clock: asks the store what is due, and has it put out.

APScheduler only ticks. What is due is computed from the store each time, so a restart, cron's
``digest run --due`` and this service agree, and a change of the wall clock moves nothing.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import FrameType

TICK = 20  # seconds
AFTER_FAILURE = timedelta(minutes=15)

Due = Callable[[datetime], date | None]
PutOut = Callable[[datetime, date], int]  # returns an exit code


@dataclass(frozen=True)
class Chore:
    """What is done every so often while no edition is due."""

    do: Callable[[datetime], None]
    every: timedelta


class Service:
    """Puts out each edition when it is due, once.

    ``due`` reads the store, ``put_out`` makes the edition of a date, ``clock`` tells the time,
    ``say`` takes one line for the log; ``chores`` are done in turn when nothing is due. One that
    fails is done again after a quarter of an hour, or when it would be anyway.
    """

    def __init__(
        self,
        *,
        due: Due,
        put_out: PutOut,
        clock: Callable[[], datetime],
        say: Callable[[str], None],
        chores: Sequence[Chore] = (),
    ) -> None:
        self._due = due
        self._put_out = put_out
        self._clock = clock
        self._say = say
        self._chores: dict[Chore, datetime | None] = dict.fromkeys(chores)  # when each is due again
        self._not_before: datetime | None = None
        self._stopping = False
        self._told = False  # by SIGTERM, which is how a service is meant to end
        self._interrupted = False

    def tick(self) -> None:
        """Put out what is due now; after a failure, wait a quarter of an hour."""
        now = self._clock()
        if self._not_before is not None and now < self._not_before:
            return
        try:
            day = self._due(now)
            if day is None:
                self._tidy(now)
                return
            self._say(f"the edition of {day.isoformat()} is due")
            code = self._put_out(now, day)
        except KeyboardInterrupt:
            self._stopping = self._interrupted = True
            return
        except Exception as error:  # a service outlives whatever one run trips over
            self._say(f"error: {error}")
            code = 1
        self._not_before = now + AFTER_FAILURE if code else None
        if code:
            self._say(f"the next try is at {self._not_before:%H:%M} UTC")

    def _tidy(self, now: datetime) -> None:
        for chore, due_at in self._chores.items():
            if due_at is not None and now < due_at:
                continue
            pause = chore.every
            try:
                chore.do(now)
            except Exception as error:  # it puts no edition off
                self._say(f"error: {error}")
                pause = max(pause, AFTER_FAILURE)
            self._chores[chore] = now + pause

    def run(self) -> None:
        """Tick until SIGTERM, or Ctrl-C, which is raised; a run under way ends, losing nothing."""
        from apscheduler.schedulers.background import BackgroundScheduler

        # Ticks come from the scheduler's thread; the work is done in this one, the main thread,
        # where a signal can end a run in the middle.
        ticks = threading.Event()
        ticks.set()  # the first is now
        before = {
            signal.SIGTERM: signal.signal(signal.SIGTERM, self._told_to_stop),
            # Started with `&` from a script it would be deaf to this one, and so to both.
            signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler),
        }
        scheduler = BackgroundScheduler(timezone="UTC")
        scheduler.add_job(
            ticks.set, "interval", seconds=TICK, coalesce=True, misfire_grace_time=None
        )
        scheduler.start()
        try:
            while not self._stopping:
                ticks.wait()
                ticks.clear()
                self.tick()
        except KeyboardInterrupt:
            self._interrupted = True
        finally:
            scheduler.shutdown(wait=False)
            for number, handler in before.items():
                signal.signal(number, handler)
        if self._interrupted and not self._told:
            raise KeyboardInterrupt

    def _told_to_stop(self, _signum: int, _frame: FrameType | None) -> None:
        self._told = self._stopping = (
            True  # where a run is so far that it takes no notice, it ends after it
        )
        os.kill(os.getpid(), signal.SIGINT)
