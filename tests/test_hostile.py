"""Nothing a server can send hurts the machine, stops the run or reaches an output."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpcore
import httpx
import pytest

from benchmarks.hostile import BEGIN, BOUND_MB, END, Run, run
from digest.adapters.http import HttpFetcher, body
from digest.adapters.http.network import GuardedNetwork
from digest.adapters.http.transport import GuardedTransport
from digest.adapters.workers import ProcessWorkers
from digest.core.articles import extract
from digest.models import Quality
from tests.command import call
from tests.hostile import CASES, HONEST_NUMBER, Case, Hostile
from tests.hostile_bodies import html, many_members, news
from tests.hostile_names import NAMES, Name, Recorder, fetched
from tests.loopback import Handler, Loopback, Reply

ROOT = Path(__file__).parent.parent
# Crowded out by the others, an answer may also not be done in time, and a worker that has read
# large pages before has less room for the next.
CROWDED = r"within 3 s|longer than 10 s|MB of memory"
AWAY = re.compile(r"(?:javascript|vbscript|file):|data:text", re.I)
# Python runs a module of this name in each new process: the workers and their server have it too.
WATCH = """
import sys
def watch(event, args):
    if event != "socket.connect" or not isinstance(args[1], tuple):
        return
    if args[1][:2] != ("127.0.0.1", PORT):
        with open("WENT", "a") as file:
            print(args[1], file=file)
        raise OSError(101, "kept from leaving by the test")
sys.addaudithook(watch)
"""


# --- all at once ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Together:
    """One run over every case and an honest feed, and the folder it left."""

    run: Run
    folder: Path
    asked: list[str]  # of the server, "host/path"
    went: str  # connections that were tried to anywhere else


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Together]:
    folder = tmp_path_factory.mktemp("hostile")
    watch = tmp_path_factory.mktemp("watch")
    with Hostile() as server:
        went = watch / "went"
        text = WATCH.replace("PORT", server.address.rpartition(":")[2]).replace("WENT", str(went))
        (watch / "sitecustomize.py").write_text(text, encoding="utf-8")
        done = run(server, CASES, folder, environment={"PYTHONPATH": f"{watch}:{ROOT}"})
        asked = [request.host + request.target for request in server.requests]
    yield Together(done, folder, asked, went.read_text("utf-8") if went.exists() else "")


def test_the_run_succeeds_and_tells_the_honest_story(together: Together) -> None:
    assert together.run.told_honestly(), together.run.watched.errors[-2_000:]


def test_each_loss_is_one_problem_and_nothing_else_is_lost(together: Together) -> None:
    wrong = {}
    for case in CASES:
        problems = together.run.problems(case)
        expected = f"{case.says}|{CROWDED}" if case.says else CROWDED
        as_said = all(re.search(expected, problem) for problem in problems)
        if not as_said or len(problems) > 1 or (case.says and not problems):
            wrong[case.name] = problems
    assert wrong == {}
    lost = [p for p in together.run.report["problems"] if p["stage"] in ("feed", "article")]
    known = {url for case in CASES for url in (case.feed, case.subject)}
    assert {p["subject"] for p in lost} <= known
    assert max(Counter(p["subject"] for p in lost).values()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, where memory is told")
def test_all_processes_together_stay_under_the_bound(together: Together) -> None:
    assert 50 < together.run.watched.peak_mb < BOUND_MB


def test_no_connection_goes_anywhere_but_to_the_server(together: Together) -> None:
    assert together.went == ""
    assert len(together.asked) > 80
    assert "external-url.test/asked" not in together.asked  # the external entity


def test_no_output_holds_a_trick(together: Together) -> None:
    written = [p for p in together.folder.rglob("*") if p.is_file() and p.suffix != ".db"]
    names = {str(p.relative_to(together.folder)) for p in written}
    assert {"out/edition.md", "out/edition.html", "out/edition.json"} <= names
    strays = {name for name in names if not name.startswith(("out/", "digest.db"))}
    assert strays == {"config.yaml"}
    assert not (together.folder.parent / "outside").exists()
    secret = (
        Path("/etc/hostname").read_text("utf-8").strip() if Path("/etc/hostname").exists() else ""
    )
    for name in ("out/edition.md", "out/edition.html", "out/edition.json"):
        text = (together.folder / name).read_text("utf-8")
        assert not re.search(r"<script|<a\b[^>]*href=.(?!https?:|#|mailto:)[a-z]+:", text, re.I), (
            name
        )
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u200b\u202e\u2066\ufeff]", text), name
        assert "root:x:" not in text
        assert len(secret) < 6 or secret not in text


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_alone_ends_as_its_row_says(case: Case, tmp_path: Path) -> None:
    with Hostile() as server:
        alone = run(server, [case], tmp_path)
    assert alone.told_honestly(), alone.watched.errors
    problems = alone.problems(case)
    assert len(problems) == bool(case.says), problems
    assert all(re.search(case.says, problem) for problem in problems)
    assert alone.watched.peak_mb < BOUND_MB


# --- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize("trick", NAMES, ids=lambda trick: trick.name)
def test_a_name_leads_to_the_address_that_was_checked_or_nowhere(trick: Name) -> None:
    says, asked = asyncio.run(fetched(trick))
    assert re.search(trick.says, says)
    assert tuple(asked) == trick.goes


class BrokenGuard(GuardedNetwork):
    """A guard that lets everything pass."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        return await self._resolve(host, port)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "8.8.8.8", "fd00::1"])
