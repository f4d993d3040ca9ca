"""Editions committed to a branch of a repository."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from errno import EDQUOT, EFBIG, ENOSPC
from hashlib import sha1, sha256
from pathlib import Path
from typing import TypeVar

from digest.adapters.git import patterns
from digest.adapters.git.clone import Clone
from digest.adapters.git.command import Conduct, Git
from digest.adapters.git.remote import Remote, bare, parse
from digest.adapters.git.signs import disk_full
from digest.adapters.git.trouble import Kind, Trouble, explained, too_old
from digest.core.formats import ENDINGS, format_of
from digest.core.names import is_branch_name
from digest.core.rollup import monday_of
from digest.errors import ConfigError, DeliveryError
from digest.models import Edition, OutputResult

T = TypeVar("T")

MOST_BYTES = 100_000_000  # GitHub refuses larger files
_CONDUCT = Conduct()
_LONGEST_READ = 8_000_000  # bytes of one edition read back; it has some 60,000


class GitOutput:
    """An edition as one file of one format, committed and pushed (ports Output and Publication).

    ``path`` is a pattern as a file output's; its ending says the format. ``weekly`` is one for
    the rendering "weekly", committed along when there is one. ``message`` may also hold
    ``{title}`` and ``{stories}``. ``remote`` is a URL, ``user@host:path`` or a path below
    ``base``. Without ``push`` the commits stay in the clone below ``clones``.
    """

    kind = "git"

    def __init__(
        self,
        remote: str,
        branch: str,
        path: str,
        *,
        push: bool,
        message: str,
        clones: Path,
        weekly: str = "",
        base: Path = Path(),
        conduct: Conduct = _CONDUCT,
    ) -> None:
        form = format_of(path)
        if form is None:
            listed = ", ".join(f".{ending}" for ending in ENDINGS.values())
            raise ConfigError(f"outputs: the path {path} should end in one of {listed}")
        self.formats = (form, "weekly") if weekly else (form,)
        self._remote = parse(remote, base)
        self.target = f"{self._remote.shown} {branch}:{path}"
        self.key = f"git:{bare(remote)}#{branch}:{path}"
        self._branch = branch
        self._paths = {form: path, **({"weekly": weekly} if weekly else {})}
        self._message = message
        self._push = push
        self._conduct = conduct
        use = "" if push else "held"
        self._clone = Clone(self._remote, branch, clones, conduct, use=use)

    def deliver(self, edition: Edition, rendered: Mapping[str, str]) -> OutputResult:
        """Commit the files and push; ``unchanged`` where the branch held the very bytes."""
        self._usable()
        files = self._files(edition, rendered)
        message = self._filled(self._message, edition)
        if not message.strip():
            raise DeliveryError(self.kind, "the commit message is empty; give the output a message")
        changed = self._done(lambda: self._land(files, message))
        where = f"{self._remote.shown} {self._branch}:{next(iter(files))}"
        if changed and not self._push:
            detail = f"committed in {self._clone.folder}, not pushed"
            return OutputResult(self.kind, where, "done", detail)
        return OutputResult(self.kind, where, "done" if changed else "unchanged")

    def _files(self, edition: Edition, rendered: Mapping[str, str]) -> dict[str, bytes]:
        files = {}
        for form, pattern in self._paths.items():
            day = edition.date
            if form == "weekly":
                day = monday_of(day)
                if not rendered.get(form):
                    continue  # a week without news has no roll-up
            path = self._filled(pattern, edition, day)
            if problem := patterns.path_problem(path):
                raise DeliveryError(self.kind, problem)
            files[path] = rendered[form].encode("utf-8", "replace")
        if problem := oversize(files):
            raise DeliveryError(self.kind, problem)
        return files

    def _filled(self, pattern: str, edition: Edition, day: date | None = None) -> str:
        try:
            return patterns.filled(pattern, edition, day)
        except ValueError as error:
            raise DeliveryError(self.kind, f"outputs: {error}") from error

    def _land(self, files: Mapping[str, bytes], message: str) -> bool:
        """Return whether a commit was needed; it is then pushed, or kept without ``push``."""
        clone = self._clone
        if not self._push:
            clone.settle()
        there = clone.fetch()
        ours = clone.tip if self._push else clone.mine
        start = ours if (there if self._push else clone.follow()) else ""
        if start and _same(clone, start, files, self._remote.shown):
            return False
        clone.start(start)
        clone.put(files)
        if not clone.commit(message):
            return False
        if self._push:
            clone.push()
        clone.tidy()
        return True

    def published(self, most: int) -> list[str]:
        """Return the texts of the newest ``most`` editions on the remote's branch, newest first.

        Those that are too large for an edition are left out; [] where the remote has no such
        branch. Raises DeliveryError.
        """
        self._usable()
        return self._done(lambda: self._read(most))

    def _read(self, most: int) -> list[str]:
        clone = self._clone
        if not clone.fetch():
            return []
        pattern = next(iter(self._paths.values()))
        folder = patterns.fixed_folder(pattern)
        listed = clone.listing(clone.tip, folder)
        names = {path: name for mode, name, _, path in listed if mode.startswith("100")}
        chosen = patterns.newest(pattern, names, most)
        objects = [names[path] for path in chosen]
        found = clone.objects(objects, most * (_LONGEST_READ + 100), each=_LONGEST_READ)
        return [found[name].decode("utf-8", "replace") for name in objects if name in found]

    def check(self) -> str:
        """Return one sentence that the remote answers, or raise DeliveryError. Clones nothing."""
        self._usable()
        return checked(self._remote, self._branch, self._conduct)

    def _usable(self) -> None:
        usable(self._remote, self._branch)

    def _done(self, action: Callable[[], T]) -> T:
        return in_turn(self._clone, action, keep=not self._push)


def _same(clone: Clone, start: str, files: Mapping[str, bytes], shown: str) -> bool:
    """Return whether the branch holds these very files; refuse paths that others lie across."""
    found = clone.entries(start, files)
    for path, (mode, _) in found.items():
        if mode == "120000" or (path in files) != mode.startswith("100"):
            what = {"120000": "a symbolic link", "160000": "a submodule", "040000": "a folder"}
            raise Trouble(
                Kind.FINAL,
                f"{path} in {shown} is {what.get(mode, 'a file')}, so the edition is not written "
                "there; choose another path",
            )
    return all(
        path in found and found[path] == ("100644", blob_name(data, len(found[path][1])))
        for path, data in files.items()
    )


def blob_name(data: bytes, length: int) -> str:
    """Return the name git gives a file's content, in a repository with names of this length."""
    algorithm = sha256 if length == 64 else sha1
    return algorithm(b"blob %d\0" % len(data) + data).hexdigest()


