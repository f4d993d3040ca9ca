"""The private clone: a folder of our own that follows one branch of one remote."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from digest.adapters.git.command import Conduct, Done, Git
from digest.adapters.git.patterns import folders_above
from digest.adapters.git.printed import contents, not_over, parsed
from digest.adapters.git.remote import Remote
from digest.adapters.git.tries import Tries
from digest.adapters.git.trouble import Kind, Trouble, explained, refused_by_hook, too_old
from digest.adapters.git.turn import held

T = TypeVar("T")

_CROWDED = 27  # files in one of 256 folders: about 6,700 loose objects, when git itself tidies up
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules")
_MOST_LISTING = 64_000_000  # bytes of a listing of files: about half a million
_LINE_LOST = re.compile(r"(?m)^(?:fatal|error: RPC failed|send-pack|remote):? ")
_FOLLOWED = "\tfetch = +refs/heads/*:refs/remotes/origin/*\n"  # for a person who pushes by hand
_HOOKS = {"commit": ("pre-commit", "prepare-commit-msg", "commit-msg"), "push": ("pre-push",)}


class Clone:
    """A shallow clone below ``clones``, named by a hash of remote, branch and ``use``.

    A fetch brings the tip and its folders, and no file that is not needed where the server can
    leave them out. The methods raise Trouble; they are called while `turn` is held.
    """

    def __init__(
        self, remote: Remote, branch: str, clones: Path, conduct: Conduct, *, use: str = ""
    ) -> None:
        name = sha256("\0".join((remote.url, branch, use)).encode()).hexdigest()[:16]
        self.folder = Path(os.path.realpath(clones)) / name
        self.mine = f"refs/heads/{branch}"
        self.tip = f"refs/remotes/origin/{branch}"
        self.base = f"refs/digest/{branch}"
        self._remote = remote
        self._branch = branch
        self._conduct = conduct
        self._git = Git(remote, conduct, self.folder)
        self._fewer = use != "state"  # of the state every file is read: leave none out
        self._hash = "sha1"
        self._turn: tuple[int, ...] = ()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the clone alone for the length of a block; wait for other runs, not for ever."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with held(Path(f"{self.folder}.lock"), self._conduct) as handle:
            self._turn = (handle,)
            try:
                yield
            finally:
                self._turn = ()

    def persist(self, action: Callable[[], T], *, keep: bool = False) -> T:
        """Return what ``action`` gives, tried again at a race and when the network failed.

        Where git fails for no known reason the clone is made anew, once; with ``keep`` it is
        left as it is, for it may hold what is nowhere else.
        """
        tries = Tries(self._conduct)
        while True:
            try:
                self._ready()
                return action()
            except Trouble as trouble:
                if not tries.allow(trouble.kind):
                    raise self._known(trouble) from trouble
                if trouble.kind not in (Kind.BROKEN, Kind.OTHER_HASH):
                    tries.pause(trouble.kind)
                elif keep and (trouble.kind is Kind.BROKEN or self.refs().get(self.mine)):
                    raise self._known(trouble) from trouble
                else:
                    self._discard(trouble.kind)

    def _discard(self, kind: Kind) -> None:
        """Throw the clone away; the next will be made so that it does not fail the same way."""
        if kind is Kind.OTHER_HASH:
            self._hash = "sha256" if self._hash == "sha1" else "sha1"
        else:
            self._fewer = False  # perhaps the server cannot give single files later
        _remove(self.folder)

    def _known(self, trouble: Trouble) -> Trouble:
        if trouble.kind is not Kind.BROKEN:
            return trouble
        return too_old(Git(self._remote, self._conduct, None).version()) or trouble

    def _ready(self) -> None:
        """Make the clone where there is none; take away what a killed git left in the way."""
        inside = self.folder / ".git"
        try:
            owner = self.folder.stat().st_uid
        except FileNotFoundError:
            self._make()
            return
        if owner != self._conduct.user():
            raise Trouble(
                Kind.FINAL,
                f"the clone in {self.folder} belongs to another user (“dubious ownership”); run "
                "digest as that user, or delete the folder",
            )
        try:
            if (inside / "HEAD").read_text() != f"ref: refs/heads/{self._branch}\n":
                raise Trouble(Kind.BROKEN, f"the clone in {self.folder} is on another branch")
            if self._remote_setting() not in (inside / "config").read_text():
                raise Trouble(Kind.BROKEN, f"the clone in {self.folder} is of another remote")
        except (OSError, UnicodeDecodeError) as error:
            raise Trouble(Kind.BROKEN, f"the clone in {self.folder} is damaged: {error}") from error
        for stale in (*inside.glob("*.lock"), *inside.glob("refs/**/*.lock")):
            stale.unlink(missing_ok=True)  # no git of ours is alive while we have the turn
        for stale in (*inside.glob("objects/*.lock"), inside / "gc.pid"):
            stale.unlink(missing_ok=True)

    def _remote_setting(self) -> str:
        value = self._remote.url.replace("\\", "\\\\").replace('"', '\\"')
        return f'[remote "origin"]\n\turl = "{value}"\n{_FOLLOWED}'

    def _make(self) -> None:
        """Begin a clone under another name: under its own it is always whole."""
        new = self.folder.with_suffix(".new")
        _remove(new)
        new.mkdir()
        # Not HEAD by --initial-branch: git would refuse names that it takes for options.
        at = Git(self._remote, self._conduct, new)
        self._checked(at.run("init", "--quiet", f"--object-format={self._hash}", keep=self._turn))
        (new / ".git" / "HEAD").write_text(f"ref: refs/heads/{self._branch}\n")
        with (new / ".git" / "config").open("a") as config:
            config.write(f"{self._remote_setting()}[core]\n\tlogAllRefUpdates = false\n")
            config.write("\tsparseCheckout = true\n\tsparseCheckoutCone = false\n")
        new.rename(self.folder)

    def run(self, *words: str, given: bytes = b"", most: int = _MOST_LISTING) -> bytes:
        """Return what a git command printed; raises Trouble."""
        return self._checked(self._git.run(*words, given=given, most=most, keep=self._turn))

    def _checked(self, done: Done, doing: str = "read") -> bytes:
        if done.code == 0 and not done.ended:
            return done.out
        raise explained(done, self._remote, self._branch, str(self.folder), doing=doing)

    def fetch(self) -> bool:
        """Bring the remote's branch here; return whether it has one."""
        fewer = ["--filter=blob:none"] if self._fewer else []
        try:
            self.run(*_FETCH, "--depth=1", *fewer, "origin", f"+{self.mine}:{self.tip}")
        except Trouble as trouble:
            if trouble.kind is not Kind.NO_BRANCH:
                raise
            self.run("update-ref", "-d", self.tip)
            return False
        return True

    def refs(self) -> dict[str, str]:
        """Return the commits that the branch here, the remote's, and the base stand at."""
        form = "--format=%(refname) %(objectname)"
        out = self.run("for-each-ref", form, self.mine, self.tip, self.base).decode()
        return dict(line.split(" ") for line in out.splitlines())

    def settle(self) -> None:
        """Note what a person pushed by hand: it need not be kept any longer."""
        at = self.refs()
        mine = at.get(self.mine)
        if mine and mine == at.get(self.tip) != at.get(self.base):
            self.run("update-ref", self.base, mine)

    def follow(self) -> bool:
        """Set our branch to the remote's, unless it holds commits that were not pushed.

        Returns whether our branch has a commit then. The base is where the branch last followed.
        """
        at = self.refs()
        mine, tip = at.get(self.mine, ""), at.get(self.tip, "")
        if tip and mine in ("", tip, at.get(self.base)):
            moves = f"update {self.mine} {tip}\nupdate {self.base} {tip}\n"
            self.run("update-ref", "--stdin", given=moves.encode())
            return True
        return bool(mine)

    def entries(self, ref: str, paths: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Return mode and object of what stands at these paths and the folders above them."""
        asked = dict.fromkeys(part for path in paths for part in (*folders_above(path), path))
        listed = self.run("ls-tree", "-z", ref, "--", *asked)
        return {path: (mode, name) for mode, name, _, path in parsed(listed) if path in asked}

    def listing(self, ref: str, folder: str = "") -> list[tuple[str, str, int, str]]:
        """Return mode, object, size and path of every file below ``folder``, as `parsed`.

        Sizes are told only where all files are here: asking for one would fetch it.
        """
        sizes = [] if self._fewer else ["--long"]
        return parsed(
            self.run("ls-tree", "-r", "-z", *sizes, ref, *(["--", folder] if folder else []))
        )

    def objects(self, names: Sequence[str], most: int, each: int = 0) -> dict[str, bytes]:
        """Return the contents of files by object name, at most ``most`` bytes together; those of
        more than ``each`` are left out (0: none is).
        """
        if not names:
            return {}
        asked = "".join(f"{name}\n" for name in dict.fromkeys(names)).encode()
        if self._fewer:  # in one go what git would otherwise fetch one by one
            ways = ("--stdin", "--no-write-fetch-head", "--filter=blob:none", "origin")
            self._git.run(
                *("-c", "fetch.negotiationAlgorithm=noop", *_FETCH, *ways),
                given=asked,
                keep=self._turn,
            )  # where the server will not, they are here already, or the next command tells
        if each:
            asked = not_over(each, self.run("cat-file", "--batch-check", given=asked))
        return contents(self.run("cat-file", "--batch", given=asked, most=most))

    def start(self, ref: str) -> None:
        """Make our branch and index those of ``ref`` ("": without any commit).

        No file is checked out: what the remote says of filters has none to be run on.
        """
        inside = self.folder / ".git" / "info"
        inside.mkdir(exist_ok=True)  # the user's own template of a repository may lack it
        (inside / "sparse-checkout").write_bytes(b"")
        if ref:
            self.run("reset", "--quiet", "--hard", ref)
        else:
            self.run("update-ref", "-d", self.mine)
            self.run("read-tree", "--empty")

    def commit(self, message: str) -> bool:
        """Commit what stands in the index, with the user's identity, key and hooks.

        Returns False where nothing had changed.
        """
        plain = "".join(c for c in message if c.isprintable() or c == "\n")
        words = ["commit", "--quiet", "--cleanup=whitespace", f"--message={plain}"]
        done = self._git.run(*words, keep=self._turn)
        if done.code == 0 and not done.ended:
            return True
        if done.code == 1 and not done.ended:  # git's own failures end with 128
            if self._git.run("diff", "--cached", "--quiet", "HEAD").code == 0:
                return False
            if hooks := self._hooks("commit"):
                raise refused_by_hook(done, self._remote, hooks)
        raise explained(done, self._remote, self._branch, str(self.folder))

    def push(self, *words: str) -> None:
        """Push our branch; raises Trouble, a RACE where another writer was faster."""
        done = self._git.run(
            *("push", "--quiet", "--porcelain", "--no-thin", "--recurse-submodules=no", *words),
            *("origin", f"{self.mine}:{self.mine}"),
            keep=self._turn,
        )
        if done.code == 0 and not done.ended:
            return
        answered = b"\n!\t" in b"\n" + done.out or _LINE_LOST.search(done.words)
        if done.code == 1 and not done.ended and not answered and (hooks := self._hooks("push")):
            raise refused_by_hook(done, self._remote, hooks)
        raise explained(done, self._remote, self._branch, str(self.folder), doing="push")

    def _hooks(self, step: str) -> list[str]:
        """Return the names of the hooks on this machine that may have turned a step down."""
        folder = self._git.run("rev-parse", "--git-path", "hooks").out.decode().strip()
        where = self.folder / folder
        return [name for name in _HOOKS[step] if os.access(where / name, os.X_OK)]

    def tidy(self) -> None:
        """Pack up and drop what nothing refers to, once much of it has gathered."""
        with suppress(OSError):
            some = (self.folder / ".git" / "objects" / "17").iterdir()
            if sum(1 for _ in some) > _CROWDED:
                self._git.run("gc", "--quiet", "--prune=now", keep=self._turn)

    def prune(self) -> None:
        """Drop what nothing refers to, now."""
        self._git.run("prune", "--expire=now", keep=self._turn)

    def put(self, files: Mapping[str, bytes]) -> None:
        """Put files into the index, their very bytes: no filter of attributes changes them."""
        lines = ""
        for path, data in files.items():
            name = self.run("hash-object", "-w", "--no-filters", "--stdin", given=data).decode()
            lines += f"100644 {name.strip()}\t{path}\0"
        self.run("update-index", "-z", "--index-info", given=lines.encode())
        names = "".join(f"{path}\0" for path in files).encode()
        self.run("update-index", "--skip-worktree", "-z", "--stdin", given=names)


def _remove(folder: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
