"""The e-mail output and the mailbox behind it, filled from a Config."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from datetime import datetime
from email.utils import formataddr

from digest.adapters import dns, machine
from digest.adapters.mailbox import FolderMailbox, ImapMailbox
from digest.adapters.smtp import Signer, SmtpServer
from digest.adapters.store import SqlStore
from digest.app.parts import templates_of
from digest.config import BounceSettings, Config, DkimSettings, EmailOutputSettings, Named
from digest.core.addresses import domain, tagged
from digest.errors import DeliveryError
from digest.mailroom import collect
from digest.models import Edition, Recipient
from digest.models.readers import ANY_TOKEN
from digest.ports import Mailbox, Progress
from digest.render.email import Footer, left_out, subject, weight
from digest.render.mime import Letter, MailHeadings, compose
from digest.render.templates import Templates
from digest.sending import EmailOutput


def mails_of(config: Config) -> list[EmailOutputSettings]:
    """Return the configured e-mail outputs."""
    return [o for o in config.outputs if isinstance(o, EmailOutputSettings)]


def footer_of(config: Config, mail: EmailOutputSettings) -> Footer:
    """Return what a mail's footer says: how to leave, and the sender's postal address."""
    return Footer(
        unsubscribe_url=mail.unsubscribe(config.base_url),
        unsubscribe_mail=_unsubscribe_mail(mail),
        postal_address=mail.postal_address,
    )


def pasted_footer(config: Config) -> Footer:
    """Return the footer of a mail that is pasted elsewhere: no token, but a service's placeholder.

    It is the first e-mail output's, and empty where there is none.
    """
    mails = mails_of(config)
    if not mails:
        return Footer()
    return Footer(mails[0].placeholder, "", mails[0].postal_address)


def _unsubscribe_mail(mail: EmailOutputSettings) -> str:
    return tagged(mail.bounces.address, f"unsubscribe-{ANY_TOKEN}") if mail.bounces else ""


def email_output(
    config: Config,
    mail: EmailOutputSettings,
    store: SqlStore,
    progress: Progress,
    *,
    resend_uncertain: bool = False,
) -> EmailOutput:
    """Return an e-mail output, which asks nothing of the network before it delivers."""
    return EmailOutput(
        name=mail.name,
        server=server_of(mail),
        server_name=mail.smtp.host,
        ledger=store,
        compose=_composer(config, mail),
        bounce_sender=functools.partial(_bounce_sender, mail),
        progress=progress,
        clock=machine.utc_now,
        monotonic=time.monotonic,
        sleep=time.sleep,
        random=random.random,
        addresses=mail.to or None,
        rate=mail.rate,
        connections=mail.smtp.connections,
        collect=_collector(mail, store),
        resend_uncertain=resend_uncertain,
        sign=_signing(mail),
        look=functools.partial(_look, config, mail),
    )


def _look(config: Config, mail: EmailOutputSettings, edition: Edition, html: str) -> str:
    """Return what is to be known of a mail's size: that it is large, and what was left out."""
    return large(edition, html, templates_of(config), footer_of(config, mail))


def large(edition: Edition, html: str, templates: Templates, footer: Footer) -> str:
    """Return a word on a mail that is large, or lost something to stay small; "" on another."""
    return " ".join(filter(None, (weight(html), left_out(edition, templates, footer))))


def server_of(mail: EmailOutputSettings) -> SmtpServer:
    """Return the mail server an output sends through."""
    smtp = mail.smtp
    return SmtpServer(
        smtp.host,
        smtp.port,
        smtp.tls,
        smtp.user or "",
        smtp.password.get_secret_value() if smtp.password else "",
        timeout=smtp.timeout.total_seconds(),
        output=mail.name,
    )


