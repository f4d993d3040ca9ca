"""The thread that owns the ledger: stores what senders tell, and lets claimed messages go."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from digest.core.refusals import Refusals
from digest.models import Delivery, DeliveryStatus
from digest.ports import Ledger, Progress
from digest.render.wording import count
from digest.sending.sender import Claim, Outcome, Post, Sender, SharedAgenda

GRACE = 10.0  # seconds that messages in hand have to end in, after Ctrl-C
STAGE = "messages"
_LOOK = 0.1  # seconds
_BACK = DeliveryStatus.DEFERRED


class Dispatch:
    """One edition going out by one output, over the connections of several senders."""

    def __init__(
        self,
        edition_id: str,
        output: str,
        *,
        ledger: Ledger,
        agenda: SharedAgenda,
        refusals: Refusals,
        post: Post,
        clock: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        self._edition_id = edition_id
        self._output = output
        self._ledger = ledger
        self._agenda = agenda
        self._refusals = refusals
        self._post = post
        self._clock = clock
        self._progress = progress
        self._working: set[int] = set()
        self._results: dict[str, Delivery] = {}  # not in the ledger yet
        self._claims: list[Claim] = []  # not answered yet
        self.standing: dict[str, Delivery | None] = {}  # None: it is not to have it any more
        self.troubles: list[str] = []

    def run(self, senders: Sequence[Sender]) -> None:
        """Let the senders work to the end, and store all they tell.

        Where this is interrupted, by Ctrl-C or a store that fails, messages in hand are ended or
        withdrawn, and what became of them is stored as far as it can be. Raises StoreError.
        """
        try:
            for number, sender in enumerate(senders, start=1):
                self._working.add(number)
                # A thread that hangs in the network must not keep the program from ending.
                threading.Thread(target=sender.run, args=(number,), daemon=True).start()
            while self._working:
                self._post.wait()
                self._open_post()
                self._settle()
            while self._results:
                self._settle()
        except BaseException:
            self._wind_up()
            raise

    def _open_post(self) -> None:
        """Deal with what came in. An interruption may have an event dealt with twice."""
        while self._post.box:
            event = self._post.box[0]
            if event.outcome is not None:
                self._note(event.outcome)
            if event.claim is not None and event.claim not in self._claims:
                self._claims.append(event.claim)
            if event.trouble and event.ended in self._working:
                self.troubles.append(event.trouble)
                self._progress.say(f"a connection was given up: {event.trouble}")
            self._working.discard(event.ended)
            self._post.box.popleft()

    def _note(self, outcome: Outcome) -> None:
        told = self._delivery(outcome.address, outcome.status, outcome.detail)
        delivery = self._refusals.weigh(told)
        self._results[delivery.address] = self.standing[delivery.address] = delivery
        for each in self._refusals.believed():
            self._results[each.address] = self.standing[each.address] = each
        if self._refusals.reason:
            self._agenda.stop()
        if not outcome.again:
            self._progress.advance(STAGE)

    def _settle(self) -> None:
        """Store results and claims in one transaction, then answer the claims.

        A refusal that is believed after all is a result as well, in the place of its failure.
        """
        if self._agenda.stopped:
            self._answer(frozenset())
        if not (self._results or self._claims):
            return
        asked = [claim.address for claim in self._claims]
        claims = [self._delivery(a, DeliveryStatus.SENDING) for a in asked]
        held = self._ledger.note(list(self._results.values()), claims, now=self._clock())
        self._results = {}
        self._answer(held)

    def _answer(self, held: frozenset[str]) -> None:
        for claim in self._claims:
            if claim.address not in held and not self._agenda.stopped:
                self.standing[claim.address] = None
            claim.answer(claim.address in held)
        self._claims.clear()

    def _wind_up(self) -> None:
        """End soon: nothing new begins, claims not granted are refused and taken back."""
        self._agenda.stop()
        for claim in self._claims:
            claim.answer(False)
        back = [claim.address for claim in self._claims if not claim.holds()]
        refused = {each: self._delivery(each, _BACK, "stopped before it was sent") for each in back}
        self._claims.clear()
        try:
            self._wait_for_senders()
        finally:
            # What the interruption fell into may be stored or not: rows in flight still lack it.
            rows = self._ledger.deliveries(self._edition_id, self._output)
            in_flight = {row.address for row in rows if row.status is DeliveryStatus.SENDING}
            known = refused | self._results
            self._ledger.note(
                [each for address, each in known.items() if address in in_flight],
                (),
                now=self._clock(),
            )

    def _wait_for_senders(self) -> None:
        for _ in range(round(GRACE / _LOOK)):
            if not self._working:
                return
            self._post.wait(_LOOK)
            self._open_post()
            self._answer(frozenset())
        self._progress.say(
            f"{count(len(self._working), 'connection', 'connections')} did not end in {GRACE:.0f} "
            "seconds: the messages on them are uncertain"
        )

    def _delivery(self, address: str, status: DeliveryStatus, detail: str = "") -> Delivery:
        return Delivery(self._edition_id, self._output, address, status, self._clock(), detail)
