"""An edition goes to each reader once, however often the program or the mail server is killed.

Real processes: one sends over real SMTP from a real store, one takes the mail and writes down
whom it was for before it answers. Both die by ``kill -9``.
"""

from __future__ import annotations

import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks import newsletter
from digest.adapters.store import SqlStore
from digest.core.pace import Patience
from digest.models import DeliveryStatus

ROOT = Path(__file__).parent.parent
MESSAGES = 2000
CONNECTIONS = 4
EDITION = newsletter.edition().id


@pytest.fixture
def dice() -> random.Random:
    """When to kill; a test that fails shows the seed."""
    seed = secrets.randbelow(1_000_000)
    print(f"seed {seed}")  # noqa: T201
    return random.Random(seed)  # noqa: S311


class Post:
    """A store with its readers, and what the mail server wrote down."""

    def __init__(self, folder: Path, readers: int = MESSAGES) -> None:
        self.file = folder / "digest.db"
        self.taken_file = folder / "taken.txt"
        self.taken_file.touch()
        self.url = f"sqlite:///{self.file}"
        newsletter.stored(self.file, readers)
        with SqlStore.open(self.url) as store:
            self.readers = {reader.address for reader in store.readers()}

    def taken(self) -> Counter[str]:
        """Return how many messages the mail server took for each address."""
        return Counter(self.taken_file.read_text("ascii").split())

    def uncertain(self) -> set[str]:
        return {a for a, status in self.ledger().items() if status is DeliveryStatus.UNCERTAIN}

    def ledger(self) -> dict[str, DeliveryStatus]:
        with SqlStore.open(self.url) as store:
            rows = store.deliveries(EDITION, newsletter.KEY)
        return {row.address: row.status for row in rows}

    def start(self, port: int, *more: str) -> subprocess.Popen[str]:
        """Start sending."""
        arguments = [str(self.file), str(port), str(CONNECTIONS), *more]
        return subprocess.Popen(
            [sys.executable, "-m", "tests.sending_process", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )

    def send(self, port: int, *more: str) -> str:
        """Send to the end; return the status."""
        with self.start(port, *more) as process:
            said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
        return said.split()[0]

    def wait_for(self, number: int, process: subprocess.Popen[str] | None = None) -> bool:
        """Wait until so many messages were taken; return False where the process ended first."""
        until = time.monotonic() + 60
        while sum(self.taken().values()) < number:
            if time.monotonic() > until or (process and process.poll() is not None):
                return False
            time.sleep(0.002)
        return True


@contextmanager
def mail_server(post: Post) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Give the mail server's process and port."""
    command = [sys.executable, "-m", "benchmarks.mailsink", str(post.taken_file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)


def kill_then(post: Post, moment: int, server: subprocess.Popen[str]) -> None:
    post.wait_for(moment)
    kill(server)


def send_and_kill(post: Post, port: int, moments: list[int]) -> int:
    """Send again and again, killed once so many messages were taken; return how often."""
    kills = 0
    for moment in moments:
        with post.start(port) as process:
            if post.wait_for(moment, process):
                kill(process)
                kills += 1
    return kills


def check(post: Post, kills: int) -> None:
    """Each address has it once or is uncertain; none twice, none missing."""
    taken, uncertain = post.taken(), post.uncertain()
    assert {a for a, times in taken.items() if times > 1} == set()
    assert post.readers - set(taken) - uncertain == set()
    assert set(taken) <= post.readers
    assert len(uncertain) <= CONNECTIONS * kills
    certain = {a for a, status in post.ledger().items() if status is DeliveryStatus.SENT}
    assert certain == post.readers - uncertain
    assert certain <= set(taken)


def test_killed_in_the_middle_each_address_has_it_once_or_is_uncertain(
    tmp_path: Path, dice: random.Random
) -> None:
    moments = sorted(dice.sample(range(1, MESSAGES - 100), 5))
    post = Post(tmp_path)
    with mail_server(post) as (_, port):
        kills = send_and_kill(post, port, moments)
        assert kills == 5
        status = post.send(port)
        assert status == ("uncertain" if post.uncertain() else "done")
        check(post, kills)

        # Nobody is sent to again unless asked; then the uncertain ones are, and only they.
        before, uncertain = post.taken(), post.uncertain()
        assert post.send(port) == ("uncertain" if uncertain else "unchanged")
        assert post.taken() == before
        assert post.send(port, "again") == ("done" if uncertain else "unchanged")
        assert post.taken() - before == Counter(uncertain)
        assert set(post.ledger().values()) == {DeliveryStatus.SENT}


def test_a_mail_server_killed_in_the_middle_is_told_and_the_rest_goes_out_later(
    tmp_path: Path, dice: random.Random
) -> None:
    moment = dice.randrange(1, MESSAGES // 2)
    post = Post(tmp_path)
    hasty = Patience(pause=0.01, jitter=0)
    with mail_server(post) as (server, port), SqlStore.open(post.url) as store:
        output = newsletter.output(store, port, CONNECTIONS, patience=hasty)
        killer = threading.Thread(target=kill_then, args=(post, moment, server))
        killer.start()
        lost = output.deliver(newsletter.edition(), newsletter.rendered(2000))
        killer.join()
    assert lost.status == "failed"
    assert "connection" in lost.detail
    assert "wait for the edition to be delivered again" in lost.detail
    assert "@" not in lost.detail
    taken = post.taken()
    assert max(taken.values()) == 1
    assert DeliveryStatus.SENDING not in post.ledger().values()

    with mail_server(post) as (_, port):
        status = post.send(port)
    assert status == ("uncertain" if post.uncertain() else "done")
    check(post, kills=1)


@pytest.mark.long
def test_killed_thirty_times_at_any_moment(tmp_path: Path, dice: random.Random) -> None:
    for round_ in range(5):
        folder = tmp_path / str(round_)
        folder.mkdir()
        post = Post(folder)
        moments = sorted(dice.sample(range(1, MESSAGES - 50), 6))
        with mail_server(post) as (_, port):
            kills = send_and_kill(post, port, moments)
            post.send(port)
        check(post, kills)
