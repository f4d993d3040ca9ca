"""Editions land on a branch once, whoever else writes there and whenever a run is killed."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from digest.adapters.git import GitOutput
from digest.adapters.git.patterns import newest
from digest.adapters.git.remote import bare, parse
from digest.errors import DeliveryError
from digest.models import Edition
from tests.git_remotes import PASSWORD, USER, Workshop, day, serving

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed here")

PATH = "digests/2026/03/2026-03-14.md"
ROOT = Path(__file__).parent.parent


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path / "home")


def test_the_first_edition_begins_the_branch_of_an_empty_repository(shop: Workshop) -> None:
    remote = shop.bare()
    result = shop.output(remote).deliver(day(0), {"markdown": "Grüße\n"})
    assert (result.kind, result.status) == ("git", "done")
    assert result.target == f"{remote} main:{PATH}"
    assert shop.files(remote) == {PATH: "Grüße\n"}
    assert shop.log(remote) == ["Digest 2026-03-14"]
    who = shop.git("log", "-1", "--format=%an %ae %cn", "main", at=remote)
    assert who == "An Editor editor@example.org An Editor\n"


def test_later_editions_stand_on_the_ones_before_and_leave_other_files_alone(
    shop: Workshop,
) -> None:
    remote = shop.bare()
    shop.fill(remote, {"README.md": "hello\n", "digests/index.md": "index\n", "a b/ü.txt": "x\n"})
    output = shop.output(remote)
    output.deliver(day(0), {"markdown": "one\n"})
    shop.fill(remote, {"README.md": "changed meanwhile\n"})
    output.deliver(day(1), {"markdown": "two\n"})
    assert shop.files(remote)["README.md"] == "changed meanwhile\n"
    assert len(shop.files(remote)) == 5
    subjects = ["Digest 2026-03-15", "By hand", "Digest 2026-03-14", "By hand"]
    assert shop.log(remote) == subjects
    assert {line[:6] for line in shop.git("ls-tree", "-r", "main", at=remote).splitlines()} == {
        "100644"
    }


def test_the_same_edition_again_makes_no_commit_and_a_corrected_one_does(shop: Workshop) -> None:
    remote = shop.bare()
    output = shop.output(remote)
    statuses = [output.deliver(day(0), {"markdown": t}).status for t in ("a\n", "a\n", "b\n")]
    assert statuses == ["done", "unchanged", "done"]
    fresh = shop.output(remote, clones="elsewhere")
    assert fresh.deliver(day(0), {"markdown": "b\n"}).status == "unchanged"
    assert shop.files(remote) == {PATH: "b\n"}
    assert len(shop.log(remote)) == 2


def test_line_ends_that_the_repository_changes_make_no_second_commit(shop: Workshop) -> None:
    remote = shop.bare()
    shop.fill(remote, {".gitattributes": "*.md text eol=crlf\n", ".gitignore": "digests\n"})
    output = shop.output(remote)
    assert output.deliver(day(0), {"markdown": "a\r\nb\r\n"}).status == "done"
    assert output.deliver(day(0), {"markdown": "a\r\nb\r\n"}).status == "unchanged"
    assert len(shop.log(remote)) == 2


def test_no_filter_of_the_remote_s_attributes_changes_what_is_committed(shop: Workshop) -> None:
    remote = shop.bare()
    ran = shop.folder / "ran"
    for step in ("clean", "smudge"):
        shop.git("config", "--global", f"filter.mine.{step}", f"echo {step} >> {ran}; true")
        shop.git("config", "--global", "filter.mine.required", "true")
    given = "* filter=mine working-tree-encoding=UTF-16 ident\n"
    shop.fill(remote, {"README.md": "hello\n"})
    attributes = shop.git("hash-object", "-w", "--stdin", at=remote, given=given).strip()
    tree = shop.git("mktree", at=remote, given=f"100644 blob {attributes}\t.gitattributes\n")
    commit = shop.git("commit-tree", "-m", "Attributes", tree.strip(), at=remote).strip()
    shop.git("update-ref", "refs/heads/main", commit, at=remote)
    ran.unlink(missing_ok=True)
    output = shop.output(remote)
    for n, text in enumerate(("ü $Id$\n", "corrected\n")):
        assert output.deliver(day(0), {"markdown": text}).status == "done"
        assert output.deliver(day(n + 1), {"markdown": text}).status == "done"
        assert output.deliver(day(0), {"markdown": text}).status == "unchanged"
        assert shop.git("show", f"main:{PATH}", at=remote) == text
    assert not ran.exists()


def test_a_clone_that_gathers_commits_shows_a_person_no_changes(shop: Workshop) -> None:
    remote = shop.bare()
    shop.fill(remote, {"README.md": "hello\n"})
    output = shop.output(remote, push=False)
    for n in range(2):
        clone = output.deliver(day(n), {"markdown": "x\n"}).detail.split()[2].rstrip(",")
        assert shop.git("status", "--porcelain", at=Path(clone)) == ""


def test_the_format_follows_the_ending_and_the_roll_up_goes_into_the_same_commit(
    shop: Workshop,
) -> None:
    remote = shop.bare()
    assert shop.output(remote, path="x/{id}.html").formats == ("html",)
    assert shop.output(remote, path="{name}.json").formats == ("json",)
    output = shop.output(remote, weekly="weekly/{date}.md", message="{title}: {stories}")
    assert output.formats == ("markdown", "weekly")
    output.deliver(day(0), {"markdown": "day\n"})
    assert list(shop.files(remote)) == [PATH]
    output.deliver(day(0), {"markdown": "day\n", "weekly": "week\n"})
    assert shop.files(remote) == {PATH: "day\n", "weekly/2026-03-09.md": "week\n"}
    assert shop.log(remote) == [f"{day(0).title}: {len(day(0).stories)}"] * 2


def test_a_message_and_a_path_that_cannot_be_filled_in_are_named(shop: Workshop) -> None:
    remote = shop.bare()
    for odd in ("{dat}", "{date", "{0}", "{date.x}", "{stories:q}"):
        with pytest.raises(DeliveryError, match=r"cannot be filled in; it may hold {date}, {id}"):
            shop.output(remote, message=odd).deliver(day(0), {"markdown": "x"})
    with pytest.raises(DeliveryError, match="message is empty"):
        shop.output(remote, message=" ").deliver(day(0), {"markdown": "x"})
    for path in (
        "../{date}.md",
        "/srv/{date}.md",
        "a/../{date}.md",
        "a//{date}.md",
        "a\n{date}.md",
    ):
        with pytest.raises(DeliveryError, match="does not stay inside the repository"):
            shop.output(remote, path=path).deliver(day(0), {"markdown": "x"})
    for path in (".git/{date}.md", "a/.GIT/{date}.md", ".git /x.md", "git~1/x.md"):
        with pytest.raises(DeliveryError, match="lies in git's own folder"):
            shop.output(remote, path=path).deliver(day(0), {"markdown": "x"})
    assert shop.log(remote) == []


def test_names_with_characters_git_reads_as_patterns(shop: Workshop) -> None:
    remote = shop.bare()
    for n, path in enumerate(
        ("[a]*?/{date}.md", "! x/#{date} .md", ":(top)/-{date}.md", "ü/{date}.md")
    ):
        output = shop.output(remote, path=path)
        assert output.deliver(day(0), {"markdown": "x\n"}).status == "done"
        assert output.deliver(day(0), {"markdown": "y\n"}).status == "done"
        assert output.deliver(day(0), {"markdown": "y\n"}).status == "unchanged"
        assert output.published(5) == ["y\n"]
        assert len(shop.log(remote)) == 2 * (n + 1)


@pytest.mark.parametrize("crossed", ["digests", "digests/2026", PATH])
def test_a_symbolic_link_in_the_repository_is_refused_and_not_followed(
    shop: Workshop, crossed: str
) -> None:
    remote = shop.bare()
    outside = shop.folder / "outside"
    (outside / "2026" / "03").mkdir(parents=True)
    shop.fill(remote, {"README.md": "hello\n"})
    link = shop.folder / "by-hand" / crossed
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside)
    shop.fill(remote, {})
    with pytest.raises(DeliveryError, match=f"^{crossed} in .* is a symbolic link, so"):
        shop.output(remote).deliver(day(0), {"markdown": "x\n"})
    assert not [path for path in outside.rglob("*") if path.is_file()]


def test_a_file_where_a_folder_should_be_and_a_folder_in_the_file_s_place(shop: Workshop) -> None:
    remote = shop.bare()
    shop.fill(remote, {"digests": "a file\n", "x.md/y": "a folder\n"})
    with pytest.raises(DeliveryError, match=r"^digests in .* is a file, so"):
        shop.output(remote).deliver(day(0), {"markdown": "x\n"})
    with pytest.raises(DeliveryError, match=r"^x\.md in .* is a folder, so"):
        shop.output(remote, path="x.md").deliver(day(0), {"markdown": "x\n"})


def test_without_push_commits_gather_in_the_clone_until_someone_pushes_them(
    shop: Workshop,
) -> None:
    remote = shop.bare()
    shop.fill(remote, {"README.md": "hello\n"})
    output = shop.output(remote, push=False)
    result = output.deliver(day(0), {"markdown": "one\n"})
    assert result.status == "done"
    clone = Path(result.detail.removeprefix("committed in ").removesuffix(", not pushed"))
    output.deliver(day(1), {"markdown": "two\n"})
    assert output.deliver(day(1), {"markdown": "two\n"}).status == "unchanged"
    assert shop.log(remote) == ["By hand"]
    assert shop.log(clone) == ["Digest 2026-03-15", "Digest 2026-03-14", "By hand"]
    shop.git("push", "--quiet", "origin", "main", at=clone)
    shop.fill(remote, {"README.md": "changed\n"})
    output.deliver(day(2), {"markdown": "three\n"})
    assert shop.git("show", "main:README.md", at=clone) == "changed\n"
    pushing = shop.output(remote)
    pushing.deliver(day(3), {"markdown": "four\n"})
    assert output.deliver(day(4), {"markdown": "five\n"}).status == "done"
    assert shop.log(clone)[:2] == ["Digest 2026-03-18", "Digest 2026-03-16"]


def test_without_push_an_empty_remote_will_do(shop: Workshop) -> None:
    output = shop.output(shop.bare(), push=False)
    for n in range(2):
        clone = output.deliver(day(n), {"markdown": "x\n"}).detail.split()[2].rstrip(",")
    assert shop.log(Path(clone)) == ["Digest 2026-03-15", "Digest 2026-03-14"]


def test_a_clone_that_is_broken_is_made_anew(shop: Workshop) -> None:
    remote = shop.bare()
    output = shop.output(remote)
    number = 0

    def lands() -> None:
        nonlocal number
        number += 1
        assert output.deliver(day(number), {"markdown": "x\n"}).status == "done"
        assert len(shop.log(remote)) == number

    lands()
    (clone,) = (path for path in (shop.folder / "clones").iterdir() if path.is_dir())
    (clone / ".git" / "HEAD").write_text("ref: refs/heads/other\n")
    lands()
    (clone / ".git" / "index").write_bytes(b"DIRC nonsense")
    lands()
    (clone / ".git" / "config").write_text("[remote")
    lands()
    shutil.rmtree(clone / ".git" / "objects")
    lands()
    shutil.rmtree(clone / ".git")
    lands()
    for path in (clone / ".git" / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"")
    lands()
    (clone / ".git" / "shallow").write_text("nonsense\n")
    lands()
    shutil.rmtree(clone)
    clone.with_suffix(".new").mkdir()
    (clone.with_suffix(".new") / "half").touch()
    lands()
    assert not clone.with_suffix(".new").exists()


def test_unpushed_commits_of_a_broken_clone_are_not_thrown_away(shop: Workshop) -> None:
    remote = shop.bare()
    output = shop.output(remote, push=False)
    clone = Path(output.deliver(day(0), {"markdown": "x\n"}).detail.split()[2].rstrip(","))
    (clone / ".git" / "index").write_bytes(b"DIRC nonsense")
    with pytest.raises(DeliveryError, match="git failed with"):
        output.deliver(day(1), {"markdown": "y\n"})
    assert shop.log(clone) == ["Digest 2026-03-14"]


def test_stale_locks_in_the_clone_are_taken_away(shop: Workshop) -> None:
    remote = shop.bare()
    output = shop.output(remote)
    output.deliver(day(0), {"markdown": "x\n"})
    (clone,) = (path for path in (shop.folder / "clones").iterdir() if path.is_dir())
    names = ("index", "HEAD", "shallow", "config", "packed-refs", "refs/heads/main")
    for name in (*names, "refs/remotes/origin/main"):
        (clone / ".git" / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / ".git" / f"{name}.lock").touch()
    assert output.deliver(day(1), {"markdown": "y\n"}).status == "done"
    assert len(shop.log(remote)) == 2


def test_credentials_stay_out_of_everything_that_is_kept_or_shown(shop: Workshop) -> None:
    remote = shop.bare()
    with serving(shop.folder) as (host, asked):
        address = f"http://{USER}:{quote(PASSWORD, safe='')}@{host}/remote.git"
        shop.git("config", "--global", "credential.helper", "!echo asked >> $HOME/asked; false")
        output = shop.output(address)
        result = output.deliver(day(0), {"markdown": "x\n"})
        assert output.deliver(day(1), {"markdown": "y\n"}).status == "done"
        shop.output(address, push=False).deliver(day(2), {"markdown": "z\n"})
        assert output.published(9) == ["y\n", "x\n"]
        said = [output.target, output.key, result.target, result.detail, output.check()]
        assert output.key == f"git:http://{host}/remote.git#main:digests/{{date:%Y/%m}}/{{date}}.md"
    assert len(shop.log(remote)) == 2
    assert any(line.startswith("POST") and line.endswith(USER) for line in asked)
    assert not (shop.folder / "asked").exists()
    secrets = (PASSWORD, quote(PASSWORD, safe=""), USER)
    assert not [secret for secret in secrets for text in said if secret in text]
    for path in (shop.folder / "clones").rglob("*"):
        if path.is_file():
            assert not [secret for secret in secrets if secret.encode() in path.read_bytes()]


def test_the_user_s_own_credential_helper_and_instead_of_hold(shop: Workshop) -> None:
    remote = shop.bare()
    with serving(shop.folder) as (host, _):
        helper = shop.script("helper", f"echo username={USER}; echo 'password={PASSWORD}'")
        shop.git("config", "--global", "credential.helper", str(helper))
        shop.git("config", "--global", f"url.http://{host}/.insteadOf", "work:")
        assert shop.output("work:remote.git").deliver(day(0), {"markdown": "x\n"}).status == "done"
        named = shop.output(f"http://{USER}@{host}/remote.git")
        assert named.deliver(day(1), {"markdown": "y\n"}).status == "done"
    assert len(shop.log(remote)) == 2


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://user:t%6fken@host.test/o/r.git", "https://host.test/o/r.git"),
        ("https://x@host.test:8443/r?private_token=t0ken", "https://host.test:8443/r"),
        ("https://host.test/r#t0ken", "https://host.test/r"),
        ("ssh://git@host.test/r?t0ken", "ssh://host.test/r"),
        ("https://us@er:p@ss@host.test/r@b", "https://host.test/r@b"),
        ("HTTPS://a:b@host.test/r", "https://host.test/r"),
        ("ssh://git:secret@host.test:22/~/r.git", "ssh://git@host.test:22/~/r.git"),
        ("git@host.test:o/r.git", "git@host.test:o/r.git"),
        ("../r.git", "../r.git"),
        ("https://user:line%0abreak@host.test/r", "https://host.test/r"),
        ("-o//a:b@c", "-o//c"),
    ],
)
def test_an_address_is_shown_without_its_secrets(address: str, shown: str) -> None:
    assert bare(address) == shown
    assert not [
        word
        for word in ("t0ken", "t%6fken", "p@ss", "secret")
        if word in repr(parse(address, Path()))
    ]


def test_ssh_is_told_never_to_ask_unless_the_user_chose_another_way(shop: Workshop) -> None:
    remote = shop.bare()
    said = shop.folder / "said"
    body = f'echo "$0 $*" >> {said}; for last; do :; done; unset GIT_DIR; eval "$last"'
    (shop.folder / "bin").mkdir()
    shop.script("bin/ssh", body)
    shop.variables["PATH"] = f"{shop.folder}/bin:{os.environ['PATH']}"
    address = f"someone@host.test:{remote}"
    assert shop.output(address).deliver(day(0), {"markdown": "x\n"}).status == "done"
    assert all("BatchMode=yes" in line for line in said.read_text().splitlines())
    said.unlink()
    shop.git("config", "--global", "core.sshCommand", str(shop.script("other-ssh", body)))
    assert shop.output(address).deliver(day(1), {"markdown": "y\n"}).status == "done"
    assert all("other-ssh" in line for line in said.read_text().splitlines())
    assert len(shop.log(remote)) == 2


def test_the_caller_s_own_repository_is_never_touched(shop: Workshop) -> None:
    remote = shop.bare()
    shop.git("init", "--quiet", "mine")
    mine = shop.folder / "mine"
    (mine / "work.txt").write_text("not saved yet")
    before = sorted(str(path) for path in mine.rglob("*"))
    shop.variables |= {
        "GIT_DIR": str(mine / ".git"),
        "GIT_WORK_TREE": str(mine),
        "GIT_INDEX_FILE": str(mine / ".git" / "index"),
        "GIT_OBJECT_DIRECTORY": str(mine / ".git" / "objects"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "user.name",
        "GIT_CONFIG_VALUE_0": "From the Environment",
    }
    output = shop.output(remote)
    output.check()
    output.deliver(day(0), {"markdown": "x\n"})
    shop.variables.clear()
    assert sorted(str(path) for path in mine.rglob("*")) == before
    assert shop.git("log", "-1", "--format=%an", "main", at=remote) == "From the Environment\n"


def test_commits_are_signed_where_the_user_signs(shop: Workshop) -> None:
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is not installed here")
    remote = shop.bare()
    key = shop.folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    for name, value in (("commit.gpgSign", "true"), ("gpg.format", "ssh")):
        shop.git("config", "--global", name, value)
    shop.git("config", "--global", "user.signingKey", str(key))
    shop.output(remote).deliver(day(0), {"markdown": "x\n"})
    assert "-----BEGIN SSH SIGNATURE-----" in shop.git("cat-file", "commit", "main", at=remote)
    shop.state(remote).write({"a": "b"}, "State")
    assert "SIGNATURE" in shop.git("cat-file", "commit", "digest-state", at=remote)


def test_a_server_that_gives_parts_is_asked_for_no_more_than_is_needed(shop: Workshop) -> None:
    remote = shop.bare()
    shop.git("config", "uploadpack.allowFilter", "true", at=remote)
    chance = random.Random(1)  # noqa: S311 - what cannot be packed small
    large = "".join(str(chance.random()) for _ in range(20_000))
    shop.fill(remote, {"large.txt": large, PATH: "old\n", "digests/2026/02/2026-02-01.md": "x\n"})
    output = shop.output(remote)
    assert output.deliver(day(1), {"markdown": "new\n"}).status == "done"
    assert output.deliver(day(0), {"markdown": "corrected\n"}).status == "done"
    (clone,) = (path for path in (shop.folder / "clones").iterdir() if path.is_dir())
    assert sum(path.stat().st_size for path in clone.rglob("*") if path.is_file()) < 100_000
    assert output.published(2) == ["new\n", "corrected\n"]
    assert shop.output(remote, clones="b").published(9) == ["new\n", "corrected\n", "x\n"]
    assert shop.files(remote)["large.txt"] == large


def test_published_are_the_newest_by_the_day_in_the_path(shop: Workshop) -> None:
    remote = shop.bare()
    output = shop.output(remote, path="d/{date:%d.%m.%Y}/{name}.md")
    assert output.published(5) == []
    for n in (18, 3, 20):
        output.deliver(day(n), {"markdown": f"day {n}\n"})
    shop.fill(remote, {"d/99.99.2026/daily.md": "no day\n", "d/README.md": "not an edition\n"})
    assert output.published(2) == ["day 20\n", "day 18\n"]
    assert output.published(9) == ["day 20\n", "day 18\n", "day 3\n", "no day\n"]
    assert output.published(0) == []


@pytest.mark.parametrize("parts", ["true", "false"])
def test_a_file_too_large_for_an_edition_is_not_read_back(shop: Workshop, parts: str) -> None:
    remote = shop.bare()
    shop.git("config", "uploadpack.allowFilter", parts, at=remote)
    output = shop.output(remote)
    output.deliver(day(0), {"markdown": "x\n"})
    output.deliver(day(1), {"markdown": "y" * 8_000_001})
    assert output.published(9) == ["x\n"]
    assert shop.output(remote, clones="other").published(1) == []


@pytest.mark.parametrize(
    ("pattern", "paths", "expected"),
    [
        ("{date}.md", ["2026-01-02.md", "2025-12-31.md", "x2026-01-01.md"], "2026-01-02.md"),
        ("{date:%Y/%m}/{date}.md", ["2026/02/2026-01-02.md", "2026/01/2026-01-02.md"],
         "2026/01/2026-01-02.md"),
        ("{date:%G-W%V}.md", ["2026-W09.md", "2026-W10.md", "2025-W52.md"], "2026-W10.md"),
        ("{date:%b %d %y}.md", ["Feb 01 26.md", "Jan 31 26.md"], "Feb 01 26.md"),
        ("a+b/{id}.md", ["a+b/x-1.md", "aab/x-2.md"], "a+b/x-1.md"),
        ("{name}/{name}.md", ["a/a.md", "a/b/c.md"], "a/a.md"),
    ],
)  # fmt: skip
def test_paths_are_known_again_by_their_pattern(
    pattern: str, paths: list[str], expected: str
) -> None:
    assert newest(pattern, paths, 1) == [expected]


def test_check_tells_that_the_remote_answers_and_clones_nothing(shop: Workshop) -> None:
    remote = shop.bare()
    output = shop.output(remote)
    assert output.check() == f"{remote} answers; the branch main is yet to be made"
    assert not (shop.folder / "clones").exists()
    output.deliver(day(0), {"markdown": "x\n"})
    commit = shop.git("rev-parse", "main", at=remote)
    assert output.check() == f"{remote} answers; main is at {commit[:10]}"


def test_a_file_too_large_for_the_hosts_is_refused_before_the_push(shop: Workshop) -> None:
    remote = shop.bare()
    with pytest.raises(DeliveryError, match=r"2026-03-14\.md has 100 MB; GitHub and others refuse"):
        shop.output(remote).deliver(day(0), {"markdown": "x" * 100_000_001})
    assert not (shop.folder / "clones").exists()


def test_old_objects_are_cleared_away_once_there_are_many(shop: Workshop) -> None:
    remote = shop.bare()
    output = shop.output(remote)
    output.deliver(day(0), {"markdown": "x\n"})
    (clone,) = (path for path in (shop.folder / "clones").iterdir() if path.is_dir())
    crowd = clone / ".git" / "objects" / "17"
    crowd.mkdir(exist_ok=True)
    for n in range(30):
        (crowd / f"{n:038x}").write_bytes(b"")
    output.deliver(day(1), {"markdown": "y\n"})
    assert not crowd.exists()
    assert output.deliver(day(2), {"markdown": "z\n"}).status == "done"


def test_what_a_killed_run_or_a_hand_left_in_the_clone_is_no_obstacle(shop: Workshop) -> None:
    remote = shop.bare()
    output = shop.output(remote)
    output.deliver(day(0), {"markdown": "x\n"})
    (clone,) = (path for path in (shop.folder / "clones").iterdir() if path.is_dir())
    (clone / "weekly").write_text("where a folder should be\n")
    other = shop.output(remote, path="weekly/{date}.md")
    assert other.deliver(day(1), {"markdown": "y\n"}).status == "done"
    (shop.folder / "outside").mkdir()
    (clone / "monthly").symlink_to(shop.folder / "outside")
    other = shop.output(remote, path="monthly/{date}.md")
    assert other.deliver(day(2), {"markdown": "z\n"}).status == "done"
    assert not list((shop.folder / "outside").iterdir())
    assert len(shop.files(remote)) == 3


def test_a_title_with_control_characters_makes_a_message(shop: Workshop) -> None:
    remote = shop.bare()
    edition = replace(day(0), title="AI\0 \x1b[31mNews\ud800")
    shop.output(remote, message="# {title}\n\nby hand").deliver(edition, {"markdown": "x\n"})
    assert shop.log(remote) == ["# AI [31mNews"]


def test_a_repository_with_sha256_will_do(shop: Workshop) -> None:
    remote = shop.bare()
    shutil.rmtree(remote)
    words = ("--quiet", "--bare", "--initial-branch=main", "--object-format=sha256")
    shop.git("init", *words, str(remote))
    output = shop.output(remote)
    for n in range(2):
        assert output.deliver(day(n), {"markdown": "x\n"}).status == "done"
    assert output.deliver(day(1), {"markdown": "x\n"}).status == "unchanged"
    assert len(shop.log(remote)) == 2


# --- the branch of the state


def test_a_branch_holds_one_commit_with_the_files_last_written(shop: Workshop) -> None:
    remote = shop.bare()
    shop.fill(remote, {"README.md": "hello\n"})
    branch = shop.state(remote)
    assert branch.read() is None
    first = {"feeds.jsonl": "ü\n", "deep/er/x.jsonl": "2\n", "empty": ""}
    assert branch.write(first, "State 1") is True
    assert branch.write(first, "State 1 again") is False
    assert branch.write({"feeds.jsonl": "3\n"}, "State 2") is True
    assert shop.log(remote, "digest-state") == ["State 2"]
    assert shop.files(remote, "digest-state") == {"feeds.jsonl": "3\n"}
    elsewhere = shop.state(remote, clones="other-machine")
    assert elsewhere.read() == {"feeds.jsonl": "3\n"}
    assert elsewhere.write({"feeds.jsonl": "3\n"}, "State 3") is False
    assert elsewhere.write({"feeds.jsonl": "4\n"}, "State 4") is True
    assert shop.state(remote).write({"feeds.jsonl": "4\n"}, "unread") is False
    assert shop.state(remote).write({"feeds.jsonl": "5\n"}, "unread") is True
    assert shop.log(remote) == ["By hand"]


def test_of_two_that_save_the_second_is_told_and_overwrites_nothing(shop: Workshop) -> None:
    remote = shop.bare()
    one, two = shop.state(remote), shop.state(remote, clones="other-machine")
    assert (one.read(), two.read()) == (None, None)
    one.write({"a": "1\n"}, "One")
    with pytest.raises(DeliveryError, match=r"another run saved to digest-state of .* meanwhile"):
        two.write({"a": "2\n"}, "Two")
    assert two.read() == {"a": "1\n"}
    assert two.write({"a": "2\n"}, "Two") is True
    with pytest.raises(DeliveryError, match=r"another run saved to digest-state of .* meanwhile"):
        one.write({"a": "3\n"}, "One")
    assert shop.log(remote, "digest-state") == ["Two"]


def test_a_branch_takes_no_path_that_leads_out_and_no_file_too_large(shop: Workshop) -> None:
    branch = shop.state(shop.bare())
    for path in ("../x", "/x", ".git/config", "a//b", ""):
        with pytest.raises(DeliveryError, match="the path"):
            branch.write({path: "x"}, "State")
    with pytest.raises(DeliveryError, match="large has 100 MB"):
        branch.write({"large": "x" * 100_000_001}, "State")


def test_a_branch_that_holds_more_than_a_state_is_not_read(shop: Workshop) -> None:
    remote = shop.bare()
    shop.state(remote).write({"a": "x" * 600, "b": "x" * 401}, "State")
    assert shop.state(remote, most=1_001).read() is not None
    with pytest.raises(DeliveryError, match="holds more than a saved state"):
        shop.state(remote, most=1_000).read()


def test_states_of_the_past_do_not_pile_up_in_the_clone(shop: Workshop) -> None:
    remote = shop.bare()
    branch = shop.state(remote)
    for n in range(4):
        assert branch.write({"a": f"{n}\n" * 10}, f"State {n}")
    (clone,) = (path for path in (shop.folder / "clones").iterdir() if path.is_dir())
    objects = [path for path in (clone / ".git" / "objects").rglob("*") if path.is_file()]
    assert len(objects) == 3


# --- races and sudden ends

WRITER = """
import sys
from pathlib import Path
from tests.git_remotes import Workshop, day
shop = Workshop(Path(sys.argv[1]), patience=60.0)
from dataclasses import replace
import time
conduct = replace(shop.conduct(), sleep=time.sleep)
name, first, last = sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
path = name + "/{date}.md"
output = shop.output(sys.argv[2], path=path, clones=name, conduct=conduct)
print("ready", flush=True)
sys.stdin.readline()
for n in range(first, last):
    print(output.deliver(day(n), {"markdown": f"{name} {n}\\n"}).status, flush=True)
