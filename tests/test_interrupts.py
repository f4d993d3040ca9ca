"""Ctrl-C in the middle of asynchronous work."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time

import pytest

from digest.interrupts import finish


async def value() -> int:
    return 7


def test_work_that_ends_gives_its_value_and_ctrl_c_is_as_before() -> None:
    assert finish(value()) == 7
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("delay", [0.0, 0.0001, 0.001, 0.01, 0.1])
def test_ctrl_c_ends_waiting_work_at_once_however_early_it_comes(delay: float) -> None:
    ended: list[str] = []

    async def wait() -> None:
        threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cleaned up")

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        finish(wait())
    assert time.monotonic() - began < 10
    assert ended == ["cleaned up"]


def test_errors_and_cancellation_come_out_as_they_are() -> None:
    async def fail() -> None:
        raise LookupError("no")

    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(LookupError):
        finish(fail())
    with pytest.raises(asyncio.CancelledError):
        finish(cancelled())


def test_an_ignored_ctrl_c_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:

        async def ask() -> int:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.05)
            return 3

        assert finish(ask()) == 3
    finally:
        signal.signal(signal.SIGINT, before)
