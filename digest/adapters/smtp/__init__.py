"""A mail server, spoken to in SMTP, and the signature that mail goes out with."""

from digest.adapters.smtp.server import SmtpServer
from digest.adapters.smtp.signing import Signer

__all__ = ["Signer", "SmtpServer"]
