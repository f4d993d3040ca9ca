"""A branch of a few text files without history, written as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from digest.adapters.git import patterns
from digest.adapters.git.clone import Clone
from digest.adapters.git.command import Conduct
from digest.adapters.git.output import checked, in_turn, oversize, usable
from digest.adapters.git.remote import parse
from digest.errors import DeliveryError

_CONDUCT = Conduct()
_MOST_READ = 100_000_000  # bytes of all files together; a state has at most 64 million letters
_MOST_FILES = 10_000


class GitBranch:
    """A branch whose one commit holds a few text files (port Branch).

    ``remote``, ``clones`` and ``base`` are as an output's.
    """

    def __init__(
        self,
        remote: str,
        branch: str,
        *,
        clones: Path,
        base: Path = Path(),
        conduct: Conduct = _CONDUCT,
        most: int = _MOST_READ,
    ) -> None:
        self._most = most
        self._remote = parse(remote, base)
        self._branch = branch
        self._conduct = conduct
        self._clone = Clone(self._remote, branch, clones, conduct, use="state")
        self._seen: tuple[str, dict[str, bytes] | None] | None = None

    @property
    def target(self) -> str:
        """Return where the files are, for a person."""
        return f"{self._remote.shown} {self._branch}"

    def read(self) -> dict[str, str] | None:
        """Return the files by path, None where the remote has no such branch."""
        usable(self._remote, self._branch)
        self._seen = in_turn(self._clone, self._look)
        files = self._seen[1]
        if files is None:
            return None
        return {path: data.decode("utf-8", "replace") for path, data in files.items()}

    def _look(self) -> tuple[str, dict[str, bytes] | None]:
        clone = self._clone
        if not clone.fetch():
            return "", None
        commit = clone.refs()[clone.tip]
        listed = [entry for entry in clone.listing(commit) if entry[0].startswith("100")]
        if len(listed) > _MOST_FILES or sum(size for _, _, size, _ in listed) > self._most:
            what = f"{self._branch} of {self._remote.shown}"
            raise DeliveryError(
                "git", f"{what} holds more than a saved state; is it the right branch?"
            )
        found = clone.objects([name for _, name, _, _ in listed], self._most + 1_000_000)
        return commit, {path: found[name] for _, name, _, path in listed}

    def write(self, files: Mapping[str, str], message: str) -> bool:
        """Make these the branch's files, in one commit without a parent, and push it.

        Returns False where they were. Another commit on the branch than the one `read` saw (or
        this call, without a read) raises DeliveryError; nothing is overwritten then.
        """
        usable(self._remote, self._branch)
        data = {path: text.encode("utf-8", "replace") for path, text in files.items()}
        if problem := next(filter(None, map(patterns.path_problem, data)), "") or oversize(data):
            raise DeliveryError("git", problem)
        if self._seen is None:
            self.read()
        seen, before = self._seen or ("", None)
        if before == data:
            return False
        self._seen = (in_turn(self._clone, lambda: self._save(data, message, seen)), data)
        return True

    def _save(self, data: Mapping[str, bytes], message: str, seen: str) -> str:
        clone = self._clone
        clone.start("")
        clone.put(data)
        clone.commit(message)
        clone.push(f"--force-with-lease={clone.mine}:{seen}")
        commit = clone.refs()[clone.mine]
        clone.prune()
        return commit

    def check(self) -> str:
        """Return one sentence that the remote answers, or raise DeliveryError. Clones nothing."""
        usable(self._remote, self._branch)
        return checked(self._remote, self._branch, self._conduct)
