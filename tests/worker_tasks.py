"""What the tests of the workers have done there: found by name, quick to import."""

import os
import re
import signal
import sys
import time
from pathlib import Path

from digest.errors import FeedError, FetchError


def pid_after(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def mark_and_wait(file: str) -> None:
    Path(file).touch()
    time.sleep(60)


def spin_in_c() -> int:
    return len(re.findall(r"(a+)+$", "a" * 40 + "b"))


def eat_memory(megabytes: int) -> int:
    return len(bytearray(megabytes * 1024 * 1024))


def leave(code: int) -> None:
    os._exit(code)


def kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail_with(kind: str) -> None:
    if kind == "fetch":
        raise FetchError("https://ex.test/", "https://ex.test/ answered 503", status=503)
    if kind == "feed":
        raise FeedError("no feed")
    if kind == "exit":
        sys.exit(3)
    if kind == "deep":
        fail_with(kind)
    if kind == "odd":
        error = FeedError("holds what cannot travel")
        error.__dict__["thing"] = lambda: None
        raise error
    raise KeyError("missing")


def give_what_cannot_travel() -> object:
    return lambda: None


def received_interrupt_is_ignored() -> int:
    os.kill(os.getpid(), signal.SIGINT)
    return os.getpid()


def imported_the_program() -> bool:
    return hasattr(sys.modules["__main__"], "__file__")