"""


def writer(shop: Workshop, remote: Path, name: str, first: int, last: int) -> subprocess.Popen[str]:
    """Start a process that delivers editions once it is told to."""
    words = [str(shop.folder), str(remote), name, str(first), str(last)]
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, *words],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def test_of_three_writers_racing_every_edition_lands_in_one_line(shop: Workshop) -> None:
    remote = shop.bare()
    writers = [writer(shop, remote, f"writer{n}", 0, 10) for n in range(3)]
    for process in writers:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in writers:
        out, err = process.communicate(timeout=120)
        assert (out.split(), err) == (["done"] * 10, "")
    expected = {
        f"writer{n}/{day(m).date}.md": f"writer{n} {m}\n" for n in range(3) for m in range(10)
    }
    assert shop.files(remote) == expected
    parents = shop.git("log", "--format=%P", "main", at=remote).splitlines()
    assert len(parents) == 30
    assert all(len(line.split()) == 1 for line in parents[:-1])
    assert parents[-1] == ""


def test_two_runs_in_one_clone_wait_for_one_another(shop: Workshop) -> None:
    remote = shop.bare()
    writers = [writer(shop, remote, "one", first, first + 3) for first in (0, 3)]
    for process in writers:
        out, err = process.communicate("go\n", timeout=60)
        assert (out.split(), err) == (["done"] * 3, "")
    assert len(shop.log(remote)) == 6
    clones = [path for path in (shop.folder / "one").iterdir() if path.is_dir()]
    assert len(clones) == 1


def started(output: GitOutput, edition: Edition, text: str) -> int:
    """Deliver in a process of its own; return its id."""
    child = os.fork()
    if child == 0:
        try:
            output.deliver(edition, {"markdown": text})
        finally:
            os._exit(0)
    return child


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_killed_at_any_step_stops_nothing_and_doubles_nothing(
    shop: Workshop, when: str
) -> None:
    remote = shop.bare()
    shop.fill(remote, {"README.md": "hello\n"})
    left = shop.folder / "left"
    # Kills the run that started it, before or after doing what it was asked for.
    shop.program = str(
        shop.script(
            "deadly-git",
            f"read left < {left}; echo $((left - 1)) > {left}\n"
            'test "$left" = 0 && test "$WHEN" = before && { kill -9 $PPID; exit 1; }\n'
            'git "$@"; code=$?\n'
            'test "$left" = 0 && test "$WHEN" = after && kill -9 $PPID\n'
            "exit $code",
        )
    )
    shop.variables["WHEN"] = when
    deadly = shop.conduct()
    shop.program = "git"
    # A delivery takes eight commands, one more with a new clone.
    steps = [("new", 0), *(("clones", step) for step in range(8))]
    for n, (clones, step) in enumerate(steps):
        left.write_text(f"{step}\n")
        text = f"{clones} {step}\n"
        child = started(shop.output(remote, clones=clones, conduct=deadly), day(n), text)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        shop.output(remote, clones=clones).deliver(day(n), {"markdown": text})
        assert shop.log(remote)[0] == f"Digest {day(n).date}"
    assert len(shop.log(remote)) == len(steps) + 1


def test_a_git_that_outlives_its_killed_run_is_waited_for(shop: Workshop) -> None:
    remote = shop.bare()
    body = 'test "$1" = push && { kill -9 $PPID; sleep 0.3; }\nexec git "$@"'
    shop.program = str(shop.script("slow-git", body))
    slow = shop.conduct()
    shop.program = "git"
    child = started(shop.output(remote, conduct=slow), day(0), "x\n")
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert shop.output(remote).deliver(day(0), {"markdown": "x\n"}).status == "unchanged"
    hurried = replace(shop.conduct(), patience=0.01)
    child = started(shop.output(remote, conduct=slow), day(1), "x\n")
    os.waitpid(child, 0)
    with pytest.raises(DeliveryError, match="another run still works on the clone"):
        shop.output(remote, conduct=hurried).deliver(day(1), {"markdown": "x\n"})


def test_a_run_killed_at_random_moments(shop: Workshop) -> None:
    remote = shop.bare()
    shop.fill(remote, {"README.md": "hello\n"})
    moments = random.Random(7)  # noqa: S311 - any will do
    for n in range(12):
        child = started(shop.output(remote), day(n), f"{n}\n")
        time.sleep(moments.random() * 0.08)
        os.kill(child, 9)
        os.waitpid(child, 0)
        shop.output(remote).deliver(day(n), {"markdown": f"{n}\n"})
    subjects = [f"Digest {day(n).date}" for n in reversed(range(12))]
    assert shop.log(remote) == [*subjects, "By hand"]
