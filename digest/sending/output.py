"""The output of kind e-mail: who is to have the edition, sent by several connections at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from digest.core.pace import PATIENCE, Agenda, Patience
from digest.core.refusals import Refusals, given_up
from digest.errors import (
    DeliveryError,
    ItemError,
    MailDeferred,
    MailError,
    MailRefused,
    RenderError,
)
from digest.models import Delivery, Edition, OutputResult, Recipient
from digest.models.readers import ANY_TOKEN
from digest.ports import Ledger, MailConnection, MailServer, Progress
from digest.render.wording import count
from digest.sending.account import Account, Standing, nobody_words
from digest.sending.dispatch import STAGE, Dispatch
from digest.sending.sender import Post, Sender, SharedAgenda, words

GONE = "those for whom it is uncertain are not on the list any more, and get nothing"


class Letter(Protocol):
    """A message made once; only what is each reader's own differs."""

    def to(self, recipient: Recipient) -> bytes: ...


class Compose(Protocol):
    """Makes the letter of an edition from its HTML and its plain text."""

    def __call__(self, edition: Edition, html: str, text: str, *, test: bool) -> Letter:
        """With ``test``, "[Test] " is put before the subject, and the Message-ID is another."""
        ...


@dataclass(frozen=True)
class EmailOutput:
    """Sends an edition to each reader once; the Output port.

    ``addresses`` is a fixed list, None stands for the readers at the time the edition was frozen.
    ``rate`` is in messages a second over all ``connections``. ``bounce_sender`` gives a reader's
    envelope sender, ``collect`` reads returned mail before anything is sent and says what is
    wrong with that, ``sign`` adds a signature, ``look`` says what is wrong with the HTML.
    ``monotonic`` and ``sleep`` are in seconds; ``random`` gives numbers from 0 to 1.
    """

    name: str
    server: MailServer
    server_name: str
    ledger: Ledger
    compose: Compose
    bounce_sender: Callable[[Recipient], str]
    progress: Progress
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    random: Callable[[], float]
    addresses: tuple[str, ...] | None = None
    rate: float | None = None
    connections: int = 4
    collect: Callable[[], str] | None = None
    resend_uncertain: bool = False
    sign: Callable[[bytes], bytes] | None = None
    look: Callable[[Edition, str], str] | None = None
    patience: Patience = PATIENCE

    kind = "email"

    @property
    def target(self) -> str:
        whom = (
            "readers"
            if self.addresses is None
            else count(len(self.addresses), "address", "addresses")
        )
        return f"e-mail to {whom} by {self.server_name}"

    @property
    def key(self) -> str:
        # The readers are one list, whatever the output to them is called.
        return "readers" if self.addresses is None else f"to:{self.name}"

    @property
    def formats(self) -> tuple[str, ...]:
        return f"email:{self.name}", f"email-text:{self.name}"

    def deliver(self, edition: Edition, rendered: Mapping[str, str]) -> OutputResult:
        """Send the edition to everyone who has still to get it.

        "failed" where someone may still get it, by delivering it again; "uncertain" where a crash
        left open whether someone has it, and all others do; else "done", or "unchanged" where
        nothing was left to do. Raises DeliveryError where the server cannot be reached or refuses
        to send for us, and StoreError.
        """
        remarks = [self._collected()]
        recipients, earlier = self._to_send(edition)
        if not recipients:
            return self._nobody_left(edition, earlier, remarks)
        if self.addresses is not None and not earlier and self._has_all(edition):
            return self._result("unchanged", ["it was sent from another machine", *remarks])
        letter, remark = self._letter(edition, rendered, test=False)
        remarks.append(remark)
        self._rehearse(letter, recipients[0])
        dispatch, refusals = self._send(edition, letter, recipients, earlier)
        return self._told(edition, recipients, earlier, dispatch, refusals, remarks)

    def test(self, edition: Edition, rendered: Mapping[str, str], address: str) -> OutputResult:
        """Send the edition to one address, marked as a test; the ledger is not asked nor told.

        Raises DeliveryError.
        """
        letter, remark = self._letter(edition, rendered, test=True)
        recipient = Recipient(address, ANY_TOKEN)
        try:
            sender, message = self._message(letter, recipient)
            connection = self.server.connect()
            try:
                connection.send(sender, address, message, lambda: True)
            finally:
                connection.close()
        except (MailError, RenderError) as error:
            raise DeliveryError(self.name, f"the test was not sent: {words(error)}") from None
        detail = "; ".join(filter(None, ["1 message sent", remark]))
        return OutputResult(self.kind, f"test mail by {self.server_name}", "done", detail)

    def _collected(self) -> str:
        """Read what came back since; its trouble is told and stops nothing."""
        if self.collect is None:
            return ""
        try:
            trouble = self.collect()
        except (ItemError, DeliveryError) as error:
            trouble = words(error)
        if trouble:
            self.progress.say(trouble)
        return trouble

    def _to_send(self, edition: Edition) -> tuple[list[Recipient], list[Delivery]]:
        """Return who is still to get the edition, and the rows that stand."""
        open_ = self.ledger.open_delivery(
            edition.id,
            self.key,
            addresses=self.addresses,
            resend_uncertain=self.resend_uncertain,
            now=self.clock(),
        )
        earlier = self.ledger.deliveries(edition.id, self.key)
        no_more = given_up(earlier)
        return [each for each in open_ if each.address not in no_more], earlier

    def _has_all(self, edition: Edition) -> bool:
        return self.key in self.ledger.finished_outputs(edition.id)

    def _letter(
        self, edition: Edition, rendered: Mapping[str, str], *, test: bool
    ) -> tuple[Letter, str]:
        html, text = (rendered[each] for each in self.formats)
        remark = self.look(edition, html) if self.look else ""
        if remark:
            self.progress.say(remark)
        try:
            return self.compose(edition, html, text, test=test), remark
        except RenderError as error:
            raise DeliveryError(self.name, f"nothing was sent: {error}") from error

    def _rehearse(self, letter: Letter, recipient: Recipient) -> None:
        """Find what is wrong with every message before any is claimed; raises DeliveryError."""
        try:
            self._message(letter, recipient)
        except (MailRefused, RenderError) as error:
            if not getattr(error, "address_at_fault", False):
                raise DeliveryError(self.name, f"nothing was sent: {words(error)}") from error

    def _message(self, letter: Letter, recipient: Recipient) -> tuple[str, bytes]:
        message = letter.to(recipient)
        if self.sign is not None:
            message = self.sign(message)
        return self.bounce_sender(recipient), message

    def _send(
        self,
        edition: Edition,
        letter: Letter,
        recipients: Sequence[Recipient],
        earlier: Sequence[Delivery],
    ) -> tuple[Dispatch, Refusals]:
        first = self._reach()
        plan = Agenda(recipients, rate=self.rate, patience=self.patience)
        agenda = SharedAgenda(plan, self.monotonic, self.random)
        post = Post()
        refusals = Refusals(earlier)
        dispatch = Dispatch(
            edition.id,
            self.key,
            ledger=self.ledger,
            agenda=agenda,
            refusals=refusals,
            post=post,
            clock=self.clock,
            progress=self.progress,
        )

        def message(recipient: Recipient) -> tuple[str, bytes]:
            return self._message(letter, recipient)

        more = min(self.connections, len(recipients)) - 1
        connects: list[Callable[[], MailConnection]] = [
            lambda: first,
            *[self.server.connect] * more,
        ]
        senders = [Sender(connect, message, agenda, post.put, self.sleep) for connect in connects]
        self.progress.start(STAGE, len(recipients))
        dispatch.run(senders)
        return dispatch, refusals

    def _reach(self) -> MailConnection:
        """Return the first connection, tried a few times; raises DeliveryError."""
        for attempt in range(1, self.patience.connects):
            try:
                return self.server.connect()
            except MailDeferred as error:
                pause = self.patience.pause_after(attempt, self.random())
                self.progress.say(f"{words(error)}; trying again in {pause:.0f} seconds")
                self.sleep(pause)
        try:
            return self.server.connect()
        except MailDeferred as error:
            raise DeliveryError(self.name, f"nothing was sent: {words(error)}") from error

    def _nobody_left(
        self, edition: Edition, earlier: Sequence[Delivery], remarks: list[str]
    ) -> OutputResult:
        if earlier:
            standing = Standing(earlier)
            if self.resend_uncertain and standing.status() == "uncertain":
                return self._result("unchanged", [GONE, *remarks])
            return self._result(standing.status(), [standing.words(), *remarks])
        left_out = self.ledger.left_out(edition.id, addresses=self.addresses)
        return self._result("done", [nobody_words(left_out), *remarks])

    def _told(
        self,
        edition: Edition,
        recipients: Sequence[Recipient],
        earlier: Sequence[Delivery],
        dispatch: Dispatch,
        refusals: Refusals,
        remarks: list[str],
    ) -> OutputResult:
        """Return the result, in counts; raises DeliveryError where the server wants none of it."""
        no_more = given_up(self.ledger.deliveries(edition.id, self.key))
        account = Account([r.address for r in recipients], dispatch.standing, earlier, no_more)
        if refusals.reason:
            raise DeliveryError(self.name, f"{refusals.reason}: {account.words()}")
        troubles = dispatch.troubles if account.waiting else []
        return self._result(account.status(), [account.words(), *troubles[:1], *remarks])

    def _result(self, status: str, parts: Sequence[str]) -> OutputResult:
        return OutputResult(self.kind, self.target, status, "; ".join(filter(None, parts)))
