"""What git prints for programs, read."""

from __future__ import annotations

from contextlib import suppress

from digest.adapters.git.trouble import Kind, Trouble


def parsed(listing: bytes) -> list[tuple[str, str, int, str]]:
    """Return mode, object, size (0 where not listed) and path of what ``ls-tree -z`` printed.

    Paths that are not UTF-8 are left out: none of ours is such.
    """
    found = []
    for line in listing.split(b"\0"):
        head, tab, path = line.partition(b"\t")
        words = head.decode("ascii", "replace").split()
        with suppress(UnicodeDecodeError):
            if tab and len(words) >= 3:
                size = int(words[3]) if len(words) > 3 and words[3].isdecimal() else 0
                found.append((words[0], words[2], size, path.decode("utf-8")))
    return found


def not_over(most: int, checked: bytes) -> bytes:
    """Return the names, a line each, of what ``cat-file --batch-check`` found no longer than that.

    What it did not find stays in, for the next command to tell.
    """
    lines = [line.split() for line in checked.splitlines()]
    kept = (line[0] for line in lines if not line[-1].isdigit() or int(line[-1]) <= most)
    return b"".join(name + b"\n" for name in kept)


def contents(batch: bytes) -> dict[str, bytes]:
    """Return the contents by object name in what ``cat-file --batch`` printed."""
    found, at = {}, 0
    while at < len(batch):
        end = batch.index(b"\n", at)
        name, _, size = batch[at:end].decode("ascii", "replace").partition(" ")
        if not size.startswith("blob "):
            raise Trouble(Kind.BROKEN, f"the object {name} of the clone is {size}")
        length = int(size.removeprefix("blob "))
        found[name] = batch[end + 1 : end + 1 + length]
        at = end + 1 + length + 1
    return found
