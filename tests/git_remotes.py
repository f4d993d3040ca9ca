"""Real git repositories for tests: in folders, and behind git's own HTTP server with a password."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from digest.adapters.git import Conduct, GitBranch, GitOutput
from digest.models import Edition
from tests.sample_edition import empty

USER, PASSWORD = "writer", "s3cret/tok:en"


@dataclass
class Workshop:
    """A home folder with a git identity, repositories below it, and outputs to them."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    program: str = "git"
    limit: float = 30.0
    patience: float = 20.0
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        settings = "[user]\n\tname = An Editor\n\temail = editor@example.org\n"
        (self.folder / ".gitconfig").write_text(settings)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            **self.variables,
        }

    def git(self, *words: str, at: Path | None = None, given: str = "") -> str:
        """Run git as a person would, and return what it printed."""
        done = subprocess.run(
            ["git", *words],
            cwd=at or self.folder,
            env=self.environment,
            input=given,
            text=True,
            capture_output=True,
            check=True,
        )
        return done.stdout

    def bare(self, name: str = "remote.git") -> Path:
        path = self.folder / name
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(path))
        return path

    def fill(self, remote: Path, files: Mapping[str, str], message: str = "By hand") -> None:
        """Add a commit to the remote's main branch with these files besides those it has."""
        here = self.folder / "by-hand"
        if not here.exists():
            self.git("clone", "--quiet", str(remote), str(here))
        self.git("pull", "--quiet", "origin", "main", at=here) if self.log(remote) else None
        for name, text in files.items():
            (here / name).parent.mkdir(parents=True, exist_ok=True)
            (here / name).write_text(text)
        self.git("add", "--all", at=here)
        self.git("commit", "--quiet", "--message", message, at=here)
        self.git("push", "--quiet", "origin", "HEAD:main", at=here)

    def log(self, remote: Path, branch: str = "main") -> list[str]:
        """Return the subjects of the branch's commits, newest first."""
        if not self.git("branch", "--list", branch, at=remote):
            return []
        return self.git("log", "--format=%s", branch, at=remote).splitlines()

    def files(self, remote: Path, branch: str = "main") -> dict[str, str]:
        names = self.git("ls-tree", "-r", "-z", "--name-only", branch, at=remote).split("\0")
        return {name: self.git("show", f"{branch}:{name}", at=remote) for name in names if name}

    def rest(self, seconds: float) -> None:
        """Note a pause that was asked for, and make a short one."""
        self.slept.append(seconds)
        time.sleep(min(seconds, 0.01))

    def conduct(self) -> Conduct:
        return Conduct(
            program=self.program,
            environment=lambda: self.environment,
            limit=self.limit,
            patience=self.patience,
            sleep=self.rest,
        )

    def output(
        self,
        remote: str | Path,
        *,
        branch: str = "main",
        path: str = "digests/{date:%Y/%m}/{date}.md",
        push: bool = True,
        message: str = "Digest {date}",
        clones: str = "clones",
        weekly: str = "",
        conduct: Conduct | None = None,
    ) -> GitOutput:
        return GitOutput(
            str(remote),
            branch,
            path,
            push=push,
            message=message,
            clones=self.folder / clones,
            weekly=weekly,
            base=self.folder,
            conduct=conduct or self.conduct(),
        )

    def state(
        self, remote: str | Path, *, clones: str = "clones", most: int = 100_000_000
    ) -> GitBranch:
        return GitBranch(
            str(remote),
            "digest-state",
            clones=self.folder / clones,
            base=self.folder,
            conduct=self.conduct(),
            most=most,
        )

    def script(self, name: str, text: str) -> Path:
        """Write a program; return its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path


def day(number: int) -> Edition:
    """Return an edition ``number`` days after 14 March 2026."""
    first = empty()
    date = first.date + timedelta(number)
    return replace(first, date=date, id=f"{first.name}-{date}")


@contextmanager
def serving(
    folder: Path, *, answer: Mapping[str, int] | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Serve the repositories in a folder over HTTP to USER with PASSWORD, by git http-backend.

    Gives the address and the requests so far ("GET /x.git/… user"). ``answer`` gives the
    requests of which a path is a part another status.
    """
    asked: list[str] = []
    backend = Path(subprocess.check_output(["git", "--exec-path"], text=True).strip())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def log_message(self, format: str, *words: object) -> None:  # noqa: A002 - its name there
            pass

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", "0")))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _serve(self) -> None:
            body = self._body()
            scheme, _, token = self.headers.get("Authorization", "").partition(" ")
            given = base64.b64decode(token).decode() if scheme == "Basic" else ""
            asked.append(f"{self.command} {self.path} {given.partition(':')[0]}")
            path, _, query = self.path.partition("?")
            odd = [status for part, status in (answer or {}).items() if part in self.path]
            if odd:
                self.send_error(odd[0])
            elif given != f"{USER}:{PASSWORD}":
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._backend(path, query, body)

        def _backend(self, path: str, query: str, body: bytes) -> None:
            done = subprocess.run(
                [str(backend / "git-http-backend")],
                input=body,
                capture_output=True,
                check=True,
                env={
                    "PATH": os.environ["PATH"],
                    "GIT_PROJECT_ROOT": str(folder),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                    "PATH_INFO": path,
                    "QUERY_STRING": query,
                    "REMOTE_USER": USER,
                    "REQUEST_METHOD": self.command,
                    "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                    "CONTENT_LENGTH": str(len(body)),
                },
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()
