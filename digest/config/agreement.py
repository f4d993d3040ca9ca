"""What is wrong with settings that are each right: clashing outputs, mail not to be sent so."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import date, timedelta

from digest.config.complaints import Complaint
from digest.config.email import BounceSettings, EmailOutputSettings, ImapSettings, SmtpSettings
from digest.config.mailvalues import is_local
from digest.config.models import EmbeddingSettings
from digest.config.outputs import GitOutputSettings, MarkdownOutputSettings, OutputSettings
from digest.config.schema import Config
from digest.config.yamlfile import Place

_MONDAYS = tuple(date(2026, 1, 5) + timedelta(weeks=n) for n in (0, 51))


def disagreements(config: Config) -> Iterator[Complaint]:
    """Yield a complaint for each output that clashes with another or lacks what it needs."""
    if config.embeddings is not None:
        yield from _embeddings(config.embeddings)
    yield from _same_files(config)
    mails = [(n, o) for n, o in enumerate(config.outputs) if isinstance(o, EmailOutputSettings)]
    yield from _same_mails(mails)
    for n, mail in mails:
        place: Place = ("outputs", n)
        yield from _login((*place, "smtp"), mail.smtp)
        if mail.bounces:
            yield from _bounces((*place, "bounces"), mail.bounces)
        yield from _twice(place, mail)
        if mail.to_readers:
            yield from _manners(place, mail, config)


def _embeddings(chosen: EmbeddingSettings) -> Iterator[Complaint]:
    place: Place = ("embeddings",)
    if chosen.path and chosen.base_url:
        yield Complaint(place, "has both path and base_url; keep one of the two")
    if chosen.base_url and not chosen.model:
        yield Complaint((*place, "model"), "is missing; expected the model’s name at that server")
    for key in ("model", "api_key"):
        if getattr(chosen, key) and not chosen.base_url:
            yield Complaint((*place, key), "is of use only with base_url, which is missing")


def _same_files(config: Config) -> Iterator[Complaint]:
    first: dict[Hashable, int] = {}
    for n, output in enumerate(config.outputs):
        for file in _files(output, config.edition.name):
            other = first.setdefault(file, n)
            if other != n:
                yield Complaint(("outputs", n), f"writes the same file as outputs[{other}]")
                break
        if isinstance(output, MarkdownOutputSettings | GitOutputSettings) and output.weekly:
            daily = output.path if isinstance(output, GitOutputSettings) else output.pattern
            if any(
                daily.format(date=day, name=config.edition.name)
                == output.weekly.format(date=day, name=config.edition.name)
                for day in _MONDAYS
            ):
                yield Complaint(("outputs", n, "weekly"), "names the same file as the edition's")


def _files(output: OutputSettings, name: str) -> list[Hashable]:
    """Return what tells the files that an output writes from those of others."""
    if isinstance(output, EmailOutputSettings):
        return []
    if isinstance(output, GitOutputSettings):
        where: Hashable = (output.remote, output.branch)
        patterns = [output.path, output.weekly]
    else:
        where = output.dir
        patterns = [output.pattern]
        if isinstance(output, MarkdownOutputSettings):
            patterns.append(output.weekly)
    return [
        (where, *(pattern.format(date=day, name=name) for day in _MONDAYS))
        for pattern in patterns
        if pattern
    ]


def _same_mails(mails: list[tuple[int, EmailOutputSettings]]) -> Iterator[Complaint]:
    names: dict[str, int] = {}
    readers: list[int] = []
    for n, mail in mails:
        other = names.setdefault(mail.name, n)
        if other != n:
            yield Complaint(
                ("outputs", n, "name"),
                f"is {mail.name}, as that of outputs[{other}]; give each e-mail a name of its own",
            )
        if mail.to_readers:
            readers.append(n)
    for n in readers[1:]:
        yield Complaint(
            ("outputs", n),
            f"goes to the stored readers, as outputs[{readers[0]}] does, and each would get two; "
            "keep one, or give one a list with `to`",
        )


def _login(place: Place, server: SmtpSettings | ImapSettings) -> Iterator[Complaint]:
    if server.password and not server.user:
        yield Complaint((*place, "user"), "is missing; a password needs a name to log in with")
    if server.user and not server.password:
        yield Complaint((*place, "password"), "is missing; a name to log in with needs one")
    if server.password and server.tls == "none" and not is_local(server.host):
        yield Complaint(
            (*place, "tls"),
            "is none, which would send the password readable; expected starttls or tls",
        )
    if (server.port, server.tls) in ((465, "starttls"), (993, "starttls")):
        yield Complaint(
            (*place, "tls"), f"is starttls, but port {server.port} begins with TLS; expected tls"
        )


def _bounces(place: Place, bounces: BounceSettings) -> Iterator[Complaint]:
    if (bounces.imap is None) == (bounces.dir is None):
        given = "both imap and dir" if bounces.imap else "neither imap nor dir"
        yield Complaint(place, f"has {given}; expected one of the two")
    if bounces.imap:
        yield from _login((*place, "imap"), bounces.imap)


def _twice(place: Place, mail: EmailOutputSettings) -> Iterator[Complaint]:
    first: dict[str, int] = {}
    for n, address in enumerate(mail.to):
        other = first.setdefault(address, n)
        if other != n:
            yield Complaint((*place, "to", n), f"is the same address as to[{other}]; keep one")


def _manners(place: Place, mail: EmailOutputSettings, config: Config) -> Iterator[Complaint]:
    """Yield what mail to stored readers must have and this has not."""
    if not mail.postal_address:
        yield Complaint(
            (*place, "postal_address"),
            "is missing; mail to stored readers must say where its sender can be written to",
        )
    # A placeholder alone is for those who paste the mail at a provider; it is asked for again
    # before mail is sent from here.
    if not (mail.can_be_left(config.base_url) or mail.placeholder):
        yield Complaint(
            place,
            "gives stored readers no way to unsubscribe; set web.base_url (and run `digest serve`),"
            " or bounces (a mailbox for their mails), or unsubscribe_url (a page of your own)",
        )
