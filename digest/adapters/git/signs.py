"""The signs of git's failures in what it prints: what each means, and what may help.

The phrases are git's own in English (LC_ALL=C), curl's, ssh's and those of the large hosts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What may help."""

    RACE = "another writer was faster: fetch and try again"
    LOCKED = "the remote is locked: try again, not often"
    PASSING = "the network or the server: try again a little later"
    NO_BRANCH = "the remote lacks the branch"
    OTHER_HASH = "the remote names its objects otherwise: make the clone anew, once"
    BROKEN = "nothing known; perhaps the clone: make it anew, once"
    FINAL = "only a person can help"


@dataclass(frozen=True, slots=True)
class Sign:
    """A phrase and what it means; {said} stands for the other side's own words."""

    phrase: str
    kind: Kind
    means: str


def disk_full(folder: str, said: str) -> str:
    """Return the sentence for a disk of ours that is full."""
    return f"the disk with the clone in {folder} is full; make room: {said}"


_DISK = r"No space left on device|Disk quota exceeded|File too large"
_TABLE = (
    Sign(
        r"mismatched algorithms|does not support this repository's hash algorithm",
        Kind.OTHER_HASH,
        "this git cannot read the kind of hash {remote} uses; use a newer git: {said}",
    ),
    # The remote's disk is told by lines that begin with "remote:"; git says the rest itself.
    Sign(
        rf"(?m)^(?:remote: .*|error: remote unpack failed: .*)(?:{_DISK})",
        Kind.FINAL,
        "the disk of {remote} is full: {said}",
    ),
    Sign(_DISK, Kind.FINAL, disk_full("{folder}", "{said}")),
    # Whom the commit is by, and its signature
    Sign(
        r"Please tell me who you are|empty ident name|unable to auto-detect email|"
        r"no email was given|no name was given|identity unknown|user\.useConfigOnly",
        Kind.FINAL,
        "git does not know whom the commits for {remote} are by; set it with git config --global "
        "user.name and user.email, or by GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_COMMITTER_NAME "
        "and GIT_COMMITTER_EMAIL",
    ),
    Sign(
        r"gpg failed to sign|failed to sign the data|gpg\.ssh\.\w+ |user\.signing[kK]ey needs|"
        r"cannot run gpg|Couldn't load public key|Load key ",
        Kind.FINAL,
        "the commit for {remote} could not be signed; see that the key of user.signingKey can be "
        "used without a passphrase being asked, or set commit.gpgSign to false: {said}",
    ),
    # Whose the folder is
    Sign(
        r"dubious ownership|unsafe repository",
        Kind.FINAL,
        "{remote} belongs to another user, and git will not use it (“dubious ownership”); run "
        "digest as its owner, or trust it with: git config --global --add safe.directory {path}",
    ),
    # The push was turned down
    Sign(
        r"GH006|GH013|protected branch|repository rule violations|TF402455|"
        r"Permission denied to update branch|denying non-fast-forward|denying ref deletion",
        Kind.FINAL,
        "the branch {branch} of {remote} is protected; let this user push to it, or choose "
        "another branch: {said}",
    ),
    Sign(
        r"\(stale info\)",
        Kind.FINAL,
        "another run saved to {branch} of {remote} meanwhile; nothing was overwritten",
    ),
    Sign(
        r"\((?:fetch first|non-fast-forward|incorrect old value provided)\)|"
        r"is at [0-9a-f]{40,64} but expected|reference already exists",
        Kind.RACE,
        "other writers to {branch} of {remote} were faster every time; try again later",
    ),
    Sign(
        r"(?:cannot lock ref|Unable to create|unable to create).*\.lock'?: File exists",
        Kind.LOCKED,
        "{remote} is locked: another git is at work there, or one died and left {lock}; where "
        "none is at work, delete that file",
    ),
    Sign(
        r"branch is currently checked out|refusing to update checked out branch",
        Kind.FINAL,
        "{remote} is not bare and has {branch} checked out, so it takes no push; use a bare "
        "repository or another branch there, or set receive.denyCurrentBranch to updateInstead "
        "in it",
    ),
    Sign(
        r"shallow update not allowed",
        Kind.FINAL,
        "{remote} takes no commits from a clone without history (“shallow update not allowed”): "
        "what they stand on is missing there; see whether {branch} was removed meanwhile, and "
        "deliver again",
    ),
    Sign(
        r"exceeds (?:GitHub's|the) (?:file size|maximum)|GH001|larger than the maximum",
        Kind.FINAL,
        "{remote} refuses files of that size: {said}",
    ),
    # Rights
    Sign(
        r"not allowed to push code|Permission to \S+ denied|Write access to repository not "
        r"granted|marked as read only|not allowed to upload code|returned error: 403|"
        r"insufficient permission for adding|service not enabled|"
        r"unable to create temporary object directory|"
        r"unpack failed: unpack-objects abnormal exit|Unauthorized.*push",
        Kind.FINAL,
        "this user may not {doing} {remote}; give it the right, or use other credentials: {said}",
    ),
    Sign(
        r"\((?:pre-receive hook|hook|update hook) declined\)|push declined",
        Kind.FINAL,
        "a hook of {remote} refuses the commit: {said}",
    ),
    # Credentials
    Sign(
        r"Authentication failed|could not read (?:Username|Password)|Invalid username or|"
        r"terminal prompts disabled|HTTP Basic: Access denied|returned error: 401",
        Kind.FINAL,
        "{remote} does not accept the credentials, or there are none; see to the user and token "
        "in the address or in git's credential helper (digest never asks): {said}",
    ),
    Sign(
        r"Permission denied \(|Too many authentication failures|sign_and_send_pubkey",
        Kind.FINAL,
        "{remote} does not accept the ssh key; see that a key it knows is in the ssh agent or "
        "needs no passphrase (digest never asks): {said}",
    ),
    Sign(
        r"Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED",
        Kind.FINAL,
        "the ssh host key of {remote} is unknown or has changed; connect once by hand and check "
        "it: {said}",
    ),
    Sign(
        r"SSL certificate|certificate verif|SSL peer certificate|server certificate|CAfile",
        Kind.FINAL,
        "the certificate of {remote} cannot be trusted: {said}",
    ),
    # Nobody there, or not that one
    Sign(
        r"does not appear to be a git repository|Repository not found|repository '.*' not found|"
        r"project you were looking for could not be found|returned error: 404|"
        r"does not exist or you",
        Kind.FINAL,
        "there is no git repository at {remote}, or this user may not see it; check the address, "
        "or create it: {said}",
    ),
    Sign(r"couldn't find remote ref", Kind.NO_BRANCH, "{remote} has no branch {branch}"),
    Sign(
        r"Unable to find remote helper|transport '.*' not allowed|unsupported protocol|"
        r"Protocol .* not supported",
        Kind.FINAL,
        "git cannot speak to {remote}; use https, ssh or a path: {said}",
    ),
    Sign(
        r"Could not resolve|Couldn't connect|Failed to connect|Connection (?:refused|reset|timed|"
        r"closed)|No route to host|Network is unreachable|Operation timed out|early EOF|"
        r"Empty reply|hung up unexpectedly|unexpected disconnect|returned error: (?:429|5\d\d)|"
        r"Temporary failure|Operation too slow|RPC failed|CONNECT tunnel failed|from proxy|"
        r"kex_exchange_identification|bad line length|expected flush",
        Kind.PASSING,
        "{remote} cannot be reached: {said}",
    ),
)
SIGNS = tuple((re.compile(sign.phrase), sign) for sign in _TABLE)
