"""The import contracts of pyproject.toml hold, and each is seen failing when it is broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the package that may be spoilt."""
    unwanted = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(ROOT / "digest", tmp_path / "digest", ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, timeout=60
    )


def test_every_contract_is_kept(tree: Path) -> None:
    done = lint(tree)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Contracts: 6 kept, 0 broken." in done.stdout


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("Rooms know only the rooms below them", "models", "import digest.pipeline"),
        ("Rooms know only the rooms below them", "core/text", "import digest.world"),
        ("Rooms know only the rooms below them", "adapters/files", "import digest.config"),
        ("Rooms know only the rooms below them", "helpers", "x = 1"),
        ("Core and render touch no world", "core/text", "import httpx"),
        ("Core and render touch no world", "core/text", "from time import monotonic"),
        ("Core and render touch no world", "core/ranking", "def f():\n    import os.path"),
        ("Core and render touch no world", "render/markdown", "from pathlib import Path"),
        ("Core and render touch no world", "render/page", "from digest.config import Config"),
        ("Stages do not know each other", "core/stories", "from digest.core import ranking"),
        ("Stages do not know each other", "core/memory", "import digest.core.edition"),
        ("Adapters do not know each other", "adapters/files", "from digest.adapters import llm"),
        (
            "The run goes through ports, never to an adapter",
            "pipeline",
            "import digest.adapters.http",
        ),
        ("The run goes through ports, never to an adapter", "gathering", "import httpx"),
        ("Only app names adapters", "cli", "from digest.adapters import files"),
    ],
)
def test_a_broken_contract_is_named(tree: Path, contract: str, module: str, line: str) -> None:
    with (tree / "digest" / f"{module}.py").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    done = lint(tree)
    assert done.returncode == 1
    assert f"{contract} BROKEN" in done.stdout
