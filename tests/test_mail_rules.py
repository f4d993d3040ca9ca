"""A whole message before strangers: SpamAssassin, another parser, a real server, a signature's
verifier.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.adapters.smtp import Signer, SmtpServer
from digest.errors import ConfigError, MailRefused
from digest.models import Recipient
from digest.models.readers import ANY_TOKEN
from digest.render.email import Footer, edition_email, edition_plain, subject
from digest.render.mime import Letter, MailHeadings, compose
from digest.render.templates import Templates
from tests.sample_edition import edition
from tests.smtp_server import PostOffice

HERE = Path(__file__).parent
EDITION = edition()
READER = Recipient("jane.doe@example.net", "abcdefghijklmnopqrstuvwxyz")
URL = f"https://news.example.org/unsubscribe/{ANY_TOKEN}"
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
MAIL = f"bounces+unsubscribe-{ANY_TOKEN}@example.org"


@pytest.fixture(scope="module")
def letter(templates: Templates) -> Letter:
    footer = Footer(URL, MAIL, "Digest, 1 Example Street, 12345 Exampletown")
    return compose(
        subject=subject(EDITION),
        text=edition_plain(EDITION, templates, footer),
        html=edition_email(EDITION, templates, footer),
        headings=MailHeadings(
            sender="AI Industry Digest <digest@example.org>",
            reply_to="editors@example.org",
            list_id="AI Industry Digest <daily.example.org>",
            unsubscribe_url=URL,
            unsubscribe_mail=MAIL,
        ),
        date=datetime.now(UTC).replace(microsecond=0),
        edition_id=EDITION.id,
    )


def test_spamassassin_scores_it_below_one(letter: Letter, tmp_path: Path) -> None:
    program = shutil.which("spamassassin")
    if program is None:
        pytest.skip("spamassassin is not installed")
    spam = f"Subject: x\r\n\r\n{GTUBE}\r\n".encode()
    judged = _judged(program, tmp_path, letter.to(READER), spam)
    ((score, rules),) = ((score, rules) for score, rules in judged if "GTUBE" not in rules)
    print(f"SpamAssassin: {score} {rules}")  # noqa: T201 - worth seeing with -rP
    assert score < 1.0, rules
    assert "HTML_MESSAGE" in rules, "SpamAssassin has no rules here"


def _judged(program: str, folder: Path, *messages: bytes) -> list[tuple[float, str]]:
    """Return scores and rules, in any order, by the rules that ask nothing of the network."""
    site = folder / "site"
    site.mkdir()
    for plugins in Path("/etc/spamassassin").glob("*.pre"):
        shutil.copy(plugins, site)
    own = "use_bayes 0\nuse_auto_whitelist 0\ndns_available no\nreport_safe 0\n"
    (site / "local.cf").write_text(own)
    command: list[str | Path] = [program, "--local", "--test-mode", "--siteconfigpath", site]
    command += ["--prefs-file", site / "none", "--nocreate-prefs", "--mbox"]
    separator = b"From bounces@example.org Mon Mar  2 06:30:00 2026\n"
    done = subprocess.run(
        command,
        input=b"\n".join(separator + each.replace(b"\r\n", b"\n") for each in messages),
        capture_output=True,
        timeout=120,
        check=True,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    )
    said = done.stdout.decode("utf-8", "replace")
    found = re.findall(r"^X-Spam-Status: .*?score=(\S+) .*?tests=(.*?)\s\w+=", said, re.M | re.S)
    assert len(found) == len(messages), said[:2000] + done.stderr.decode()
    return [(float(score), "".join(rules.split())) for score, rules in found]


def test_another_parser_reads_what_was_meant(letter: Letter, templates: Templates) -> None:
    node = shutil.which("node")
    if node is None or not (HERE / "node" / "node_modules" / "postal-mime").is_dir():
        pytest.skip("postal-mime for node is not installed in tests/node")
    done = subprocess.run(
        [node, HERE / "node" / "parse_mail.mjs"],
        input=letter.to(READER),
        capture_output=True,
        timeout=60,
        check=True,
    )
    mail: dict[str, Any] = json.loads(done.stdout)
    headers = {each["key"]: each["value"] for each in mail["headers"]}
    assert headers["list-unsubscribe"] == (
        f"<https://news.example.org/unsubscribe/{READER.token}>, "
        f"<mailto:bounces+unsubscribe-{READER.token}@example.org?subject=unsubscribe>"
    )
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert headers["list-id"] == "AI Industry Digest <daily.example.org>"
    assert mail["from"] == {"address": "digest@example.org", "name": "AI Industry Digest"}
    assert mail["to"] == [{"address": READER.address, "name": ""}]
    assert mail["messageId"] == letter.message_id(READER)
    assert mail["subject"] == subject(EDITION)
    assert not subject(EDITION).isascii(), "no emoji in the subject"
    assert mail["attachments"] == []
    footer = Footer(URL, MAIL, "Digest, 1 Example Street, 12345 Exampletown")
    for part, made in (("text", edition_plain), ("html", edition_email)):
        meant = made(EDITION, templates, footer).replace(ANY_TOKEN, READER.token)
        assert mail[part].replace("\r\n", "\n").strip() == meant.strip()


def test_what_a_real_server_gets_is_byte_for_byte_what_was_made(letter: Letter) -> None:
    with PostOffice() as office:
        connection = SmtpServer("127.0.0.1", office.port, "none").connect()
        message = letter.to(READER)
        assert connection.send("bounces+abc@example.org", READER.address, message, lambda: True)
        connection.close()
    assert [each.data for each in office.messages] == [message]


# The signature


@pytest.fixture(scope="module")
def key() -> str:
    return _key("2048")


def _key(bits: str, *more: str) -> str:
    made = subprocess.run(["openssl", "genrsa", *more, bits], capture_output=True, check=True)
    return made.stdout.decode()


def _public(key: str) -> bytes:
    """Return the TXT record of a key."""
    command = ["openssl", "rsa", "-pubout", "-outform", "DER"]
    made = subprocess.run(command, input=key.encode(), capture_output=True, check=True)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(made.stdout)


def _verifies(message: bytes, record: bytes) -> bool:
    import dkim

    asked = []

    def answer(name: bytes, timeout: int) -> bytes:
        assert timeout > 0
        asked.append(name)
        return record

    good = bool(dkim.verify(message, dnsfunc=answer))
    assert asked == [b"news._domainkey.example.org."]
    return good


def test_a_signed_message_verifies_and_a_changed_one_does_not(letter: Letter, key: str) -> None:
    record = _public(key)
    for text in (
        key,
        key.replace("\n", "\r\n"),
        "Bag Attributes\n" + key + "\n\n",
        _key_pkcs1(key),
    ):
        message = Signer("example.org", "news", text).sign(letter.to(READER))
        assert _verifies(message, record)
    head = message.partition(b"\r\nFrom:")[0]
    assert head.startswith(b"DKIM-Signature:") and b"a=rsa-sha256" in head
    assert b"c=relaxed/relaxed" in head
    for old, new in (
        (b"unsubscribe/abcdef", b"unsubscribe/bbcdef"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"To: jane", b"To: john"),
        (b"Subject: ", b"Subject: x"),
        (b"\r\nFrom: ", b"\r\nFrom: Mallory <m@example.com>\r\nFrom: "),
        (b"</html>", b"<p>more</p></html>"),
    ):
        assert message.count(old) >= 1, old
        assert not _verifies(message.replace(old, new, 1), record), old
    folded = message.replace(b"Date: ", b"Date:   ")  # what servers do on the way
    assert _verifies(folded, record)


def _key_pkcs1(key: str) -> str:
    command = ["openssl", "rsa", "-traditional"]
    made = subprocess.run(command, input=key.encode(), capture_output=True, check=True)
    return made.stdout.decode()


def test_a_signed_message_arrives_as_it_was_signed(letter: Letter, key: str) -> None:
    message = Signer("example.org", "news", key).sign(b"X-A: .\r\n" + letter.to(READER) + b".\r\n")
    with PostOffice() as office:
        connection = SmtpServer("127.0.0.1", office.port, "none").connect()
        assert connection.send("a@example.org", READER.address, message, lambda: True)
        connection.close()
    assert _verifies(office.messages[0].data, _public(key))


def test_what_is_no_key_is_named_by_what_it_is(key: str) -> None:
    ec = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519"], capture_output=True, check=True
    ).stdout.decode()
    public = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"
    for text, words in (
        ("", "holds no key in PEM form"),
        ("not a key", "holds no key in PEM form"),
        (public, "holds a public key, not a private key"),
        (_key("2048", "-aes128", "-passout", "pass:x"), "has a passphrase"),
        (ec, "not an RSA key"),
        (key[:200] + key[240:], "not an RSA key"),
        (key.replace("M", "!"), "not an RSA key"),
        (_key("512"), "has 512 bits, fewer than 1024"),
    ):
        with pytest.raises(ConfigError, match=words) as caught:
            Signer("example.org", "news", text)
        assert caught.value.key == "dkim.key_file"
        assert key[60:90] not in str(caught.value)


@pytest.mark.parametrize(
    ("domain", "selector"), [("", "news"), ("a; d=b", "news"), ("a.b", "n\nx")]
)
def test_a_name_that_would_change_the_signature_is_refused(
    domain: str, selector: str, key: str
) -> None:
    with pytest.raises(ConfigError, match="no name in DNS"):
        Signer(domain, selector, key)


def test_what_is_no_message_is_refused(key: str) -> None:
    with pytest.raises(MailRefused, match="cannot be signed"):
        Signer("example.org", "news", key).sign(b"no header at all\r\n\r\nbody\r\n")
