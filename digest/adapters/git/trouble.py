"""What git's failures mean: what to do next, and one sentence for a person."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.adapters.git.command import OLDEST, Done
from digest.adapters.git.remote import Remote
from digest.adapters.git.signs import SIGNS, Kind

__all__ = ["Kind", "Trouble", "explained", "refused_by_hook", "too_old"]

LONGEST = 300  # characters of another program's words that are passed on
_MOST = 16_000  # characters of them that are looked at


class Trouble(Exception):  # noqa: N818 - becomes a DeliveryError at the adapter's edge
    """A git command failed; ``str()`` is the sentence."""

    def __init__(self, kind: Kind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


def explained(
    done: Done, remote: Remote, branch: str, folder: str, *, doing: str = "read"
) -> Trouble:
    """Return what a failed command means. ``doing`` is what was tried with the remote."""
    if trouble := _ended(done, remote):
        return trouble
    text = _bounded(f"{done.out[:_MOST].decode('utf-8', 'replace')}\n{done.words}")
    for phrase, sign in SIGNS:
        if phrase.search(text):
            lock = re.search(r"'([^']*\.lock)'", text)
            sentence = sign.means.format(
                remote=remote.shown,
                path=_ours(text, remote),
                branch=branch,
                folder=folder,
                doing="push to" if doing == "push" else doing,
                lock=lock[1] if lock else "a lock file",
                said=passed_on(done.words, remote) or passed_on(text, remote),
            )
            return Trouble(sign.kind, sentence)
    said = passed_on(text, remote, last=True) or f"git ended with code {done.code}"
    return Trouble(Kind.BROKEN, f"git failed with {remote.shown}: {said}")


def refused_by_hook(done: Done, remote: Remote, names: Sequence[str]) -> Trouble:
    """Return the trouble of a command that a hook on this machine turned down."""
    said = passed_on(done.words, remote) or "it gave no reason"
    hooks = " or ".join(names)
    return Trouble(
        Kind.FINAL,
        f"the hook {hooks} on this machine (core.hooksPath) refuses what goes to "
        f"{remote.shown}: {said}",
    )


def too_old(version: Sequence[int]) -> Trouble | None:
    """Return the trouble with a git of this version, None where it will do."""
    if not version or tuple(version) >= OLDEST:
        return None
    found, needed = ".".join(map(str, version)), ".".join(map(str, OLDEST))
    return Trouble(Kind.FINAL, f"git is too old: this is {found}, and digest needs {needed}")


def _ended(done: Done, remote: Remote) -> Trouble | None:
    if done.ended == "missing":
        return Trouble(
            Kind.FINAL, f"git cannot be started ({done.words.lower()}); install git for this output"
        )
    if done.ended == "timeout":
        return Trouble(
            Kind.FINAL, f"{remote.shown} took too long, and git was stopped; try again later"
        )
    if done.ended == "flood":
        return Trouble(Kind.FINAL, f"{remote.shown} holds more than digest reads of it")
    return None


def _ours(text: str, remote: Remote) -> str:
    """Return the repository that git named as another user's."""
    found = re.search(r"safe\.directory '?([^'\s]+)'?", text)
    return found[1] if found else remote.url


_CONTROL = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|[^\n\t\x20-\x7e\xa0-\U0010ffff]"
)
_USER_INFO = re.compile(r"(://)[^/\s@]*@")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w()-]+)+")
# What tells nothing, or repeats what our own sentence says.
_NOISE = re.compile(
    r"hint:|warning: filtering not|To \S+$|Done$|error: failed to push some refs|"
    r"fatal: Could not read from remote|Please make sure you have the correct access|"
    r"and the repository exists|fatal: the remote end hung up|(?:=\s*)?refs/heads/\S*$|"
    r"remote:\s*$|[-=*#\s]*$"
)


def _bounded(text: str) -> str:
    """Return the beginning and the end of a long text, its lines cut short."""
    if len(text) > _MOST:
        text = f"{text[: _MOST // 2]}\n{text[-_MOST // 2 :]}"
    return "\n".join(line[:1_000] for line in text.replace("\r", "\n").split("\n"))


def passed_on(text: str, remote: Remote, *, last: bool = False) -> str:
    """Return another program's words in one line (or its last), at most LONGEST characters.

    Without control characters, git's hints, credentials and e-mail addresses.
    """
    for secret in remote.secrets:
        text = text.replace(secret, "…")
    text = _bounded(text)
    text = _USER_INFO.sub(r"\1", _CONTROL.sub("", text))
    lines = [line.strip() for line in text.splitlines()]
    own = [
        line.removeprefix("remote:").strip().removeprefix("fatal: ")
        for line in lines
        if not _NOISE.match(line)
    ]
    words = list(dict.fromkeys(line.replace("\t", " ") for line in own if line))
    words = words or [line for line in lines if line][-1:]
    joined = " / ".join(words[-1:] if last else words)
    kept = _ADDRESS.sub(lambda m: m[0] if m[0] in remote.shown else "…", joined)
    return kept if len(kept) <= LONGEST else kept[: LONGEST - 1].rstrip() + "…"
