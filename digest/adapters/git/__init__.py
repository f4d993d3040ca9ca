"""Git, through its command line only: editions committed, and a state kept on a branch.

Everything happens in a private clone; the user's own working trees are never touched.
"""

from __future__ import annotations

from digest.adapters.git.branch import GitBranch
from digest.adapters.git.command import Conduct
from digest.adapters.git.output import GitOutput

__all__ = ["Conduct", "GitBranch", "GitOutput"]