def oversize(files: Mapping[str, bytes]) -> str:
    """Return which file is too large to be pushed, in a sentence, or ""."""
    for path, data in files.items():
        if len(data) > MOST_BYTES:
            size = len(data) // 1_000_000
            return f"{path} has {size} MB; GitHub and others refuse files over 100 MB"
    return ""


def usable(remote: Remote, branch: str) -> None:
    """Raise DeliveryError where the address or the branch can never work."""
    if remote.problem:
        shown = remote.shown or "an empty text"
        raise DeliveryError("git", f"{shown} is no address of a git repository: {remote.problem}")
    if not is_branch_name(branch):
        raise DeliveryError("git", f"{branch!r} is no name for a branch; choose one such as main")


def in_turn(clone: Clone, action: Callable[[], T], *, keep: bool = False) -> T:
    """Return what ``action`` gives while the clone is ours alone; raises DeliveryError."""
    try:
        with clone.turn():
            return clone.persist(action, keep=keep)
    except Trouble as trouble:
        raise DeliveryError("git", str(trouble)) from trouble
    except OSError as error:
        words = (error.strerror or str(error)).lower()
        sentence = f"the clone in {clone.folder} cannot be used: {words}"
        if error.errno in (ENOSPC, EDQUOT, EFBIG):
            sentence = disk_full(str(clone.folder), words)
        raise DeliveryError("git", sentence) from error


def checked(remote: Remote, branch: str, conduct: Conduct) -> str:
    """Return a sentence that the remote answers and git knows who commits."""
    git = Git(remote, conduct, None)
    try:
        version = git.version()
        if old := too_old(version):
            raise old
        done = git.run("ls-remote", "--quiet", remote.url, f"refs/heads/{branch}")
        if done.code or done.ended:
            raise explained(done, remote, branch, "")
        known = git.run("var", "GIT_COMMITTER_IDENT")
        if known.code or known.ended:
            raise explained(known, remote, branch, "")
    except Trouble as trouble:
        raise DeliveryError("git", str(trouble)) from trouble
    found = re.match(rb"[0-9a-f]{40,64}", done.out)
    if not found:
        return f"{remote.shown} answers; the branch {branch} is yet to be made"
    return f"{remote.shown} answers; {branch} is at {found[0][:10].decode()}"
