"""What tests share."""

from __future__ import annotations

import io
import os
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from digest import app
from digest.newsroom.server import Newsroom
from digest.render.templates import Templates
from digest.terminal import PlainProgress
from tests.command import END, Days, configure

HERE = Path(__file__).parent

Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew-golden", action="store_true", help="write tests/golden anew instead of comparing"
    )


def pytest_configure() -> None:
    """Hear Ctrl-C also where the run was started in the background, which ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with the file of that name in tests/golden."""
    renew = bool(request.config.getoption("--renew-golden"))

    def compare(name: str, text: str) -> None:
        file = HERE / "golden" / name
        if renew:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        assert text == file.read_text(encoding="utf-8"), f"{name} changed: see --renew-golden"

    return compare


@pytest.fixture(scope="session")
def templates() -> Templates:
    """Our own templates."""
    folder = HERE.parent / "templates"
    return Templates({file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()})


@pytest.fixture(scope="session")
def three_days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    """The newsroom, still serving its third day, and the store and editions of its three days."""
    folder = tmp_path_factory.mktemp("three-days")
    with Newsroom(END) as newsroom:
        config = app.read_config(configure(folder, newsroom))
        reports = []
        for moment in newsroom.runs():
            newsroom.show(moment)
            silent = PlainProgress(io.StringIO())
            run = app.run_edition(config, now=moment, progress=silent, out=folder / "out")
            reports.append(run.report)
        yield Days(newsroom, folder, tuple(reports))


@pytest.fixture
def desk(three_days: Days, tmp_path: Path) -> Path:
    """A folder of one's own with the configuration, store and editions of the three days."""
    folder = tmp_path / "desk"
    shutil.copytree(three_days.folder, folder)
    return folder


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI, fail a run that skipped for a reason tests/expected_skips.txt does not list."""
    if not os.environ.get("CI") or hasattr(session.config, "workerinput"):
        return  # of the processes that share the tests, the one that counts them judges
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None
    unexpected = sorted(set(_unexpected_skips(reporter.stats.get("skipped", []))))
    if unexpected:
        reporter.write_line("\nSkipped, and not listed in tests/expected_skips.txt:")
        reporter.write_line("\n".join(f"  {line}" for line in unexpected))
        if session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _unexpected_skips(reports: Iterable[pytest.TestReport]) -> Iterator[str]:
    lines = (HERE / "expected_skips.txt").read_text(encoding="utf-8").splitlines()
    expected = [line for line in lines if line and not line.startswith("#")]
    for report in reports:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        reason = reason.removeprefix("Skipped: ")
        if not any(fnmatchcase(reason, pattern) for pattern in expected):
            yield f"{report.nodeid}: {reason}"


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of real data beside the repository, or DIGEST_SHARED; without it, a skip."""
    folder = Path(os.environ.get("DIGEST_SHARED") or HERE.parent.parent / "shared")
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the real data, and {folder}/data is not there (set DIGEST_SHARED)")
    return folder


@pytest.fixture(scope="session")
def minilm(shared_dir: Path) -> Path:
    """The folder of the real embedding model, where what runs it is installed."""
    pytest.importorskip("fastembed", reason="fastembed is not installed here")
    return shared_dir / "models" / "all-MiniLM-L6-v2"
