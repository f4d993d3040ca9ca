"""One connection to a mail server: a message handed over, its end held back until asked for."""

from __future__ import annotations

import re
from collections.abc import Callable

from digest.adapters.smtp.replies import Reply, trouble
from digest.adapters.smtp.session import Session, SessionLost
from digest.core.returns import About
from digest.errors import DeliveryError, MailDeferred, MailError, MailRefused, MailUncertain

_PATH = re.compile(r"[!-;=?-~]{1,320}")  # printable ASCII without blanks and angle brackets
_NO_LINE_END = bytes(set(range(256)) - set(b"\r\n"))  # a translation is the quickest look
_GO_AHEAD = 354  # with the message
_CLOSING = 421
_LAST_WORDS = 1.0  # seconds a server has for them when it hung up


class SmtpConnection:
    """The MailConnection port over SMTP.

    The session is opened anew where it was lost between two messages, after a message that was
    withdrawn, and after ``renew_after`` messages. ``timeout`` is for each step, in seconds.
    """

    def __init__(
        self, open_session: Callable[[], Session], timeout: float, renew_after: int
    ) -> None:
        self._open_session = open_session
        self._timeout = timeout
        self._renew_after = renew_after
        self._session: Session | None = open_session()
        self._served = 0

    def send(self, sender: str, address: str, message: bytes, ready: Callable[[], bool]) -> bool:
        """Hand over one message; return True when the server has taken it.

        All but the end goes out before ``ready`` is asked. Where it says no the connection is
        closed, which withdraws the message (RFC 5321, 3.8). Raises MailDeferred, MailRefused and
        MailUncertain; their texts name no address.
        """
        _refuse_unsendable(sender, address, message)
        hidden = (address, address.rpartition("@")[0])
        session = self._begun(sender, address, len(message), hidden)
        try:
            reply = self._handed_over(session, message, ready, hidden)
        except BaseException:
            self._drop()
            raise
        if reply is None or reply.code == _CLOSING:
            self._drop()
        self._served += 1
        if reply is None or reply.good:
            return reply is not None
        raise trouble(reply, About.MESSAGE, hidden)

    def close(self) -> None:
        """Take leave of the server. A later ``send`` connects again."""
        if self._session is not None:
            self._session.leave()
        self._session = None

    def _drop(self) -> None:
        """Close without a word, so that an unfinished message is no message."""
        if self._session is not None:
            self._session.close()
        self._session = None

    def _begun(self, sender: str, address: str, size: int, hidden: tuple[str, ...]) -> Session:
        """Return a session that waits for the message itself.

        An old session may have been closed meanwhile; then, and only then, a new one is tried.
        """
        if self._served >= self._renew_after:
            self.close()
        if self._session is not None and self._session.spoken():
            self._drop()
        old = self._session
        if old is not None:
            try:
                return self._ask_to_begin(old, sender, address, size, hidden)
            except SessionLost:
                self._drop()
        session = self._reopened()
        try:
            return self._ask_to_begin(session, sender, address, size, hidden)
        except SessionLost as error:
            self._drop()
            raise MailDeferred(f"Nothing was sent: {error}.", code=error.code) from error

    def _reopened(self) -> Session:
        try:
            self._session = self._open_session()
        except DeliveryError as error:  # it worked once, so it may again
            raise MailDeferred(str(error)) from error
        self._served = 0
        return self._session

    def _ask_to_begin(
        self, session: Session, sender: str, address: str, size: int, hidden: tuple[str, ...]
    ) -> Session:
        """Name sender, address and size; raises MailError, and SessionLost."""
        session.allow(self._timeout)
        limit = session.size_limit()
        if limit and size > limit:
            raise MailRefused(
                f"The message has {size} bytes, the server takes no more than {limit}."
            )
        given = f" SIZE={size}" if session.has_extn("size") else ""
        commands = [f"MAIL FROM:<{sender}>{given}", f"RCPT TO:<{address}>", "DATA"]
        replies = _asked(session, commands)
        steps = ((2, About.SENDER), (2, About.RECIPIENT), (3, About.MESSAGE))
        answered = zip(replies, steps, strict=False)
        refused = [(reply, about) for reply, (good, about) in answered if reply.code // 100 != good]
        if not refused:
            if replies[-1].code == _GO_AHEAD:
                return session
            raise SessionLost("the server does not speak SMTP")
        self._back_to_start(session, replies)
        raise trouble(*refused[0], hidden)

    def _back_to_start(self, session: Session, replies: list[Reply]) -> None:
        """Have the server forget what was begun and refused."""
        if replies[-1].code == _GO_AHEAD:
            self._drop()  # it waits for a message to nobody
            return
        try:
            if session.ask("RSET").good:
                return
        except SessionLost:
            pass
        self._drop()

    def _handed_over(
        self,
        session: Session,
        message: bytes,
        ready: Callable[[], bool],
        hidden: tuple[str, ...],
    ) -> Reply | None:
        """Return the server's answer to the whole message, None where it was withdrawn."""
        body, end = _framed(message)
        session.allow(self._timeout)
        try:
            session.send(body)
        except SessionLost as error:
            raise _cut_short(session, error, hidden) from error
        if not ready():
            return None
        if session.spoken():
            raise _cut_short(session, SessionLost("the server closed the connection"), hidden)
        session.allow(5 * self._timeout)
        try:
            session.send(end)
            reply = session.reply()
        except SessionLost as error:
            raise MailUncertain(f"The message may have been delivered: {error}.") from error
        if reply.code // 100 not in (2, 4, 5):
            raise MailUncertain("The message may have been delivered: no clear answer came.")
        return reply


def _asked(session: Session, commands: list[str]) -> list[Reply]:
    """Return the replies, one for each command; without pipelining up to the first that refuses.

    With pipelining (RFC 2920) the commands go out in one write, DATA being the last.
    """
    replies = []
    if session.has_extn("pipelining"):
        session.send("".join(f"{command}\r\n" for command in commands))
    for command in commands:
        reply = session.reply() if session.has_extn("pipelining") else session.ask(command)
        replies.append(_serious(reply))
        if not session.has_extn("pipelining") and reply.code >= 400:
            break
    return replies


def _serious(reply: Reply) -> Reply:
    if reply.code == _CLOSING:
        raise SessionLost("the server closed the connection (421)", code=_CLOSING)
    if reply.code // 100 not in (2, 3, 4, 5):
        raise SessionLost("the server does not speak SMTP")
    return reply


def _cut_short(session: Session, error: SessionLost, hidden: tuple[str, ...]) -> MailError:
    """Return what became of a message whose end was not sent: the server may have said why."""
    try:
        session.allow(_LAST_WORDS)
        reply = session.reply()
    except SessionLost:
        return MailDeferred(f"Nothing was delivered: {error}.", code=error.code)
    if reply.code >= 400 and reply.code != _CLOSING:
        return trouble(reply, About.MESSAGE, hidden)
    return MailDeferred(f"Nothing was delivered: {error}.", code=reply.code)


def _framed(message: bytes) -> tuple[bytes, bytes]:
    """Return the message as DATA carries it (RFC 5321, 4.5.2), and its end."""
    body = message.replace(b"\r\n.", b"\r\n..")
    if body.startswith(b"."):
        body = b"." + body
    return body, b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n"


def _refuse_unsendable(sender: str, address: str, message: bytes) -> None:
    """Raise MailRefused for what could be read as commands, or needs what few servers can."""
    if not (_PATH.fullmatch(address) and "@" in address):
        raise MailRefused("The address is not one SMTP can name.", address_at_fault=True)
    if sender and not _PATH.fullmatch(sender):
        raise MailRefused("The sender’s address is not one SMTP can name.")
    ends = message.translate(None, _NO_LINE_END)
    if not message.isascii() or ends != b"\r\n" * (len(ends) // 2):
        raise MailRefused("The message is not ASCII with CRLF at the end of each line.")
