"""``digest doctor``: what works, what does not, and how to mend it."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from digest import app
from digest.commands.edition import next_due
from digest.commands.feeds import NO_CONTACT
from digest.config import Config, EmailOutputSettings, FileOutputSettings
from digest.core.articles import extract
from digest.errors import (
    BusyError,
    ConfigError,
    DeliveryError,
    DigestError,
    FetchError,
    ItemError,
    StoreError,
)
from digest.explaining import counted
from digest.interrupts import finish
from digest.models import Quality
from digest.models.readers import ANY_TOKEN
from digest.ports import LanguageModel
from digest.render.wording import count
from digest.terminal import print_json

_MEND_CONFIG = "edit the lines named, or start from a fresh one: `digest init FOLDER`"
ASKED = 5  # feeds asked; enough to tell a dead network from a dead feed

_PAGE = (
    "<html><head><title>A page of the doctor’s own</title></head><body><article><h1>A page</h1>"
    + "<p>This paragraph stands in for an article, so that a worker has something to read.</p>" * 5
    + "</article></body></html>"
)


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``mend`` says what to do where it does not work."""

    what: str
    works: bool | None  # None: it could not be found out here
    detail: str
    mend: str = ""


def examine(path: Path, *, as_json: bool) -> int:
    """Print the findings; return 0 when all works, 2 for the configuration, 1 for the rest."""
    findings = [_python()]
    try:
        config = app.read_config(path)
    except ConfigError as error:
        findings.append(Finding("configuration", False, str(error), _MEND_CONFIG))
        _print(findings, as_json)
        return ConfigError.exit_code
    feeds = count(len(config.feeds), "feed", "feeds")
    findings.append(Finding("configuration", True, f"{path}: {feeds}"))
    findings += _checks(config)
    _print(findings, as_json)
    return 1 if any(f.works is False for f in findings) else 0


def _checks(config: Config) -> Iterator[Finding]:
    yield _tried("templates", lambda: _templates(config), "mend the file named, or take it away")
    yield _tried("store", lambda: _store(config), "see `store` in the configuration")
    yield _folder(Path("out"))  # where --out points unless told otherwise
    for output in config.outputs:
        if isinstance(output, FileOutputSettings):
            yield _folder(output.dir)
    for check in app.git_checks(config):
        yield _tried("git", check, "see `outputs` of kind git in the configuration")
    for mail in app.mails_of(config):
        yield from _mail(mail)
    if config.base_url is not None:
        yield _tried_async(
            "unsubscribing",
            _page(config, config.base_url),
            "run `digest serve`, and have your web server pass requests on to its port",
        )
    yield _tried_async("workers", _workers(config), "free memory, or set `workers.processes: 1`")
    if not config.names_contact:
        yield Finding("contact", None, NO_CONTACT)
    yield _tried_async(
        "feeds", _feeds(config), "check the network, `fetch.proxy` and the addresses"
    )
    yield _tried_async("model", _model(config), "see `llm` in the configuration")
    if config.llm and config.llm.judge:
        yield _tried_async("judge", _judge(config), "see `llm.judge` in the configuration")
    yield _tried_async(
        "embeddings",
        app.try_embedder(config),
        "see `embeddings` in the configuration, or run `digest models pull`",
    )
    if config.edition.schedule is not None:
        detail = next_due(config, app.now()).removeprefix("nothing is due; ")
        yield Finding("schedule", True, detail)


def _mail(mail: EmailOutputSettings) -> Iterator[Finding]:
    yield _tried("mail server", app.server_of(mail).check, f"see `smtp` of the output {mail.name}")
    if mail.bounces is not None:
        mailbox = app.mailbox_of(mail.bounces)
        yield _tried("bounces", mailbox.check, f"see `bounces` of the output {mail.name}")
    if mail.dkim is not None:
        yield _tried("dkim", lambda: app.signs(mail), f"see `dkim` of the output {mail.name}")
    for what, works, sentence in app.sender_domain(mail):
        yield Finding(what, works, sentence)


def _tried(what: str, check: Callable[[], str], mend: str) -> Finding:
    try:
        return Finding(what, True, check())
    except BusyError as error:
        return Finding(what, False, str(error), "wait for that run to end, and look again")
    except DigestError as error:
        return Finding(what, False, str(error), mend)


def _tried_async(what: str, check: Awaitable[str], mend: str) -> Finding:
    async def run() -> str:
        return await check

    return _tried(what, lambda: finish(run()), mend)


def _python() -> Finding:
    return Finding("python", True, f"{platform.python_version()} on {platform.system()}")


def _templates(config: Config) -> str:
    return f"{len(app.templates_of(config).names())} templates compile"