def test_with_the_guard_broken_connections_still_go_through_the_connector(address: str) -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return [address]

    async def work() -> None:
        recorder = Recorder()
        network = BrokenGuard(
            allow_hosts=(), connect_to={}, resolve=resolve, connector=recorder, most_bytes=1_000
        )
        transport = GuardedTransport(network, 1, None)
        for url in ("http://name.example/", "https://name.example/"):
            with pytest.raises(httpcore.ConnectError):
                await transport.handle_async_request(httpx.Request("GET", url))
        await transport.aclose()
        assert recorder.asked == [address, address]

    asyncio.run(work())


def test_a_guard_that_is_lied_to_by_its_resolver_hands_the_lie_to_nobody() -> None:
    says, asked = asyncio.run(fetched(Name("", "", (("nonsense",),))))
    assert "an unreadable address" in says
    assert asked == []


# --- sizes ----------------------------------------------------------------------------------------


def test_a_validator_too_long_to_keep_is_as_none() -> None:
    async def work() -> None:
        headers = {"ETag": f'"{"e" * 5_000}"', "Last-Modified": "x" * 5_000}
        async with Loopback({"/": Reply(200, b"x", headers)}) as server:
            http = HttpFetcher(user_agent="test", connect_to={"*.test": server.address})
            async with http:
                answer = await http.fetch("http://a.test/")
        assert not {"etag", "last-modified"} & set(answer.headers)

    asyncio.run(work())


def test_gzip_in_a_few_members_is_read_and_in_a_flood_refused() -> None:
    async def chunks(data: bytes) -> AsyncIterator[bytes]:
        yield data

    assert asyncio.run(body.read(chunks(many_members(400)), "gzip", 20_000)) == b""
    with pytest.raises(body.BodyError, match="more than 500 pieces"):
        asyncio.run(body.read(chunks(many_members(600)), "gzip", 20_000))


def test_a_few_large_answers_are_held_at_once_and_waiting_costs_them_no_time() -> None:
    async def work() -> None:
        large = Reply(200, b"x" * 1_500_000)
        async with Loopback({"/": large}) as server:
            to = {"*.test": server.address}
            async with HttpFetcher(
                user_agent="test", max_bytes=20_000_000, timeout=1.0, connect_to=to
            ) as http:
                held: list[str] = []
                done = asyncio.Event()

                async def hold(host: str) -> None:
                    async with http.answer(f"http://{host}.test/") as answer:
                        held.append(answer.url)
                        await done.wait()

                async with asyncio.TaskGroup() as tasks:
                    for host in ("a", "b", "c", "d"):
                        tasks.create_task(hold(host))
                    await asyncio.sleep(1.3)
                    assert len(held) == 2  # 40 MB of 20 MB each
                    done.set()
                assert len(held) == 4

    asyncio.run(work())


def test_the_largest_honest_pages_are_read_within_the_workers_memory() -> None:
    told = "".join(f"<p>{p}</p>" for n in range(1_300) for p in news(n).paragraphs)
    text = html(HONEST_NUMBER, after=told)
    script = html(HONEST_NUMBER, head=f"<script>{'x = 1;' * 800_000}</script>")

    async def work() -> None:
        async with ProcessWorkers(1, timeout=60) as workers:
            for page in (text, script):
                assert 4_700_000 < len(page) < 5_000_000
                found = await workers.run(extract, page, "http://honest.test/page")
                assert found.quality is Quality.FULL
            assert workers.peak_rss_mb() < (BOUND_MB - 160) / 2

    asyncio.run(work())


def test_a_site_that_lets_every_request_run_out_of_time_is_asked_no_more() -> None:
    async def work() -> None:
        async def hang(*_: object) -> None:
            await asyncio.sleep(60)

        pages: dict[str, Reply | Handler] = {f"/{n}": hang for n in range(12)}
        async with Loopback(pages | {"/": Reply(200, b"x")}) as server:
            async with HttpFetcher(
                user_agent="test",
                per_domain_interval=0,
                timeout=0.3,
                connect_to={"*.test": server.address},
                jitter=lambda: 0.0,
            ) as http:
                answers = await asyncio.gather(
                    *(http.fetch(f"http://slow.test/{n}") for n in range(12)),
                    return_exceptions=True,
                )
                told = [str(answer) for answer in answers]
                assert (await http.fetch("http://other.test/")).body == b"x"
            assert 4 <= len(server.requests) - 1 <= 6  # two at a time
        assert sum("slow.test let 4 requests run out of time" in one for one in told) >= 8

    asyncio.run(work())


# --- links ----------------------------------------------------------------------------------------


def test_links_that_are_not_http_reach_no_output(tmp_path: Path) -> None:
    tricks = [c for c in CASES if c.name in ("script-links", "script-title", "script-page")]
    with Hostile() as server:
        done = run(server, tricks, tmp_path)
        assert done.told_honestly(), done.watched.errors
    shown = [f.read_text("utf-8") for f in (tmp_path / "out").glob("edition.*")]
    assert len(shown) == 3
    edition = json.loads((tmp_path / "out" / "edition.json").read_text("utf-8"))
    for style in ("markdown", "html", "text", "json", "email"):
        answer = call(tmp_path, "editions", "show", edition["id"], "--format", style)
        assert answer.code == 0, answer.err
        shown.append(answer.out)
    for text in shown:
        assert news(HONEST_NUMBER).title.split()[0] in text
        assert not AWAY.search(text), AWAY.search(text)
        assert "<script" not in text.lower()
    told = {s["url"] for story in edition["stories"] for s in story["sources"]}
    assert told
    assert all(url.startswith("http://") or url == "" for url in told)


# --- the document ---------------------------------------------------------------------------------


def test_every_case_has_its_row_in_the_document() -> None:
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    table = text.partition(BEGIN)[2].partition(END)[0]
    rows = re.findall(r"^\| ([\w-]+) \|", table, re.MULTILINE)
    names = [case.name for case in CASES] + [name.name for name in NAMES]
    assert sorted(row for row in rows if row != "case") == sorted(names)
