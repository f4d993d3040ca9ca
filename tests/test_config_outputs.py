"""Outputs in the configuration: what each kind takes, and the sentence each mistake gets."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config import (
    Config,
    EmailOutputSettings,
    GitOutputSettings,
    MarkdownOutputSettings,
    Named,
    parse,
)
from digest.config.gitvalues import branch
from digest.errors import ConfigError
from digest.models.readers import ANY_TOKEN

FEEDS = "feeds: [{url: 'https://example.org/feed'}]\n"
MAIL: Mapping[str, Any] = {
    "kind": "email",
    "from": "AI Digest <digest@example.org>",
    "smtp": {"host": "smtp.example.org"},
    "to": ["ann@example.org"],
}
GIT: Mapping[str, Any] = {"kind": "git", "remote": "../news.git", "path": "{date}.md"}
FILES: Mapping[str, Any] = {"kind": "markdown", "dir": "d"}
PEM = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"


def read(text: str, folder: Path = Path("/etc/d")) -> Config:
    return parse(FEEDS + text, folder=folder, environ={})


def outputs(*given: Mapping[str, Any], folder: Path = Path("/etc/d")) -> tuple[Any, ...]:
    return read(f"outputs: {json.dumps(given)}", folder).outputs


def email(
    folder: Path = Path("/etc/d"), *, sender: str = "", **changes: Any
) -> EmailOutputSettings:
    (output,) = outputs({**MAIL, **({"from": sender} if sender else {}), **changes}, folder=folder)
    assert isinstance(output, EmailOutputSettings)
    return output


def git(**changes: Any) -> GitOutputSettings:
    (output,) = outputs({**GIT, **changes})
    assert isinstance(output, GitOutputSettings)
    return output


def refused(*given: Mapping[str, Any], more: str = "") -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(f"outputs: {json.dumps(given)}\n{more}")
    return caught.value


# --- what is accepted ------------------------------------------------------------------------


def test_a_weekly_roll_up_stands_beside_the_days() -> None:
    (output,) = outputs({"kind": "markdown", "dir": "d", "weekly": "w/{date:%G-W%V}.md"})
    assert isinstance(output, MarkdownOutputSettings)
    assert (output.pattern, output.weekly.format(date=date(2026, 12, 28))) == (
        "{date}.md", "w/2026-W53.md",
    )  # fmt: skip


def test_a_git_output_needs_a_remote_and_a_path() -> None:
    output = git()
    assert (output.branch, output.push, output.message) == ("main", True, "Digest {date}")
    assert output.weekly == ""
    assert output.remote == "/etc/d/../news.git"


@pytest.mark.parametrize(
    ("remote", "kept"),
    [
        ("https://git.example/me/n.git", None),
        ("https://me:s3cret@git.example/n.git", None),
        ("https://s3cret@git.example:8443/n.git", None),
        ("ssh://git@git.example:22/n.git", None),
        ("git@git.example:me/n.git", None),
        ("git.example:n.git", None),
        ("file:///srv/n.git", None),
        ("/srv/n.git", None),
        ("n.git", "/etc/d/n.git"),
        ("./a:b/n.git", "/etc/d/a:b/n.git"),
    ],
)
def test_a_remote_is_an_address_or_a_folder(remote: str, kept: str | None) -> None:
    output = git(remote=remote)
    assert output.remote == (kept or remote)
    assert "s3cret" not in repr(output)


@pytest.mark.parametrize(
    "remote",
    [
        "https://git.example/n.git?private_token=s3cret",
        "https://git.example/n.git#s3cret",
        "ssh://git@git.example/n.git?a=b&token=s3cret",
    ],
)
def test_a_remote_with_a_query_or_fragment_is_refused_and_not_repeated(remote: str) -> None:
    error = refused({**GIT, "remote": remote})
    assert "it must have no query and no fragment" in str(error)
    assert "s3cret" not in str(error)


def test_an_email_output_fills_in_what_is_usual() -> None:
    (output,) = outputs(MAIL)
    smtp = output.smtp
    assert (smtp.port, smtp.tls, smtp.connections) == (587, "starttls", 4)
    assert smtp.timeout == timedelta(seconds=60)
    assert (output.name, output.rate, output.reply_to) == ("email", 10, None)
    assert output.sender == Named("AI Digest", "digest@example.org")
    assert output.to == ("ann@example.org",)
    assert not output.to_readers
    assert output.list_name == "digest.example.org"
    assert email(list_id="News.Example.org").list_name == "news.example.org"
    assert email(sender="a.b+c@x.test").list_name == "a-b-c.x.test"


@pytest.mark.parametrize(
    ("given", "port", "tls"),
    [
        ({}, 587, "starttls"),
        ({"tls": "tls"}, 465, "tls"),
        ({"tls": "none"}, 25, "none"),
        ({"port": 465}, 465, "tls"),
        ({"port": "465"}, 465, "tls"),
        ({"port": 25}, 25, "starttls"),
        ({"port": 2525, "tls": "tls"}, 2525, "tls"),
    ],
)
def test_port_and_encryption_follow_from_each_other(
    given: dict[str, Any], port: int, tls: str
) -> None:
    smtp = email(smtp={"host": "smtp.example.org", **given}).smtp
    assert (smtp.port, smtp.tls) == (port, tls)


@pytest.mark.parametrize(
    ("given", "port", "tls"),
    [({}, 993, "tls"), ({"tls": "starttls"}, 143, "starttls"), ({"port": 143}, 143, "starttls")],
)
def test_a_mailbox_for_bounces_is_read_by_imap(given: dict[str, Any], port: int, tls: str) -> None:
    login = {"host": "imap.example.org", "user": "b", "password": "s3cret"}
    bounces = email(bounces={"address": "B@example.org", "imap": {**login, **given}}).bounces
    assert bounces is not None
    assert bounces.imap is not None
    assert bounces.address == "b@example.org"
    assert (bounces.imap.port, bounces.imap.tls, bounces.imap.folder) == (port, tls, "INBOX")
    assert bounces.imap.password.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(bounces)


def test_a_folder_may_hold_the_bounces() -> None:
    bounces = email(bounces={"address": "b@example.org", "dir": "bounces"}).bounces
    assert bounces is not None
    assert bounces.dir == Path("/etc/d/bounces")
    assert bounces.imap is None


@pytest.mark.parametrize(
    ("given", "rate"), [("off", None), (0.5, 0.5), ("25", 25), (10_000, 10_000), (None, 10)]
)
def test_the_rate_is_a_number_or_off(given: object, rate: float | None) -> None:
    assert email(rate=given).rate == rate


@pytest.mark.parametrize(
    ("given", "name", "address"),
    [
        ("d@example.org", "", "d@example.org"),
        ("<d@example.org>", "", "d@example.org"),
        ("Ärzte-Post <D@Example.org>", "Ärzte-Post", "d@example.org"),
        ('"Digest, daily" <d@example.org>', "Digest, daily", "d@example.org"),
        ("Digest, daily <d@example.org>", "Digest, daily", "d@example.org"),
    ],
)
def test_the_sender_is_a_name_and_an_address(given: str, name: str, address: str) -> None:
    assert email(sender=given).sender == Named(name, address)
    assert email(reply_to=given).reply_to == Named(name, address)


def test_where_a_reader_unsubscribes() -> None:
    own = "https://digest.example.org"
    assert email().unsubscribe(None) == ""
    assert email().unsubscribe(own) == f"{own}/unsubscribe/{ANY_TOKEN}"
    template = email(unsubscribe_url="https://x.test/out?t={token}")
    assert template.unsubscribe(own) == f"https://x.test/out?t={ANY_TOKEN}"
    assert template.placeholder == ""
    assert email().placeholder == ""


@pytest.mark.parametrize(
    "placeholder", ["*|UNSUB|*", "{{ unsubscribe_url }}", "%unsubscribe_url%", "<%x%>?t={token}"]
)
def test_a_providers_placeholder_is_no_way_out_of_our_own_mail(placeholder: str) -> None:
    own = "https://digest.example.org"
    mail = email(unsubscribe_url=placeholder)
    assert mail.placeholder == placeholder
    assert mail.unsubscribe(None) == ""
    assert mail.unsubscribe(own) == f"{own}/unsubscribe/{ANY_TOKEN}"
    assert not mail.can_be_left(None)
    assert mail.can_be_left(own)


def test_mail_can_be_left_by_a_page_or_by_a_mail() -> None:
    assert not email().can_be_left(None)
    assert email().can_be_left("https://digest.example.org")
    assert email(unsubscribe_url="HTTPS://x.test/{token}").can_be_left(None)
    bounces = {"address": "b@example.org", "dir": "b"}
    assert email(bounces=bounces).can_be_left(None)
    assert email(unsubscribe_url="*|UNSUB|*", bounces=bounces).can_be_left(None)


def test_a_postal_address_may_have_lines() -> None:
    assert email(postal_address=" A  B \n\n C\n").postal_address == "A B\nC"


def test_our_own_server_is_told_without_a_slash_at_its_end() -> None:
    config = read("web: {base_url: 'https://digest.example.org/news/'}")
    assert config.base_url == "https://digest.example.org/news"
    assert read("").base_url is None


def test_the_stored_readers_get_mail_that_they_can_end() -> None:
    ways: tuple[dict[str, Any], ...] = (
        {"unsubscribe_url": "https://x.test/{token}"},
        {"bounces": {"address": "b@example.org", "dir": "b"}},
        {"unsubscribe_url": "*|UNSUB|*"},  # for those who paste the mail at a provider
    )
    for way in ways:
        assert email(to=[], postal_address="1 Example Road", **way).to_readers


def test_secrets_come_from_files_and_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "pass").write_text("s3cret\n")
    (tmp_path / "dkim.pem").write_text(PEM.replace("AA==", "s3cret"))
    output = email(
        tmp_path,
        smtp={"host": "h.example.org", "user": "me", "password_file": "pass"},
        dkim={"domain": "Example.org", "selector": "d", "key_file": "dkim.pem"},
        bounces={
            "address": "b@example.org",
            "imap": {"host": "h.example.org", "user": "me", "password_file": "pass"},
        },
    )
    assert output.smtp.password is not None
    assert output.smtp.password.get_secret_value() == "s3cret"
    assert output.dkim is not None
    assert output.dkim.domain == "example.org"
    assert "s3cret" in output.dkim.key.get_secret_value()
    assert "s3cret" not in repr(output)


# --- mistakes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "key", "expected"),
    [
        ({}, "kind", "is missing; expected markdown, html, json, git or email"),
        ({"kind": "pdf", "dir": "x", "to": 1}, "kind", 'is "pdf"; expected markdown, html, json'),
        ({"kind": "mail"}, "kind", "did you mean email?"),
        ({"kind": "Markdown"}, "kind", "did you mean markdown?"),
        ({"kind": ["git"]}, "kind", "is a list; expected markdown, html, json, git or email"),
        ({"kind": "atom", "dir": "x"}, "kind", "atom is not available in this version"),
        ({"kind": "site", "dir": "x"}, "kind", "site is not available in this version"),
        ({"kind": "html", "dir": "x", "weekly": "w.md"}, "weekly", "here are kind, dir, path"),
        ({"kind": "json", "dir": "x", "branch": "a"}, "branch", "here are kind, dir, path"),
        ({"kind": "markdown", "dir": "x", "weekly": "w.html"}, "weekly", "a path ending in .md"),
        ({"kind": "markdown", "dir": "x", "weekly": "../w.md"}, "weekly", "must stay inside"),
        ({"kind": "markdown", "dir": "x", "weekly": "{date}.md"}, "weekly", "the same file"),
        ({"kind": "git", "path": "a.md"}, "remote", "is missing; expected a repository"),
        ({"kind": "git", "remote": "x"}, "path", "is missing; expected a path in the repository"),
        ({**GIT, "path": "a.txt"}, "path", "ends in .md, .html or .json"),
        ({**GIT, "path": "/a.md"}, "path", "it must stay inside the repository"),
        ({**GIT, "weekly": "../w.md"}, "weekly", "it must stay inside the repository"),
        ({"kind": "html", "dir": "x", "path": "../a.html"}, "path", "it must stay inside dir"),
        ({**GIT, "path": ".git/a.md"}, "path", "git's own folder"),
        ({**GIT, "path": "a/.GIT/a.md"}, "path", "git's own folder"),
        ({**GIT, "path": "{title}.md"}, "path", "only {date} and {name}"),
        ({**GIT, "weekly": ".git/hooks/x.md"}, "weekly", "git's own folder"),
        ({**GIT, "weekly": "{date}.md"}, "weekly", "the same file"),
        ({**GIT, "branch": "-x"}, "branch", "expected the name of a branch"),
        ({**GIT, "branch": "a..b"}, "branch", "expected the name of a branch"),
        ({**GIT, "push": "maybe"}, "push", "expected true or false"),
        ({**GIT, "message": "a\nb"}, "message", "it must be one line"),
        ({**GIT, "message": "{id}"}, "message", "only {date}, {title}, {name} and {stories}"),
        ({**GIT, "message": "{title:>99999999}"}, "message", "only {date} takes a format"),
        ({**GIT, "message": "{date.__class__}"}, "message", "only {date}, {title}"),
        ({**GIT, "message": "{date"}, "message", "expected one line"),
        ({**GIT, "message": ""}, "message", "expected one line"),
        ({**GIT, "dir": "x"}, "dir", "is not a key; here are kind, remote, branch, path, push"),
        ({**MAIL, "smtp": {}}, "smtp.host", "is missing; expected a host name"),
        ({**MAIL, "smtp": "h"}, "smtp", "expected keys and values, at least host"),
        ({**MAIL, "smtp": {"host": "https://h"}}, "smtp.host", "expected a host name"),
        ({**MAIL, "smtp": {"host": "h", "port": 0}}, "smtp.port", "from 1 to 65535"),
        ({**MAIL, "smtp": {"host": "h", "tls": "ssl"}}, "smtp.tls", "expected starttls, tls or"),
        ({**MAIL, "smtp": {"host": "h", "tls": [1]}}, "smtp.tls", "expected starttls, tls or"),
        ({**MAIL, "smtp": {"host": "h", "connections": 51}}, "smtp.connections", "from 1 to 50"),
        ({**MAIL, "smtp": {"host": "h", "timeout": "1h"}}, "smtp.timeout", "from 1s to 10m"),
        ({**MAIL, "smtp": {"host": "h", "password": "p"}}, "smtp.user", "a name to log in with"),
        ({**MAIL, "smtp": {"host": "h", "user": "u"}}, "smtp.password", "is missing; a name to"),
        ({**MAIL, "smtp": {"host": "h", "user": "u\nv"}}, "smtp.user", "it must be one line"),
        (
            {**MAIL, "smtp": {"host": "h.test", "user": "u", "password": "p", "tls": "none"}},
            "smtp.tls",
            "would send the password readable; expected starttls or tls",
        ),
        (
            {**MAIL, "smtp": {"host": "h", "port": 465, "tls": "starttls"}},
            "smtp.tls",
            "port 465 begins with TLS; expected tls",
        ),
        ({**MAIL, "port": 25}, "port", "is not a key here; did you mean `outputs[0].smtp.port`?"),
        ({**MAIL, "rate": 0}, "rate", "expected messages a second, up to 10000, or off"),
        ({**MAIL, "rate": True}, "rate", "or off for no limit"),
        ({**MAIL, "rate": "nan"}, "rate", "or off for no limit"),
        ({**MAIL, "rate": 10_001}, "rate", "or off for no limit"),
        ({**MAIL, "name": "A b"}, "name", "expected lower-case letters"),
        ({**MAIL, "from": "Digest"}, "from", "expected a name and address"),
        ({**MAIL, "from": "A <b>"}, "from", "it has no @"),
        ({**MAIL, "from": "A <a@b.test> <c@d.test>"}, "from", "put the name in quotes"),
        ({**MAIL, "from": "A\r\nBcc: x@y.test <a@b.test>"}, "from", "it must be one line"),
        ({**MAIL, "from": "A <a@b.test\nBcc: c@d.test>"}, "from", "it must be one line"),
        ({**MAIL, "from": 5}, "from", "is 5; expected a name and address"),
        ({**MAIL, "reply_to": "a@b.test, c@d.test"}, "reply_to", "more than one @"),
        ({**MAIL, "to": "ann@example.org"}, "to", "expected a list of e-mail addresses"),
        ({**MAIL, "to": ["ann"]}, "to[0]", "expected an e-mail address (it has no @)"),
        ({**MAIL, "to": ["a@b.test", "A@B.test"]}, "to[1]", "is the same address as to[0]"),
        ({**MAIL, "postal_address": "a\x00b"}, "postal_address", "the sender's postal address"),
        ({**MAIL, "unsubscribe_url": "https://x.test/out"}, "unsubscribe_url", "lacks {token}"),
        ({**MAIL, "unsubscribe_url": "https://x test/{token}"}, "unsubscribe_url", "http or https"),
        ({**MAIL, "unsubscribe_url": "*|U|*\r\nBcc: x"}, "unsubscribe_url", "or a provider's"),
        ({**MAIL, "unsubscribe_url": "https://ü.test/{token}"}, "unsubscribe_url", "not ASCII"),
        ({**MAIL, "bounces": {"address": "b@c.test"}}, "bounces", "neither imap nor dir"),
        (
            {**MAIL, "bounces": {"address": "b@c.test", "dir": "x", "imap": {
                "host": "h", "user": "u", "password": "p"}}},
            "bounces",
            "has both imap and dir; expected one of the two",
        ),
        ({**MAIL, "bounces": {"dir": "x"}}, "bounces.address", "is missing; expected an e-mail"),
        (
            {**MAIL, "bounces": {"address": f"{'b' * 26}@c.test", "dir": "x"}},
            "bounces.address",
            "may have 25 characters",
        ),
        (
            {**MAIL, "bounces": {"address": "b@c.test", "imap": {"host": "h", "user": "u"}}},
            "bounces.imap.password",
            "is missing; expected text that is not empty",
        ),
        ({**MAIL, "list_id": "two words"}, "list_id", "such as digest.example.org"),
        ({**MAIL, "list_id": "a.b>\r\nX: y"}, "list_id", "such as digest.example.org"),
        ({**MAIL, "dkim": {"domain": "x.test", "selector": "s"}}, "dkim.key", "best as key_file"),
        (
            {**MAIL, "dkim": {"domain": "x.test", "selector": "s", "key": "s3cret"}},
            "dkim.key",
            "is (hidden); expected a private key in PEM form",
        ),
        (
            {**MAIL, "dkim": {"domain": "x.test", "selector": "s", "key_file": "none.pem"}},
            "dkim.key_file",
            "names /etc/d/none.pem, which cannot be read",
        ),
        ({**MAIL, "to": []}, "postal_address", "where its sender can be written to"),
    ],
)  # fmt: skip
def test_a_mistake_names_key_and_what_helps(
    given: Mapping[str, Any], key: str, expected: str
) -> None:
    more = "web: {base_url: 'https://x.test'}"
    error = refused(given, more=more)
    assert error.key == f"outputs[0].{key}"
    assert expected in str(error)
    assert str(error).startswith(f"config.yaml, line 2: `outputs[0].{key}` ")
    assert "\n" not in str(error)
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    "remote",
    ["", "-oProxyCommand=x", "--upload-pack=x", "ext::sh -c x", "fd::7", "ftp://x.test/n.git",
     "https://", "https:///n.git", "https://x.test", "https://x.test/a b.git", "ssh://-oX/n.git",
     "ssh://x.test:0/n.git", "https://[x/n.git", "-x:n.git", "a@-b:n.git", "a\nb", "a\x00b"],
)  # fmt: skip
def test_a_remote_that_git_might_take_amiss_is_refused(remote: str) -> None:
    error = refused({**GIT, "remote": remote})
    assert error.key == "outputs[0].remote"
    assert "expected a repository" in str(error)


@pytest.mark.parametrize(
    "name",
    ["main", "a/b", "feature-1", "v1.0", "ä", "a@b", "@x", "a.lock", "a.lock/b", ".a", "a/.b", "a.",
     "a..b", "a b", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", "a//b", "/a", "a/", "@", "a@{1}",
     "-a", "a\x7f", "HEAD", "a/-b", "a'b", "a]b"],
)  # fmt: skip
def test_a_branch_is_what_git_calls_one(name: str) -> None:
    if shutil.which("git") is None:
        pytest.skip("needs git, which is not on this machine")
    run = subprocess.run(["git", "check-ref-format", "--branch", name], capture_output=True)
    try:
        ours = branch(name) == name
    except ValueError:
        ours = False
    # What "@" and the like mean to git differs from version to version: never a branch here.
    assert ours == (run.returncode == 0 and name not in ("@", "HEAD"))


@pytest.mark.parametrize(
    ("given", "key", "expected"),
    [
        ([{**GIT}, {**GIT, "message": "x"}], "outputs[1]", "the same file as outputs[0]"),
        (
            [
                {"kind": "markdown", "dir": "d"},
                {"kind": "markdown", "dir": "d", "path": "{date}.md"},
            ],
            "outputs[1]",
            "the same file as outputs[0]",
        ),
        (
            [
                {**FILES, "weekly": "{date:%G-%V}.md"},
                {**FILES, "path": "x.md", "weekly": "{date:%G-%V}.md"},
            ],
            "outputs[1]",
            "the same file as outputs[0]",
        ),
        ([MAIL, MAIL], "outputs[1].name", "give each e-mail a name of its own"),
        (
            [
                {**MAIL, "to": [], "postal_address": "x"},
                {**MAIL, "to": [], "postal_address": "x", "name": "b"},
            ],
            "outputs[1]",
            "each would get two; keep one, or give one a list with `to`",
        ),
    ],
)
def test_outputs_that_clash_are_named(
    given: list[Mapping[str, Any]], key: str, expected: str
) -> None:
    error = refused(*given, more="web: {base_url: 'https://x.test'}")
    assert error.key == key
    assert expected in str(error)


def test_outputs_that_only_look_alike_may_stand_together() -> None:
    assert len(outputs(
        GIT, {**GIT, "branch": "b"}, {**GIT, "path": "x/{date}.md"}, {**GIT, "remote": "o.git"},
        MAIL, {**MAIL, "name": "b"},
    )) == 6  # fmt: skip


def test_mail_to_stored_readers_needs_a_way_out() -> None:
    error = refused({**MAIL, "to": [], "postal_address": "x"})
    assert error.key == "outputs[0]"
    for way in ("web.base_url", "bounces", "unsubscribe_url"):
        assert way in str(error)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "mail.localhost"])
def test_a_password_may_go_readable_to_this_machine_alone(host: str) -> None:
    smtp = {"host": host, "tls": "none", "user": "u", "password": "p"}
    assert email(smtp=smtp).smtp.port == 25


def test_readers_addresses_and_secrets_are_never_shown() -> None:
    for wrong in (
        {**MAIL, "to": ["s3cret@"]},
        {**MAIL, "to": [["s3cret@a.test"]]},
        {**MAIL, "to": "s3cret@a.test"},
        {**MAIL, "to": ["s3cret@a.test", "s3cret@a.test"]},
        {**MAIL, "smtp": {"host": "h", "password": ["s3cret"]}},
        {**MAIL, "smtp": {"host": "h", "pasword": "s3cret"}},
        {**GIT, "remote": "ftp://me:s3cret@x.test/n.git"},
        {**GIT, "remote": "https://me:s3cret@x.test"},
    ):
        assert "s3cret" not in str(refused(wrong)), wrong


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("web: {}", "web.base_url", "is missing; expected an http or https address without query"),
        ("web: {base_url: 'https://x.test/?a=1'}", "web.base_url", "without query"),
        ("web: {base_url: 'https://me:s3cret@x.test/'}", "web.base_url", "without query"),
        ("web: {base_url: x.test}", "web.base_url", "an http or https address"),
        ("web: {base_url: 'https://ü.test'}", "web.base_url", "not ASCII"),
        ("web: 5", "web", "expected keys and values, at least base_url"),
        ("web: {base_url: 'https://x.test', admin_token: s3cret}", "web.admin_token", "available"),
        ("smtp: {host: x}", "smtp", "did you mean `outputs.smtp`?"),
        ("unsubscribe_url: x", "unsubscribe_url", "did you mean `outputs.unsubscribe_url`?"),
        ("outputs: [5]", "outputs[0]", "is 5; expected keys and values, at least kind"),
    ],
)  # fmt: skip
def test_the_rest_is_told_as_plainly(text: str, key: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert caught.value.key == key
    assert expected in str(caught.value)
    assert "s3cret" not in str(caught.value)


KEYS = (
    "from reply_to to rate name smtp bounces dkim list_id remote branch path weekly message push "
    "postal_address unsubscribe_url kind"
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 70_000) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["host", "imap", "address", "key", "x"]), inner, max_size=2
        )
    ),
    max_leaves=4,
)


@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(
    st.sampled_from([MAIL, GIT, FILES]),
    st.dictionaries(st.sampled_from(KEYS.split()), VALUES, max_size=3),
)
def test_no_output_raises_anything_else(base: Mapping[str, Any], changes: dict[str, Any]) -> None:
    try:
        config = read(f"outputs: {json.dumps([{**base, **changes}])}")
    except ConfigError as error:
        assert str(error)
    else:
        assert repr(config)
