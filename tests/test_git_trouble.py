"""Each way git can fail is told in one sentence that names the remote and what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.errors import ConfigError, DeliveryError
from tests.git_remotes import PASSWORD, USER, Workshop, day, serving

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed here")


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path / "home")


def told(shop: Workshop, remote: str | Path, *, branch: str = "main") -> str:
    """Return the sentence a delivery ends with."""
    with pytest.raises(DeliveryError) as caught:
        shop.output(remote, branch=branch).deliver(day(0), {"markdown": "text\n"})
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert caught.value.output == "git"
    return sentence


def test_no_repository_there(shop: Workshop) -> None:
    sentence = told(shop, "nowhere.git")
    assert "there is no git repository at nowhere.git" in sentence
    assert "check the address" in sentence
    with pytest.raises(DeliveryError, match=r"no git repository at nowhere\.git"):
        shop.output("nowhere.git").check()


def test_a_host_that_cannot_be_reached_is_tried_three_times(shop: Workshop) -> None:
    sentence = told(shop, "http://127.0.0.1:1/x.git")
    assert sentence.startswith("http://127.0.0.1:1/x.git cannot be reached: ")
    assert "Failed to connect" in sentence or "Couldn't connect" in sentence
    assert len(shop.slept) == 2


def test_wrong_or_missing_credentials_end_without_a_question(shop: Workshop) -> None:
    shop.bare()
    with serving(shop.folder) as (host, _):
        for user_info in ("", "writer:wr0ng-word@", "ghp_t0ken@"):
            sentence = told(shop, f"http://{user_info}{host}/remote.git")
            assert f"http://{host}/remote.git does not accept the credentials" in sentence
            assert "wr0ng" not in sentence
            assert "ghp_" not in sentence
        with pytest.raises(DeliveryError, match="does not accept the credentials"):
            shop.output(f"http://{host}/remote.git").check()


def test_a_repository_a_server_does_not_have(shop: Workshop) -> None:
    from urllib.parse import quote

    with serving(shop.folder) as (host, _):
        sentence = told(shop, f"http://{USER}:{quote(PASSWORD, safe='')}@{host}/none.git")
    assert f"no git repository at http://{host}/none.git" in sentence


def test_no_right_to_push_over_http(shop: Workshop) -> None:
    from urllib.parse import quote

    remote = shop.bare()
    shop.git("config", "http.receivepack", "false", at=remote)
    with serving(shop.folder) as (host, _):
        sentence = told(shop, f"http://{USER}:{quote(PASSWORD, safe='')}@{host}/remote.git")
    assert f"this user may not push to http://{host}/remote.git" in sentence


def test_a_server_that_fails_is_tried_again(shop: Workshop) -> None:
    with serving(shop.folder, answer={"/": 503}) as (host, asked):
        sentence = told(shop, f"http://{host}/remote.git")
    assert "cannot be reached" in sentence
    assert "503" in sentence
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("git@host.test: Permission denied (publickey).", "does not accept the ssh key"),
        ("Host key verification failed.", "the ssh host key of git@host.test:x.git is unknown"),
        (
            "ssh: Could not resolve hostname host.test: Name or service not known",
            "cannot be reached",
        ),
        ("ERROR: Repository not found.", "there is no git repository at git@host.test:x.git"),
        ("ERROR: Permission to a/x.git denied to b.", "this user may not read git@host.test:x.git"),
    ],
)
def test_what_ssh_and_its_hosts_say(shop: Workshop, says: str, expected: str) -> None:
    ssh = shop.script("ssh", f"echo '{says}' >&2; exit 255")
    shop.variables["GIT_SSH_COMMAND"] = str(ssh)
    assert expected in told(shop, "git@host.test:x.git")


@pytest.mark.parametrize(
    "says",
    [
        "error: GH006: Protected branch update failed for refs/heads/main.",
        "error: GH013: Repository rule violations found for refs/heads/main.",
        "GitLab: You are not allowed to push code to protected branches on this project.",
    ],
)
def test_a_protected_branch(shop: Workshop, says: str) -> None:
    remote = shop.bare()
    shop.script("remote.git/hooks/pre-receive", f"echo '{says}' >&2; exit 1")
    sentence = told(shop, remote)
    assert f"the branch main of {remote} is protected; let this user push to it" in sentence
    assert says in sentence


def test_a_state_branch_that_takes_no_forced_push(shop: Workshop) -> None:
    remote = shop.bare()
    shop.git("config", "receive.denyNonFastForwards", "true", at=remote)
    branch = shop.state(remote)
    assert branch.write({"a": "1\n"}, "State")
    with pytest.raises(DeliveryError, match=r"the branch digest-state of .* is protected"):
        branch.write({"a": "2\n"}, "State")


def test_a_hook_of_the_remote_that_refuses(shop: Workshop) -> None:
    remote = shop.bare()
    words = r"\033[31mno files\033[0m by someone@example.org here\007"
    hook = f"printf '{words}\\n' >&2; echo https://a:b@host.test >&2; exit 1"
    shop.script("remote.git/hooks/pre-receive", hook)
    sentence = told(shop, remote)
    assert f"a hook of {remote} refuses the commit: no files by … here" in sentence
    assert "https://host.test" in sentence
    assert sentence.isprintable()


def test_endless_words_of_a_hook_are_cut_short(shop: Workshop) -> None:
    remote = shop.bare()
    shop.script(
        "remote.git/hooks/pre-receive", "yes word | head -n 100000 | tr '\\n' x >&2; exit 1"
    )
    assert len(told(shop, remote)) < 600


def test_hooks_on_this_machine_that_refuse(shop: Workshop) -> None:
    remote = shop.bare()
    shop.git("config", "--global", "core.hooksPath", str(shop.folder / "hooks"))
    hook = shop.script("hooks/pre-commit", "echo 'no edition to the protected branch'; exit 1")
    sentence = told(shop, remote)
    assert "the hook pre-commit on this machine (core.hooksPath) refuses" in sentence
    assert str(remote) in sentence
    assert "no edition to the protected branch" in sentence
    hook.unlink()
    hook = shop.script("hooks/pre-push", "echo 'Permission denied (not from here)' >&2; exit 1")
    sentence = told(shop, remote)
    assert "the hook pre-push on this machine" in sentence
    assert "(not from here)" in sentence
    assert shop.log(remote) == []
    hook.unlink()
    assert shop.output(remote).deliver(day(0), {"markdown": "text\n"}).status == "done"


def test_a_stale_lock_in_the_remote_is_told_after_some_tries(shop: Workshop) -> None:
    remote = shop.bare()
    shop.fill(remote, {"README.md": "hello\n"})
    lock = remote / "refs/heads/main.lock"
    lock.touch()
    sentence = told(shop, remote)
    assert f"{remote} is locked" in sentence
    assert "refs/heads/main.lock" in sentence
    assert "delete that file" in sentence
    assert 3 < len(shop.slept) < 10
    lock.unlink()
    assert shop.output(remote).deliver(day(0), {"markdown": "text\n"}).status == "done"


def test_a_remote_folder_of_another_user(shop: Workshop) -> None:
    remote = shop.bare()
    shop.variables["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1"
    sentence = told(shop, remote)
    assert f"{remote} belongs to another user" in sentence
    assert f"git config --global --add safe.directory {remote}" in sentence
    shop.git("config", "--global", "--add", "safe.directory", str(remote))
    assert shop.output(remote).deliver(day(0), {"markdown": "text\n"}).status == "done"


def test_a_clone_of_another_user(shop: Workshop) -> None:
    from dataclasses import replace

    remote = shop.bare()
    shop.output(remote).deliver(day(0), {"markdown": "text\n"})
    stranger = replace(shop.conduct(), user=lambda: os.geteuid() + 1)
    with pytest.raises(DeliveryError, match=r"belongs to another user .*; run digest as that user"):
        shop.output(remote, conduct=stranger).deliver(day(1), {"markdown": "text\n"})


def test_nobody_to_commit_as(shop: Workshop) -> None:
    remote = shop.bare()
    (shop.folder / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    sentence = told(shop, remote)
    assert "git does not know whom the commits" in sentence
    assert "git config --global user.name" in sentence
    with pytest.raises(DeliveryError, match="does not know whom"):
        shop.output(remote).check()
    names = ("GIT_AUTHOR", "GIT_COMMITTER")
    shop.variables |= {
        f"{name}_{what}": "a@example.org" for name in names for what in ("NAME", "EMAIL")
    }
    assert shop.output(remote).deliver(day(0), {"markdown": "text\n"}).status == "done"


def test_a_signature_that_fails(shop: Workshop) -> None:
    remote = shop.bare()
    shop.git("config", "--global", "commit.gpgSign", "true")
    shop.git("config", "--global", "gpg.format", "ssh")
    shop.git("config", "--global", "user.signingKey", str(shop.folder / "no-key"))
    sentence = told(shop, remote)
    assert f"the commit for {remote} could not be signed" in sentence
    assert "user.signingKey" in sentence
    shop.git("config", "--global", "gpg.format", "openpgp")
    shop.git("config", "--global", "gpg.program", str(shop.script("gpg", "exit 2")))
    assert "could not be signed" in told(shop, remote)
    assert shop.log(remote) == []


def test_git_is_not_there_or_too_old(shop: Workshop) -> None:
    remote = shop.bare()
    shop.program = str(shop.folder / "no-git")
    assert "git cannot be started (no such file or directory); install git" in told(shop, remote)
    shop.program = str(
        shop.script("old-git", "echo 'git version 2.20.1 (Apple Git-117)'; exit 129")
    )
    sentence = told(shop, remote)
    assert sentence == "git is too old: this is 2.20.1, and digest needs 2.31"
    with pytest.raises(DeliveryError, match=r"too old: this is 2\.20\.1"):
        shop.output(remote).check()


def test_a_branch_name_git_does_not_take(shop: Workshop) -> None:
    remote = shop.bare()
    for branch in ("two words", "-f", "a..b", "x.lock", "a//b", "", "HEAD", "a~1", ".x", "x@{1}"):
        assert "is no name for a branch; choose one such as main" in told(
            shop, remote, branch=branch
        )


def test_a_remote_with_the_branch_checked_out(shop: Workshop) -> None:
    remote = shop.bare()
    shop.fill(remote, {"README.md": "hello\n"})
    shop.git("clone", "--quiet", str(remote), "work")
    sentence = told(shop, "work")
    assert "work is not bare and has main checked out" in sentence
    assert "bare repository" in sentence


def test_a_remote_that_lost_what_the_clone_stands_on(shop: Workshop) -> None:
    remote = shop.bare()
    shop.fill(remote, {"README.md": "hello\n"})
    gone = f"git --git-dir={remote} update-ref -d refs/heads/main; git --git-dir={remote} prune"
    shop.git("config", "--global", "core.hooksPath", str(shop.folder / "hooks"))
    shop.script("hooks/pre-commit", f"unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE; {gone}")
    sentence = told(shop, remote)
    assert "“shallow update not allowed”" in sentence
    assert "deliver again" in sentence


def test_a_git_that_hangs_is_stopped_with_all_it_started(shop: Workshop) -> None:
    shop.limit = 0.3
    alive = shop.folder / "pid"
    ssh = shop.script("ssh", f"echo $$ > {alive}; exec sleep 600")
    shop.variables["GIT_SSH_COMMAND"] = str(ssh)
    sentence = told(shop, "ssh://git:pass-word@host.test/x.git")
    assert (
        sentence == "ssh://git@host.test/x.git took too long, and git was stopped; try again later"
    )
    assert ended(int(alive.read_text()))


def test_unknown_trouble_ends_with_git_s_last_line(shop: Workshop) -> None:
    ssh = shop.script("ssh", "echo 'first line' >&2; echo 'the moon is in the way' >&2; exit 9")
    shop.variables["GIT_SSH_COMMAND"] = str(ssh)
    sentence = told(shop, "git@host.test:x.git")
    assert sentence == "git failed with git@host.test:x.git: the moon is in the way"


def test_addresses_that_are_none(shop: Workshop) -> None:
    for address in (
        *("", "--upload-pack=touch x", "http://a:pass%0at0ken@host/x", "a\nb"),
        *("https://host/x.git?private_token=t0ken", "http://host/x.git#t0ken"),
    ):
        sentence = told(shop, address)
        assert "is no address of a git repository" in sentence
        assert "t0ken" not in sentence


def test_a_path_must_tell_its_format(shop: Workshop) -> None:
    with pytest.raises(ConfigError, match=r"should end in one of \.md, \.html, \.json"):
        shop.output("x.git", path="digests/{date}.txt")


def test_a_server_that_says_too_much_is_stopped(shop: Workshop) -> None:
    ssh = shop.script("ssh", "yes 'remote noise' >&2")
    shop.variables["GIT_SSH_COMMAND"] = str(ssh)
    shop.limit = 0.5
    assert "took too long" in told(shop, "git@host.test:x.git")


def ended(process: int) -> bool:
    """Return whether a process that was killed is gone within ten seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        shown = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True)
        if shown.stdout.strip()[:1] in (b"", b"Z"):
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("this machine's root may not mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_here_and_there(shop: Workshop, small_disk: Path) -> None:
    text = "".join(f"{n * 7919 % 100_003}\n" for n in range(200_000))
    clone = shop.output(shop.bare(), clones=str(small_disk))
    with pytest.raises(DeliveryError, match=r"the disk with the clone in .*small.* is full"):
        clone.deliver(day(0), {"markdown": text})
    shutil.rmtree(next(path for path in small_disk.iterdir() if path.is_dir()))
    remote = shop.bare(str(small_disk / "remote.git"))
    with pytest.raises(DeliveryError, match=r"the disk of .*remote\.git is full"):
        shop.output(remote).deliver(day(0), {"markdown": text})
