"""Where bounces and unsubscribe mails arrive: an IMAP mailbox, or a folder of messages."""

from digest.adapters.mailbox.folder import FolderMailbox
from digest.adapters.mailbox.imap import ImapMailbox

__all__ = ["FolderMailbox", "ImapMailbox"]
