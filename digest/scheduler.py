"""The clock: asks the store what is due, and has it put out.

APScheduler only ticks. What is due is computed from the store each time, so a restart, cron's
``digest run --due`` and this service agree, and a change of the wall clock moves nothing.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import FrameType
from typing import Any

TICK = 20  # seconds
AFTER_FAILURE = timedelta(minutes=15)

Due = Callable[[datetime], date | None]
PutOut = Callable[[datetime, date], int]  # returns an exit code


class Service:
    """Puts out each edition when it is due, once.

    ``due`` reads the store, ``put_out`` makes the edition of a date, ``clock`` tells the time,
    ``say`` takes one line for the log.
    """

    def __init__(
        self,
        *,
        due: Due,
        put_out: PutOut,
        clock: Callable[[], datetime],
        say: Callable[[str], None],
    ) -> None:
        self._due = due
        self._put_out = put_out
        self._clock = clock
        self._say = say
        self._not_before: datetime | None = None
        self._stopping = False
        self._scheduler: Any = None

    def tick(self) -> None:
        """Put out what is due now; after a failure, wait a quarter of an hour."""
        now = self._clock()
        if self._not_before is not None and now < self._not_before:
            return
        try:
            day = self._due(now)
            if day is None:
                return
            self._say(f"the edition of {day.isoformat()} is due")
            code = self._put_out(now, day)
        except KeyboardInterrupt:
            self.stop()
            return
        except Exception as error:  # a service outlives whatever one run trips over
            self._say(f"error: {error}")
            code = 1
        self._not_before = now + AFTER_FAILURE if code == 1 else None
        if code == 1:
            self._say(f"the next try is at {self._not_before:%H:%M} UTC")

    def run(self) -> None:
        """Tick until told to stop (SIGTERM or Ctrl-C); a run under way is ended, losing nothing."""
        from apscheduler.executors.debug import DebugExecutor
        from apscheduler.schedulers.blocking import BlockingScheduler

        # In the main thread, where a signal can end a run in the middle.
        self._scheduler = BlockingScheduler(executors={"default": DebugExecutor()}, timezone="UTC")
        self._scheduler.add_job(
            self.tick,
            "interval",
            seconds=TICK,
            next_run_time=self._clock(),
            coalesce=True,
            misfire_grace_time=None,
        )
        before = signal.signal(signal.SIGTERM, _interrupt)
        try:
            self._scheduler.start()
        except (KeyboardInterrupt, SystemExit):
            self.stop()
        finally:
            signal.signal(signal.SIGTERM, before)

    def stop(self) -> None:
        """Tick no more."""
        if not self._stopping and self._scheduler is not None and self._scheduler.running:
            self._stopping = True
            self._scheduler.shutdown(wait=False)


def _interrupt(_signum: int, _frame: FrameType | None) -> None:
    os.kill(os.getpid(), signal.SIGINT)
