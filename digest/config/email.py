"""How an edition is mailed: the server, who gets it, how they leave, where bounces go."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from digest.config import mailvalues, values
from digest.config.section import Duration, Folder, Section, Whole
from digest.core.addresses import domain
from digest.models.readers import ANY_TOKEN

Host = Annotated[str, AfterValidator(values.host)]
Port = Annotated[Whole, Field(ge=1, le=65_535)]
Address = Annotated[str, AfterValidator(mailvalues.address)]
Encryption = Literal["starttls", "tls", "none"]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=2_000)]
User = Annotated[str, AfterValidator(values.one_line), Field(min_length=1, max_length=200)]

_HOST = "a host name, such as smtp.example.org"
_PORT = "a whole number from 1 to 65535"
_ENCRYPTION = "starttls, tls or none"
_USER = "the name to log in with"
_PASSWORD = "text that is not empty, best as ${NAME} or password_file"  # noqa: S105


class SmtpSettings(Section):
    """The server that takes the mail. Its port and encryption follow from each other."""

    host: Host = Field(description=_HOST)
    port: Port = Field(default=587, description=_PORT)
    tls: Encryption = Field(default="starttls", description=_ENCRYPTION)
    user: User | None = Field(default=None, description=_USER)
    password: Secret | None = Field(default=None, description=_PASSWORD)
    connections: Whole = Field(default=4, ge=1, le=50, description="a whole number from 1 to 50")
    timeout: Duration = Field(
        default=timedelta(seconds=60),
        ge=timedelta(seconds=1),
        le=timedelta(minutes=10),
        description='a duration from 1s to 10m, such as "60s"',
    )

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        return _with_port(given, {"starttls": 587, "tls": 465, "none": 25}, implied="tls")


class ImapSettings(Section):
    """The mailbox that bounces and unsubscribe mails arrive in."""

    host: Host = Field(description="a host name, such as imap.example.org")
    port: Port = Field(default=993, description=_PORT)
    tls: Encryption = Field(default="tls", description=_ENCRYPTION)
    user: User = Field(description=_USER)
    password: Secret = Field(description=_PASSWORD)
    folder: Annotated[str, AfterValidator(values.one_line)] = Field(
        default="INBOX", min_length=1, max_length=200, description="a folder, such as INBOX"
    )

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        return _with_port(given, {"tls": 993, "starttls": 143, "none": 143}, implied="starttls")


class BounceSettings(Section):
    """Where mail that cannot be delivered returns to, and how it is read."""

    address: Annotated[str, AfterValidator(mailvalues.bounce_address)] = Field(
        description="an e-mail address whose server takes marks, such as bounces@example.org"
    )
    imap: ImapSettings | None = Field(
        default=None, description="a mapping with host, user and password"
    )
    dir: Folder | None = Field(default=None, description="a folder of messages, one a file")


class DkimSettings(Section):
    """The key that signs the mail, where the server does not sign it."""

    domain: Annotated[str, AfterValidator(mailvalues.labels)] = Field(
        description="a domain, such as example.org"
    )
    selector: Annotated[str, AfterValidator(mailvalues.selector)] = Field(
        description="the key's name in DNS, such as digest"
    )
    key: Annotated[SecretStr, BeforeValidator(mailvalues.pem)] = Field(
        description="a private key in PEM form, best as key_file"
    )


class EmailOutputSettings(Section):
    """Mail to the store's readers, or to a fixed list."""

    kind: Literal["email"] = Field(description="email")
    name: str = Field(
        default="email",
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=40,
        description="lower-case letters, digits and single dashes, such as team",
    )
    smtp: SmtpSettings = Field(description="a mapping such as {host: smtp.example.org}")
    sender: Annotated[mailvalues.Named, BeforeValidator(mailvalues.named)] = Field(
        alias="from", description='a name and address, such as "AI Digest <digest@example.org>"'
    )
    reply_to: Annotated[mailvalues.Named, BeforeValidator(mailvalues.named)] | None = Field(
        default=None, description="an e-mail address, with a name or without"
    )
    to: tuple[Address, ...] = Field(default=(), description="a list of e-mail addresses")
    rate: Annotated[float | None, BeforeValidator(mailvalues.rate)] = Field(
        default=10.0, description="messages a second, up to 10000, or off for no limit"
    )
    postal_address: Annotated[str, AfterValidator(mailvalues.lines)] = Field(
        default="", max_length=500, description="the sender's postal address, up to 500 letters"
    )
    unsubscribe_url: Annotated[str, AfterValidator(mailvalues.unsubscribe_url)] | None = Field(
        default=None,
        description="an http or https address that holds {token}, or a provider's placeholder",
    )
    bounces: BounceSettings | None = Field(
        default=None, description="a mapping with address, and imap or dir"
    )
    list_id: Annotated[str, AfterValidator(mailvalues.labels)] | None = Field(
        default=None, description="a name for the list, such as digest.example.org"
    )
    dkim: DkimSettings | None = Field(
        default=None, description="a mapping with domain, selector and key_file"
    )

    @property
    def to_readers(self) -> bool:
        """Does it go to the store's readers, and not to a fixed list?"""
        return not self.to

    @property
    def list_name(self) -> str:
        """Return ``list_id``, or without one the sender's address with a dot for its @."""
        if self.list_id:
            return self.list_id
        local = self.sender.address.rpartition("@")[0]
        plain = "".join(c if c.isalnum() else "-" for c in local).strip("-") or "digest"
        return f"{plain}.{domain(self.sender.address)}"

    @property
    def placeholder(self) -> str:
        """Return the ``unsubscribe_url`` that a provider fills in, "" where it is an address.

        It is for mail that is pasted there. In mail of our own it leads nowhere.
        """
        given = self.unsubscribe_url or ""
        return "" if mailvalues.is_web(given) else given

    def unsubscribe(self, base_url: str | None) -> str:
        """Return the address where a reader unsubscribes, "" for none; never a placeholder.

        ANY_TOKEN stands for the reader's token. ``base_url`` is this program's own, where its
        server can be reached.
        """
        if self.unsubscribe_url and not self.placeholder:
            return self.unsubscribe_url.replace(mailvalues.TOKEN, ANY_TOKEN)
        return f"{base_url}/unsubscribe/{ANY_TOKEN}" if base_url else ""

    def can_be_left(self, base_url: str | None) -> bool:
        """Has mail that this program sends a way to unsubscribe, by a page or by mail?"""
        return bool(self.unsubscribe(base_url) or self.bounces)


def _with_port(given: Any, ports: dict[str, int], *, implied: str) -> Any:
    """Return the mapping with what is left out: the port of an encryption, or the encryption.

    ``ports`` has the usual encryption first; ``implied`` is the one its port stands for alone.
    """
    if not isinstance(given, dict):
        return given
    told, port = given.get("tls"), given.get("port")
    if told is None:
        told = implied if str(port) == str(ports[implied]) else next(iter(ports))
    if port is None and isinstance(told, str):
        port = ports.get(told)
    return {**given, "tls": told, **({} if port is None else {"port": port})}
