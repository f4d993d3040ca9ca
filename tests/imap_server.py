"""A real IMAP server (Dovecot) in a folder of its own, on ports of loopback."""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

USER = "bounces"
PASSWORD = 'päss word "quoted" \\ 1'  # everything a quoted string trips over

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
{roles}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{folder}/mail
mail_fsync = never
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
ssl_dh =
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = {mechanisms}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""

# Root has to leave the greeting of strangers to a user without rights; any other user is all
# that there is, and may not lock itself up.
_ROOT = "default_internal_user = dovecot\ndefault_login_user = dovenull"
_ROOTLESS = """\
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class ImapServer:
    """A context manager; ``mail`` is the Maildir behind INBOX, ``authority`` the CA's file.

    Its folder is beside those of the tests: Dovecot reads mail as another user than root, who
    could not reach into them.
    """

    def __init__(self, *, mechanisms: str = "plain login") -> None:
        self.folder = folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.mail = folder / "mail"
        self.authority = folder / "server.pem"
        self.plain_port, self.tls_port = _free_ports()
        self._mechanisms = mechanisms
        self._process: subprocess.Popen[bytes] | None = None
        self._delivered = 0
        self._owner = "nobody" if os.getuid() == 0 else ""

    def __enter__(self) -> ImapServer:
        for name in ("new", "cur", "tmp"):
            (self.mail / name).mkdir(parents=True, exist_ok=True)
        _make_certificate(self.folder)
        (self.folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
        config = self.folder / "dovecot.conf"
        user = self._owner or getpass.getuser()
        group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
        self.folder.chmod(0o755)
        for folder in (self.mail, *self.mail.iterdir()):
            self._give_away(folder)
        rootless = _ROOTLESS.format(user=user, group=group)
        config.write_text(
            _CONFIG.format(
                folder=self.folder,
                user=user,
                group=group,
                roles=_ROOT if self._owner else rootless,
                mechanisms=self._mechanisms,
                plain_port=self.plain_port,
                tls_port=self.tls_port,
            ),
            encoding="utf-8",
        )
        program = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program is not None
        self._process = subprocess.Popen([program, "-F", "-c", config])
        try:
            self._wait_for_greeting()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def deliver(self, message: bytes, *, folder: str = "") -> None:
        """Put a message into INBOX, or into a folder by its name as IMAP spells it."""
        maildir = self.mail / f".{folder}" if folder else self.mail
        for name in ("", "new", "cur", "tmp"):
            if not (maildir / name).exists():
                (maildir / name).mkdir()
                self._give_away(maildir / name)
        self._delivered += 1
        file = maildir / "tmp" / f"{self._delivered:05}.test"
        file.write_bytes(message)
        file.rename(maildir / "new" / file.name)

    def files(self) -> list[str]:
        """Return the names of INBOX's messages, flags included."""
        return [file.name for name in ("new", "cur") for file in (self.mail / name).iterdir()]

    def empty(self) -> None:
        """Take every message away."""
        for file in [*self.mail.glob("new/*"), *self.mail.glob("cur/*")]:
            file.unlink()

    def _give_away(self, folder: Path) -> None:
        """Let the server's user write in a folder."""
        if self._owner:
            shutil.chown(folder, self._owner)

    def _wait_for_greeting(self) -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.plain_port), 5) as connection:
                    if connection.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                pass
            time.sleep(0.02)
        log = self.folder / "dovecot.log"
        raise AssertionError(log.read_text() if log.exists() else "Dovecot did not start")


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _make_certificate(folder: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", folder / "server.key", "-out", folder / "server.pem"),
        ],
        check=True,
        capture_output=True,
    )
