"""Files are written whole or not at all, and where they belong."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from digest.adapters import files
from digest.errors import ConfigError, DeliveryError, RenderError
from tests.command import left_behind
from tests.sample_edition import empty


def test_a_file_is_written_once_and_left_alone_when_it_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    assert files.write(path, "Grüße\n") is True
    written = path.stat()
    assert path.read_bytes() == "Grüße\n".encode()
    assert files.write(path, "Grüße\n") is False
    assert path.stat().st_mtime_ns == written.st_mtime_ns
    assert files.write(path, "new") is True
    assert path.read_text() == "new"
    assert left_behind(tmp_path) == []


def test_a_new_file_has_the_rights_a_user_expects(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write(tmp_path / "x", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o640


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="directory"):
        files.write(tmp_path / "folder", "x")
    (tmp_path / "file").write_text("old")
    with pytest.raises(OSError, match="directory"):
        files.write(tmp_path / "file" / "below", "x")
    assert (tmp_path / "file").read_text() == "old"
    assert left_behind(tmp_path) == []


def test_own_templates_take_the_place_of_ours_one_by_one(tmp_path: Path) -> None:
    ours = files.load_templates(None)
    assert {"edition.md", "edition.html", "topic.md", "topic.txt"} <= set(ours)
    (tmp_path / "topic.md").write_text("mine", encoding="utf-8")
    (tmp_path / ".hidden").write_text("an editor’s own", encoding="utf-8")
    (tmp_path / "old").mkdir()
    assert files.load_templates(tmp_path) == {**ours, "topic.md": "mine"}


def test_own_templates_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere does not exist"):
        files.load_templates(tmp_path / "nowhere")
    (tmp_path / "topic.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RenderError, match=r"topic\.md cannot be read: it is not UTF-8 text"):
        files.load_templates(tmp_path)
    (tmp_path / "topic.md").unlink()
    (tmp_path / "topic.md").symlink_to(tmp_path / "gone")
    with pytest.raises(RenderError, match=r"topic\.md cannot be read: no such file or directory"):
        files.load_templates(tmp_path)
    (tmp_path / "topic.md").unlink()
    (tmp_path / "topics.md").write_text("x")
    with pytest.raises(ConfigError, match=r"topics\.md takes no template’s place; the names are"):
        files.load_templates(tmp_path)


def test_an_output_s_path_tells_the_day(tmp_path: Path) -> None:
    output = files.FileOutput("json", tmp_path, "{date:%Y/%m}/{date}-{name}.json")
    result = output.deliver(empty(), {"json": "{}"})
    day: date = empty().date
    written = tmp_path / f"{day:%Y/%m}" / f"{day}-{empty().name}.json"
    assert (result.status, result.target) == ("done", str(written))
    assert written.read_text() == "{}"
    assert output.deliver(empty(), {"json": "{}"}).status == "unchanged"


@pytest.mark.parametrize("path", ["../outside.md", "link/outside.md"])
def test_an_output_stays_in_its_folder(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    with pytest.raises(DeliveryError, match="lies outside"):
        files.FileOutput("markdown", folder, path).deliver(empty(), {"markdown": "x"})
    assert not (tmp_path / "outside.md").exists()
