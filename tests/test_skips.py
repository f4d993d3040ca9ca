"""The rule of conftest: in CI a skip that nobody expected fails the run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent


def run(folder: Path, reason: str, ci: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(HERE / "conftest.py", folder)
    shutil.copy(HERE / "expected_skips.txt", folder)
    (folder / "test_one.py").write_text(
        f"import pytest\ndef test_one(): pytest.skip({reason!r})\ndef test_two(): pass\n"
    )
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."],
        cwd=folder,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("reason", "ci", "passes"),
    [
        ("no browser here", "true", False),
        ("no browser here", "", True),
        ("needs ../shared/data", "true", True),
    ],
)
def test_a_skip_passes_where_it_is_expected(
    tmp_path: Path, reason: str, ci: str, passes: bool
) -> None:
    done = run(tmp_path, reason, ci)
    assert (done.returncode == 0) is passes, done.stdout
    assert ("test_one: no browser here" in done.stdout) is not passes


def test_ci_tells_make_that_it_is_ci() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "export CI=true" in script
    assert script.rstrip().endswith("exec make test </dev/null")
