"""A thread that sends over one connection, and what it tells the thread that owns the ledger."""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from queue import Empty, SimpleQueue

from digest.core.pace import Agenda, Turn
from digest.core.redaction import redacted
from digest.errors import DigestError, MailDeferred, MailRefused, MailUncertain
from digest.models import DeliveryStatus, Recipient
from digest.ports import MailConnection

SLICE = 0.25  # seconds of waiting at a time, so that a stop is heard
_CLOSING = 421  # "service not available, closing": it concerns everyone


class Claim:
    """A message that waits for its row in the ledger."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._held: bool | None = None
        self._unanswered = threading.Lock()
        self._unanswered.acquire()

    def answer(self, held: bool) -> None:
        """Let the message go, or have it withdrawn; the first answer counts."""
        if self._held is None:
            self._held = held
        if self._unanswered.locked():
            self._unanswered.release()

    def holds(self) -> bool:
        """Return the answer, once it is there; may be asked again."""
        if self._held is None:
            self._unanswered.acquire()
        return self._held is True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed message; ``again``: it is tried again in this delivery."""

    address: str
    status: DeliveryStatus
    detail: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """What a sender tells: the outcome of a message, the claim on the next, or its end."""

    outcome: Outcome | None = None
    claim: Claim | None = None
    ended: int = 0  # the sender's number, where it ends
    trouble: str = ""


class Post:
    """Events on their way to the thread that owns the ledger.

    An event stays in the box until it has been dealt with, so that an interruption loses none.
    """

    def __init__(self) -> None:
        self.box: deque[Event] = deque()
        self._bell: SimpleQueue[None] = SimpleQueue()

    def put(self, event: Event) -> None:
        self.box.append(event)
        self._bell.put(None)

    def wait(self, seconds: float | None = None) -> None:
        """Return once something was put in, or so many seconds have passed."""
        with suppress(Empty):
            self._bell.get(timeout=seconds)
        while not self._bell.empty():
            self._bell.get()


class SharedAgenda:
    """The agenda behind a lock, with the clock and the dice it needs."""

    def __init__(
        self, agenda: Agenda, monotonic: Callable[[], float], random: Callable[[], float]
    ) -> None:
        self._agenda = agenda
        self._monotonic = monotonic
        self._random = random
        self._lock = threading.Lock()

    def next(self) -> tuple[Turn | None, float]:
        """Return the next turn and the seconds to wait first; (None, 0.0) where nobody is left."""
        with self._lock:
            now = self._monotonic()
            found = self._agenda.next(now)
        if isinstance(found, Turn):
            return found, found.at - now
        return None, found or 0.0

    def put_back(self, turn: Turn) -> bool:
        with self._lock:
            return self._agenda.put_back(turn, self._monotonic(), self._random())

    def trouble(self) -> float:
        with self._lock:
            return self._agenda.trouble(self._monotonic(), self._random())

    def went_well(self) -> None:
        with self._lock:
            self._agenda.went_well()

    def stop(self) -> None:
        with self._lock:
            self._agenda.stop()

    @property
    def stopped(self) -> bool:
        return self._agenda.stopped


class Sender:
    """Sends what the agenda gives out, until nobody is left."""

    def __init__(
        self,
        connect: Callable[[], MailConnection],
        message: Callable[[Recipient], tuple[str, bytes]],
        agenda: SharedAgenda,
        tell: Callable[[Event], None],
        sleep: Callable[[float], None],
    ) -> None:
        self._connect = connect
        self._message = message  # the envelope's sender, and the whole message
        self._agenda = agenda
        self._tell = tell
        self._sleep = sleep
        self._outcome: Outcome | None = None  # not yet told

    def run(self, number: int) -> None:
        """Work to the end. Whatever happens, the end is told."""
        trouble = ""
        try:
            connection = self._connect()
            try:
                self._work(connection)
            finally:
                with suppress(Exception):
                    connection.close()
        except BaseException as error:  # nothing may leave the other thread waiting
            trouble = words(error)
        finally:
            self._tell(Event(self._outcome, ended=number, trouble=trouble))

    def _work(self, connection: MailConnection) -> None:
        while (turn := self._turn()) is not None:
            claim = Claim(turn.recipient.address)
            outcome, self._outcome = self._outcome, None
            self._tell(Event(outcome, claim))
            self._outcome = self._send(connection, turn, claim)

    def _turn(self) -> Turn | None:
        """Wait for the next turn; what is not told yet is told before any wait."""
        turn, wait = self._agenda.next()
        while turn is None and wait > 0:
            self._pass(min(wait, SLICE))
            turn, wait = self._agenda.next()
        while turn is not None and wait > 0 and not self._agenda.stopped:
            self._pass(min(wait, SLICE))
            wait -= SLICE
        return None if self._agenda.stopped else turn

    def _pass(self, seconds: float) -> None:
        if self._outcome is not None:
            self._tell(Event(self._outcome))
            self._outcome = None
        self._sleep(seconds)

    def _send(self, connection: MailConnection, turn: Turn, claim: Claim) -> Outcome | None:
        """Send one message; return what the ledger should know, None where no claim was held."""
        try:
            outcome = self._sent(connection, turn, claim)
        except BaseException as error:
            if claim.holds():
                # Nobody knows how far it got; a DigestError is the connection's own "not at all".
                known = isinstance(error, DigestError)
                status = DeliveryStatus.DEFERRED if known else DeliveryStatus.UNCERTAIN
                self._outcome = Outcome(turn.recipient.address, status, words(error))
            raise
        # An outcome never overtakes its own claim: the answer is waited for in any case.
        return outcome if claim.holds() else None

    def _sent(self, connection: MailConnection, turn: Turn, claim: Claim) -> Outcome:
        address = turn.recipient.address
        try:
            sender, message = self._message(turn.recipient)
            if not connection.send(sender, address, message, claim.holds):
                return Outcome(address, DeliveryStatus.DEFERRED, "it was withdrawn")
        except MailDeferred as error:
            if error.code is None or error.code == _CLOSING:
                self._agenda.trouble()
            again = self._agenda.put_back(turn)
            return Outcome(address, DeliveryStatus.DEFERRED, words(error), again)
        except MailRefused as error:
            fault = error.address_at_fault
            status = DeliveryStatus.REFUSED if fault else DeliveryStatus.FAILED
            return Outcome(address, status, words(error))
        except MailUncertain as error:
            return Outcome(address, DeliveryStatus.UNCERTAIN, words(error))
        self._agenda.went_well()
        return Outcome(address, DeliveryStatus.SENT)


def words(error: BaseException) -> str:
    """Return what an error says, in one line without addresses; of a foreign one only its place."""
    if not isinstance(error, DigestError):
        last = traceback.extract_tb(error.__traceback__)[-1:]
        place = "".join(f" at {PurePath(frame.filename).name}:{frame.lineno}" for frame in last)
        return f"unexpected {type(error).__name__}{place}"
    return redacted(str(error))
