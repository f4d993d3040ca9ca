"""A made-up edition on its way to made-up readers, as the program sends it and as smtplib would."""

from __future__ import annotations

import random
import smtplib
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from digest.adapters.smtp import SmtpServer
from digest.adapters.store import SqlStore
from digest.core.pace import PATIENCE, Patience
from digest.models import Edition, OutputResult, Recipient, StoredEdition, Window
from digest.models.readers import ANY_TOKEN
from digest.render.mime import Letter, MailHeadings, compose
from digest.sending import EmailOutput

NOW = datetime(2026, 3, 14, 6, 30, tzinfo=UTC)
NAME = "email"
KEY = "readers"  # in the ledger
_HEADINGS = MailHeadings(
    sender="AI Industry Digest <digest@example.org>",
    reply_to="",
    list_id="daily.example.org",
    unsubscribe_url=f"https://example.org/unsubscribe/{ANY_TOKEN}",
    unsubscribe_mail=f"bounces+unsubscribe-{ANY_TOKEN}@example.org",
)
_LINE = "<p>Words of a story, as long as words of stories are – about this long.</p>\n"


class Unwatched:
    """Nobody looks on."""

    def start(self, stage: str, total: int | None = None) -> None:
        pass

    def advance(self, stage: str, by: int = 1, *, more: int = 0) -> None:
        pass

    def say(self, message: str) -> None:
        pass


def edition() -> Edition:
    """Return an edition of no more than its name: what is sent is given beside it."""
    window = Window(NOW, NOW)
    name = "daily"
    return Edition(
        id=f"{name}-{NOW.date()}",
        name=name,
        title="AI Industry Digest",
        date=NOW.date(),
        timezone="UTC",
        language="en",
        generated_at=NOW,
        window=window,
        stories=(),
        briefs=(),
        counts={},
    )


def rendered(size: int) -> dict[str, str]:
    """Return an HTML part of about ``size`` bytes, and a plain one of a tenth of that."""
    html = _LINE * max(1, size // len(_LINE.encode()))
    return {f"email:{NAME}": html, f"email-text:{NAME}": html[: len(html) // 10]}


def letter(edition: Edition, html: str, text: str, *, test: bool) -> Letter:
    """Return the edition as a message."""
    return compose(
        subject=("[Test] " if test else "") + edition.title,
        text=text,
        html=html,
        headings=_HEADINGS,
        date=NOW,
        edition_id=edition.id,
    )


def envelope_sender(recipient: Recipient) -> str:
    return f"bounces+{recipient.token}@example.org"


def stored(file: Path, readers: int) -> None:
    """Make a store with that many readers and the edition in it."""
    made = edition()
    with SqlStore.open(f"sqlite:///{file}") as store:
        store.add_readers([f"reader{n:06}@example.net" for n in range(readers)], NOW)
        store.save_edition(StoredEdition(made.id, made.name, made.date, made.window, "{}"))


def output(
    store: SqlStore,
    port: int,
    connections: int,
    *,
    again: bool = False,
    patience: Patience = PATIENCE,
) -> EmailOutput:
    """Return the program's own output, to a server on loopback; ``again``: uncertain ones too."""
    return EmailOutput(
        name=NAME,
        server=SmtpServer("127.0.0.1", port, "none", timeout=20),
        server_name="the sink",
        ledger=store,
        compose=letter,
        bounce_sender=envelope_sender,
        progress=Unwatched(),
        clock=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        sleep=time.sleep,
        random=random.random,
        connections=connections,
        resend_uncertain=again,
        patience=patience,
    )


def send(file: Path, port: int, connections: int, size: int) -> tuple[float, OutputResult]:
    """Return the seconds a delivery takes by the program: all of it, ledger included."""
    parts = rendered(size)
    with SqlStore.open(f"sqlite:///{file}") as store:
        ours = output(store, port, connections)
        began = time.perf_counter()
        result = ours.deliver(edition(), parts)
        return time.perf_counter() - began, result


def messages(file: Path, size: int) -> list[tuple[str, str, bytes]]:
    """Return the same messages, made before: envelope sender, address, bytes."""
    html, text = rendered(size).values()
    made = letter(edition(), html, text, test=False)
    with SqlStore.open(f"sqlite:///{file}") as store:
        everyone = [Recipient(reader.address, reader.token) for reader in store.readers()]
    return [(envelope_sender(each), each.address, made.to(each)) for each in everyone]


def send_bare(made: Sequence[tuple[str, str, bytes]], port: int, connections: int) -> float:
    """Return the seconds that as many threads take, each with smtplib in a loop."""

    def loop(share: Sequence[tuple[str, str, bytes]]) -> None:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="sender.test", timeout=20) as server:
            for sender, address, message in share:
                server.sendmail(sender, [address], message)

    shares = [made[n::connections] for n in range(connections)]
    threads = [threading.Thread(target=loop, args=(share,)) for share in shares]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began
