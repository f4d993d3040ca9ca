"""A signature that tells the reader's mail server who answers for a message (DKIM, RFC 6376)."""

from __future__ import annotations

import base64
import binascii
import re

from digest.errors import ConfigError, MailRefused

# RFC 8058 wants the two List headers signed. The second From forbids that one is added later.
_SIGNED = (
    "From",
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
)
_FEWEST_BITS = 1024  # RFC 8301

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


class Signer:
    """Signs messages for ``domain`` with the key whose public half is in DNS under ``selector``.

    ``key_text`` is an RSA private key in PEM form (PKCS #1 or #8). Raises ConfigError, at
    ``key``, where it is not, or where the library that signs is not installed.
    """

    def __init__(self, domain: str, selector: str, key_text: str, *, key: str = "dkim") -> None:
        try:
            import dkim
        except ImportError as error:
            raise ConfigError(
                f"{key}: signing needs one more library: pip install 'dkimpy>=1.1.8,<2'", key=key
            ) from error
        for what, name in (("domain", domain), ("selector", selector)):
            if not _NAME.fullmatch(name):
                raise ConfigError(f"{key}.{what}: {name!r} is no name in DNS", key=f"{key}.{what}")
        self._domain = domain.encode()
        self._selector = selector.encode()
        self._pem = _checked(key_text, f"{key}.key_file")
        self._signed = [name.lower().encode() for name in _SIGNED]
        self._sign = dkim.sign
        self._trouble = dkim.DKIMException

    def sign(self, message: bytes) -> bytes:
        """Return the message with its signature in front: rsa-sha256, relaxed/relaxed.

        ``message`` has CRLF at the end of each line. Raises MailRefused where it is none.
        """
        there = _headings(message)
        try:
            signature = self._sign(
                message,
                self._selector,
                self._domain,
                self._pem,
                canonicalize=(b"relaxed", b"relaxed"),
                signature_algorithm=b"rsa-sha256",
                include_headers=[name for name in self._signed if name in there],
                linesep=b"\r\n",
            )
        except self._trouble as error:
            raise MailRefused(f"The message cannot be signed: {error}") from error
        return bytes(signature) + message


def _headings(message: bytes) -> set[bytes]:
    """Return the names of the message's headings, in lower case."""
    lines = message.partition(b"\r\n\r\n")[0].split(b"\r\n")
    return {line.partition(b":")[0].strip().lower() for line in lines if line[:1] not in b" \t"}


def _checked(text: str, key: str) -> bytes:
    """Return the key in the one form the library reads; raises ConfigError."""
    from dkim.crypto import UnparsableKeyError, parse_private_key

    match = _PEM.search(text)
    if match is None:
        raise ConfigError(f"{key}: it holds no key in PEM form (-----BEGIN …-----)", key=key)
    kind, inside = match[1], match[2].strip()
    if "ENCRYPTED" in kind or "ENCRYPTED" in inside:
        raise ConfigError(
            f"{key}: the key has a passphrase; take it off with openssl rsa -in … -out …", key=key
        )
    if "PRIVATE KEY" not in kind:
        raise ConfigError(f"{key}: it holds a {kind.lower()}, not a private key", key=key)
    try:
        der = base64.b64decode("".join(inside.split()), validate=True)
        bits = parse_private_key(der)["modulus"].bit_length()
    except (binascii.Error, UnparsableKeyError, ValueError, IndexError, TypeError) as error:
        raise ConfigError(
            f"{key}: it is not an RSA key; make one with openssl genrsa 2048", key=key
        ) from error
    if bits < _FEWEST_BITS:
        raise ConfigError(
            f"{key}: the key has {bits} bits, fewer than {_FEWEST_BITS} are not accepted; "
            "make one with openssl genrsa 2048",
            key=key,
        )
    return (
        b"-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(der) + b"\n-----END PRIVATE KEY-----\n"
    )