def _store(config: Config) -> str:
    if not config.store_path.exists():
        _try_to_write(config.store_path.parent)
        return f"{config.store_path}: not made yet; the first run makes it"
    with app.open_store(config) as store:
        with store.lease():
            troubles = store.check()
        if troubles:
            raise StoreError("; ".join(troubles))
        return f"{config.store_path}: sound; {counted(store.counts())}"


def _folder(folder: Path) -> Finding:
    mend = f"give this user ({os.getuid()}) the right to write there, or name another folder"
    return _tried("outputs", lambda: _try_to_write(folder), mend)


def _try_to_write(folder: Path) -> str:
    """Write in a folder, or where it would be made, and leave nothing; raises DeliveryError."""
    place = folder.absolute()
    try:
        while not place.exists():
            place = place.parent
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"x")
    except OSError as error:
        message = f"{folder} cannot be written: {app.trouble(error)}"
        raise DeliveryError("folder", message) from error
    return f"{folder} can be written"


async def _workers(config: Config) -> str:
    async with app.workers_of(config) as workers:
        read = await workers.run(extract, _PAGE.encode(), "https://example.org/page", "text/html")
    if read.quality is not Quality.FULL or not read.text:
        raise ItemError(f"a sample page came back as {read.quality}")
    return "a worker process read a sample page"


async def _feeds(config: Config) -> str:
    """Ask the first feeds, but those that are gone or want to be left alone."""
    first = config.feed_list()[:ASKED]
    async with AsyncExitStack() as stack:
        fetcher = await stack.enter_async_context(app.fetcher_of(config))
        workers = await stack.enter_async_context(app.workers_of(config))
        manners, gone = None, set()
        with suppress(StoreError):  # which is told as the store's own trouble
            store = stack.enter_context(app.open_to_read(config))
            gone = {url for url, state in store.feed_states().items() if state.gone}
            manners = app.manners_of(config, store, fetcher, workers)
        faced = manners.feeds if manners else None

        async def ask(url: str) -> str:
            try:
                async with fetcher.answer(url, manners=faced):
                    return ""
            except ItemError as error:
                return str(error)

        asked = [
            feed
            for feed in first
            if feed.url not in gone and not (faced and faced.put_off(feed.url))
        ]
        troubles = [t for t in await asyncio.gather(*(ask(f.url) for f in asked)) if t]
    left = len(first) - len(asked)
    alone = f"; {left} left alone (`digest feeds list` says why)" if left else ""
    if asked and len(troubles) == len(asked):
        lost = f"none of the first {len(first)} answered; {troubles[0]}{alone}"
        raise ItemError(lost if first[1:] else troubles[0])
    told = (f" ({'; '.join(troubles)})" if troubles else "") + alone
    return f"{len(asked) - len(troubles)} of the first {len(first)} answered{told}"


async def _page(config: Config, base_url: str) -> str:
    """Ask for the page that a test mail links to, and see that it is ours."""
    if not base_url.startswith("https://"):
        raise ItemError(
            f"{base_url} is no https address: mail programs offer one-click unsubscribing, which "
            "large providers ask for, with https only"
        )
    async with app.fetcher_of(config, also=[urlsplit(base_url).hostname or ""]) as fetcher:
        try:
            async with fetcher.answer(f"{base_url}/unsubscribe/{ANY_TOKEN}") as answer:
                ours = b'content="Digest"' in answer.body
        except FetchError as error:
            raise ItemError(str(error).replace(f"/unsubscribe/{ANY_TOKEN}", "")) from error
    if not ours:
        raise ItemError(f"{base_url} answers, but not with our page")
    return f"{base_url} answers"


async def _model(config: Config) -> str:
    async with app.model_of(config) as model:
        if model is None:
            return "none set: stories are told in the outlets’ own words"
        return await _answers(model)


async def _judge(config: Config) -> str:
    async with app.judge_of(config, None) as judge:
        return await _answers(judge) if judge else "none set"


async def _answers(model: LanguageModel) -> str:
    schema = {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}},
        "required": ["ok"],
        "additionalProperties": False,
    }
    messages = [{"role": "user", "content": 'Answer with the JSON {"ok": true}.'}]
    await model.complete(messages, schema)
    return f"{model.name} answers"


def _print(findings: list[Finding], as_json: bool) -> None:
    if as_json:
        rows = [asdict(f) for f in findings]
        print_json(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    for finding in findings:
        mark = {True: "✓", False: "✗", None: "?"}[finding.works]
        sys.stdout.write(f"{mark} {finding.what:<13} {finding.detail}\n")
        if finding.works is False and finding.mend:
            sys.stdout.write(f"  {'':<13} To mend: {finding.mend}\n")
