"""What is shipped: locks that fit everywhere, a wheel and an sdist that hold all they need."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-test.lock")


def locked(name: str) -> dict[str, list[tuple[Requirement, int]]]:
    """Return a lock's pins by project, each with its number of hashes."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found: dict[str, list[tuple[Requirement, int]]] = {}
    for block in re.split(r"\n(?=[a-z0-9])", text):
        first = Requirement(block.splitlines()[0].removesuffix("\\").strip())
        found.setdefault(first.name, []).append((first, block.count("--hash=sha256:")))
    return found


def wanted() -> dict[str, list[Requirement]]:
    """Return what pyproject.toml asks each lock for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    return {
        "requirements.lock": [
            Requirement(r) for r in project["project"]["dependencies"] + groups["build"]
        ],
        "requirements-test.lock": [Requirement(r) for r in groups["test"]],
    }


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_pins_what_the_project_asks_for(name: str) -> None:
    pins = locked(name)
    for requirement in wanted()[name]:
        project = re.sub(r"[-_.]+", "-", requirement.name).lower()
        assert project in pins, f"{project} is not locked: make lock"
        for pin, _ in pins[project]:
            version = str(pin.specifier).removeprefix("==")
            assert requirement.specifier.contains(version), f"{pin}: make lock"


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_is_exact_and_hashed(name: str) -> None:
    for pins in locked(name).values():
        for pin, hashes in pins:
            assert re.fullmatch(r"==[0-9][0-9a-z.]*", str(pin.specifier)), pin
            assert hashes, pin


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_names_no_index_and_no_folder(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash)", text, re.MULTILINE)
    assert not re.search(r"(^|\s)[~.]?/", text)


def test_the_locks_agree() -> None:
    run, test = (locked(name) for name in LOCKS)
    for project in run.keys() & test.keys():
        assert {str(pin.specifier) for pin, _ in test[project]} <= {
            str(pin.specifier) for pin, _ in run[project]
        }


@pytest.mark.parametrize("project", ["lxml", "numpy", "scipy", "pydantic-core"])
def test_compiled_packages_are_locked_for_all_platforms(project: str) -> None:
    # Three Pythons on Linux and macOS, Intel and ARM: twelve wheels at least, unless one wheel
    # serves several Pythons.
    assert sum(hashes for _, hashes in locked("requirements.lock")[project]) >= 12


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel made from the working tree."""
    folder = tmp_path_factory.mktemp("dist")
    build(ROOT, folder, "-t", "sdist", "-t", "wheel")
    return folder


def build(source: Path, target: Path, *kinds: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(target), *kinds],
        cwd=source,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def in_wheel(folder: Path) -> dict[str, bytes]:
    (wheel,) = folder.glob("ai_news_digest-*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def files(folder: str) -> dict[str, bytes]:
    """Return a folder's files by path from the root; caches left out."""
    return {
        str(path.relative_to(ROOT)): path.read_bytes()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_package_templates_and_configuration(built: Path) -> None:
    wheel = in_wheel(built)
    expected = files("digest") | {
        f"digest/{name}": body for name, body in files("templates").items()
    }
    expected["digest/config.yaml"] = (ROOT / "config.yaml").read_bytes()
    assert any(name.startswith("digest/newsroom/articles/") for name in expected)
    assert {name: wheel.get(name) == body for name, body in expected.items()} == dict.fromkeys(
        expected, True
    )
    others = {name for name in wheel.keys() - expected.keys() if ".dist-info/" not in name}
    assert others == set()


def test_the_wheel_gives_the_command_and_the_licence(built: Path) -> None:
    wheel = in_wheel(built)
    info = next(name for name in wheel if name.endswith(".dist-info/METADATA")).rpartition("/")[0]
    assert b"digest = digest.cli:main" in wheel[f"{info}/entry_points.txt"]
    assert wheel[f"{info}/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    metadata = wheel[f"{info}/METADATA"].decode()
    assert "\nName: ai-news-digest\n" in metadata
    assert "\nRequires-Python: >=3.11\n" in metadata
    # Test and build tools are nobody's dependency.
    assert not re.search(r"^Requires-Dist: (pytest|mypy|ruff|hatchling)", metadata, re.MULTILINE)


def test_the_sdist_builds_the_same_wheel(built: Path, tmp_path: Path) -> None:
    (sdist,) = built.glob("ai_news_digest-*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    shipped = ("Makefile", ".ci/setup", ".ci/run", "config.yaml", "CHANGELOG.md", *LOCKS)
    assert [name for name in shipped if not (source / name).is_file()] == []
    again = tmp_path / "again"
    build(source, again, "-t", "wheel")
    assert in_wheel(again) == in_wheel(built)