def _composer(config: Config, mail: EmailOutputSettings) -> Callable[..., Letter]:
    headings = MailHeadings(
        sender=_shown(mail.sender),
        reply_to=_shown(mail.reply_to) if mail.reply_to else "",
        list_id=f"{config.title} <{mail.list_name}>",
        unsubscribe_url=mail.unsubscribe(config.base_url),
        unsubscribe_mail=_unsubscribe_mail(mail),
    )

    def made(edition: Edition, html: str, text: str, *, test: bool) -> Letter:
        if mail.to_readers and not test and not mail.can_be_left(config.base_url):
            raise DeliveryError(
                mail.name,
                f"the placeholder {mail.placeholder} is for pasting the mail elsewhere: to send to "
                "stored readers set `web.base_url` or `bounces`, so that they can unsubscribe",
            )
        mark = "[Test] " if test else ""
        return compose(
            subject=mark + subject(edition),
            text=text,
            html=html,
            headings=headings,
            date=machine.utc_now(),
            edition_id=f"{edition.id}-test" if test else edition.id,
        )

    return made


def _shown(named: Named) -> str:
    return formataddr((named.name, named.address)) if named.name else named.address


def _bounce_sender(mail: EmailOutputSettings, recipient: Recipient) -> str:
    """Return the envelope's sender: with a mailbox for bounces it tells who they are about."""
    if mail.bounces is None:
        return mail.sender.address
    return tagged(mail.bounces.address, recipient.token)


def _signer(mail: EmailOutputSettings, dkim: DkimSettings) -> Signer:
    key = f"outputs.{mail.name}.dkim"
    return Signer(dkim.domain, dkim.selector, dkim.key.get_secret_value(), key=key)


def _signing(mail: EmailOutputSettings) -> Callable[[bytes], bytes] | None:
    """Return what signs a message; the key is read with the first."""
    dkim = mail.dkim
    if dkim is None:
        return None
    signer = functools.cache(lambda: _signer(mail, dkim))
    return lambda message: signer().sign(message)


def signs(mail: EmailOutputSettings) -> str:
    """Return that the key can sign, in a sentence; raises ConfigError where it cannot."""
    dkim = mail.dkim
    assert dkim is not None  # noqa: S101 (the caller asks only where there is one)
    _signer(mail, dkim)
    return f"the key {dkim.selector} of {dkim.domain} can sign"


def mailbox_of(bounces: BounceSettings) -> ImapMailbox | FolderMailbox:
    """Return the mailbox that bounces and unsubscribe mails arrive in."""
    if bounces.imap is None:
        assert bounces.dir is not None  # noqa: S101 (the configuration has one of the two)
        return FolderMailbox(bounces.dir)
    imap = bounces.imap
    return ImapMailbox(
        imap.host, imap.port, imap.tls, imap.user, imap.password.get_secret_value(), imap.folder
    )


def _collector(mail: EmailOutputSettings, store: SqlStore) -> Callable[[], str] | None:
    """Return what reads the mailbox before anything is sent, and says what is wrong with it."""
    if mail.bounces is None:
        return None
    mailbox: Mailbox = mailbox_of(mail.bounces)
    address = mail.bounces.address

    def read() -> str:
        found = collect(mailbox, store, own_address=address, now=machine.utc_now())
        return "; ".join(found.troubles)

    return read


def collect_mail(config: Config, store: SqlStore, now: datetime) -> list[str]:
    """Read every mailbox for bounces; return what there is to say, in sentences."""
    told: dict[str, None] = {}
    read = set()
    for mail in mails_of(config):
        if mail.bounces is None or mail.bounces in read:
            continue
        read.add(mail.bounces)
        address = mail.bounces.address
        found = collect(mailbox_of(mail.bounces), store, own_address=address, now=now)
        if found.read:
            told[found.sentence()] = None
        told.update(dict.fromkeys(found.troubles))
    return list(told)


def sender_domain(mail: EmailOutputSettings) -> list[dns.Finding]:
    """Return what DNS says of the domain that mail comes from."""
    return dns.sender_domain(
        domain(mail.sender.address),
        mail.dkim.selector if mail.dkim else "",
        signing_domain=mail.dkim.domain if mail.dkim else "",
        bounce_domain=domain(mail.bounces.address) if mail.bounces else "",
    )
