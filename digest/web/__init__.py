"""What `digest serve` answers over HTTP."""

from digest.web.server import Server
from digest.web.unsubscribe import application, page_maker

__all__ = ["Server", "application", "page_maker"]
