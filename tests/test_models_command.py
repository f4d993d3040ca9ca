"""`digest models`: what is used, what is here, and fetching a model from a hub on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from digest import app
from digest.adapters.embeddings import HubModel, ModelFile, fetch, holds, lacking
from digest.adapters.store import SqlStore
from digest.app import pull_model
from digest.app.embedding import embedder_of, pulled_folder
from digest.config import Config, parse
from digest.errors import ConfigError, EmbeddingError
from tests.command import call
from tests.embedding_server import EmbeddingServer
from tests.fakes import SilentProgress
from tests.loopback import Handler, Reply, Request, Threaded

FEEDS = "feeds: [{url: 'http://a.test/feed'}]\n"
CONTENTS = {
    "onnx/m.onnx": ("model.onnx", b"onnx" * 50_000),
    "tokenizer.json": ("tokenizer.json", b"{}"),
    "tokenizer_config.json": ("tokenizer_config.json", b'{"a": 1}'),
}


def described(contents: dict[str, tuple[str, bytes]], name: str = "all-MiniLM-L6-v2") -> HubModel:
    files = (
        ModelFile(path, here, len(body), sha256(body).hexdigest())
        for path, (here, body) in contents.items()
    )
    return HubModel(name, "us/m", "r1", tuple(files))


MODEL = described(CONTENTS)


def pages(contents: dict[str, tuple[str, bytes]]) -> dict[str, Reply | Handler]:
    """Return what the hub serves; the model itself from another place, as hubs do."""
    served: dict[str, Reply | Handler] = {
        f"/us/m/resolve/r1/{path}": Reply(200, body) for path, (_, body) in contents.items()
    }
    large = f"/us/m/resolve/r1/{next(iter(contents))}"
    served["/elsewhere?sig=1"] = served[large]
    served[large] = Reply(302, headers={"Location": "/elsewhere?sig=1"})
    return served


def settings(folder: Path, text: str = "") -> Config:
    return parse(FEEDS + text, folder=folder, environ={})


def in_folder(folder: Path, text: str = "") -> Path:
    (folder / "config.yaml").write_text(FEEDS + text)
    return folder


def pull(folder: Path, hub: Threaded, model: HubModel = MODEL) -> str:
    url = f"http://{hub.address}"
    return pull_model(settings(folder), SilentProgress(), hub=url, model=model, read_timeout=0.3)


async def half(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"onnx" * 9_000)
    await writer.drain()


async def hang(_request: Request, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def slow_to_end(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"onnx" * 9_000)
    await writer.drain()
    await asyncio.sleep(5)


def test_a_pulled_model_is_whole_and_pulled_once(tmp_path: Path) -> None:
    with Threaded(pages(CONTENTS)) as hub:
        said = pull(tmp_path, hub)
        assert len(hub.requests) == 4
        assert {r.headers["user-agent"] for r in hub.requests} == {"digest"}
        assert "is there already, and whole" in pull(tmp_path, hub)
        assert len(hub.requests) == 4
    folder = tmp_path / "var" / "models" / "all-MiniLM-L6-v2"
    assert said == f"all-MiniLM-L6-v2 is in {folder} (0 MB)"
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == dict(CONTENTS.values())
    assert [f.name for f in folder.parent.iterdir()] == [folder.name]
    assert folder.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Reply(404), "answered 404 for onnx/m.onnx"),
        (Reply(401), "answered 401 for onnx/m.onnx"),
        (Reply(200, b"<html>log in</html>"), "gave another onnx/m.onnx than it should be"),
        (Reply(200, b"onnx" * 90_000), "gave another onnx/m.onnx than it should be"),
        (Reply(302, headers={"Location": "/us/m/resolve/r1/onnx/m.onnx"}), "broke off its answer"),
        (half, "broke off its answer"),
        (hang, "does not answer"),
        (slow_to_end, "does not answer"),
    ],
)
def test_a_pull_that_fails_leaves_no_part_of_a_model(
    tmp_path: Path, answer: Reply | Handler, says: str
) -> None:
    target = "/us/m/resolve/r1/onnx/m.onnx"
    with Threaded({**pages(CONTENTS), target: answer}) as hub, pytest.raises(EmbeddingError) as no:
        pull(tmp_path, hub)
    assert says in str(no.value)
    assert "everything works without it" in str(no.value)
    assert list((tmp_path / "var" / "models").iterdir()) == []


def test_no_password_of_a_hub_is_ever_shown(tmp_path: Path) -> None:
    with Threaded({}) as hub:
        for address in (hub.address, "127.0.0.1:9", "[::1"):
            with pytest.raises(EmbeddingError) as no:
                fetch(MODEL, tmp_path / "m", hub=f"http://me:secret@{address}")
            assert "secret" not in str(no.value)


def test_two_pulls_at_once_leave_one_whole_model(tmp_path: Path) -> None:
    with Threaded(pages(CONTENTS)) as hub, ThreadPoolExecutor() as pool:
        url = f"http://{hub.address}"
        tasks = [pool.submit(fetch, MODEL, tmp_path / "m", hub=url) for _ in range(6)]
        for task in tasks:
            task.result()
    assert [f.name for f in tmp_path.iterdir()] == ["m"]
    assert holds(tmp_path / "m", MODEL)


def test_a_model_that_is_there_stays_until_a_whole_one_takes_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"old")
    with Threaded({}) as hub, pytest.raises(EmbeddingError):
        fetch(MODEL, folder, hub=f"http://{hub.address}")
    assert [f.read_bytes() for f in folder.iterdir()] == [b"old"]
    with Threaded(pages(CONTENTS)) as hub:
        fetch(MODEL, folder, hub=f"http://{hub.address}/")
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == dict(CONTENTS.values())
    assert [f.name for f in tmp_path.iterdir()] == ["m"]


def test_what_a_killed_pull_left_is_swept_a_day_later(tmp_path: Path) -> None:
    for name, age in (("old", 25 * 3600), ("new", 60)):
        left = tmp_path / f".pull-{name}"
        left.mkdir()
        (left / "model.onnx").write_bytes(b"half")
        os.utime(left, (time.time() - age,) * 2)
    with Threaded(pages(CONTENTS)) as hub:
        fetch(MODEL, tmp_path / "m", hub=f"http://{hub.address}")
    assert {f.name for f in tmp_path.iterdir()} == {"m", ".pull-new"}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddingError, match=r"cannot be written to .*/file/m: "):
        fetch(MODEL, tmp_path / "file" / "m", hub="http://127.0.0.1:9")


def test_auto_takes_a_model_once_it_is_pulled(tmp_path: Path, minilm: Path) -> None:
    """The whole way: a hub with the real model's files, pulled, listed, tried and used."""
    contents = {f"onnx/{f.name}": (f.name, f.read_bytes()) for f in sorted(minilm.iterdir())}
    before = in_folder(tmp_path)
    assert embeddings_found(before) == {
        "used": False,
        "detail": f"no model in {tmp_path}/var/models/all-MiniLM-L6-v2: stories are grouped by "
        "words alone; `digest models pull` fetches one",
    }
    with Threaded(pages(contents)) as hub:
        pull(tmp_path, hub, described(contents))
    listed = json.loads(call(tmp_path, "models", "list", "--json").out)
    assert listed["embeddings"]["used"] is True
    (model,) = listed["models"]
    assert model["name"].startswith("all-MiniLM-L6-v2 (")
    assert (model["bytes"], model["vectors"]) == (23_307_075, 0)

    async def name() -> str:
        async with embedder_of(settings(tmp_path)) as embedder:
            return embedder.name if embedder else ""

    assert asyncio.run(name()) == model["name"]
    assert "tells one event from another; 48 titles took" in asyncio.run(
        app.try_embedder(settings(tmp_path))
    )


def embeddings_found(folder: Path) -> object:
    return json.loads(call(folder, "models", "list", "--json").out)["embeddings"]


def test_pull_says_at_once_that_the_hub_cannot_be_reached(tmp_path: Path) -> None:
    in_folder(tmp_path)
    began = time.monotonic()
    done = call(tmp_path, "models", "pull", "--hub", "http://127.0.0.1:9")
    assert time.monotonic() - began < 3
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "digest: the model could not be fetched: 127.0.0.1:9 cannot be reached; everything works "
        "without it, with stories grouped by words alone\n"
    )
    refused = call(tmp_path, "models", "pull", "--hub", "hub.example")
    assert (refused.code, refused.err) == (
        2,
        "digest: --hub: “hub.example” is no http or https address\n",
    )


def test_list_names_the_models_and_the_vectors_kept(tmp_path: Path) -> None:
    llm = "llm: {base_url: 'http://u:p@w.test/v1', model: writer, judge: cheap}\n"
    in_folder(tmp_path, llm + "embeddings: {base_url: 'http://u:p@m.test/v1', model: small}\n")
    with SqlStore.open(f"sqlite:///{tmp_path}/var/digest.db") as store:
        store.save_vectors("small at m.test", {"k1": b"12345678", "k2": b"12345678"})
    done = call(tmp_path, "models", "list")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "language model  writer at http://w.test/v1\n"
        "judge           cheap at http://w.test/v1\n"
        "embeddings      small at m.test\n"
        "  small at m.test: not here; kept of it: 2 vectors, 0.0 MB\n"
    )
    off = call(in_folder(tmp_path, "embeddings: off\n"), "models", "list")
    assert "embeddings      off: stories are grouped by words alone" in off.out
    assert "language model  none" in off.out
    assert "judge" not in off.out


@pytest.mark.parametrize(
    ("there", "says"),
    [
        ((), "models/m is no folder; name a folder with an embedding model"),
        (("model.onnx", "tokenizer.json"), "models/m has no tokenizer_config.json; name"),
        (("tokenizer.json",), "has no model.onnx and no tokenizer_config.json"),
    ],
)
def test_a_folder_without_a_model_is_a_mistake(
    tmp_path: Path, there: tuple[str, ...], says: str
) -> None:
    folder = tmp_path / "models" / "m"
    for name in there:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    done = call(
        in_folder(tmp_path, "embeddings: {path: models/m}\n"), "topic", "kilns", "--offline"
    )
    assert done.code == 2
    assert done.err.startswith(f"digest: `embeddings.path`: {tmp_path}/models/m ")
    assert says in done.err


WITHOUT_FASTEMBED = """
import sys
from pathlib import Path
sys.modules["fastembed"] = None
from tests.command import call
for words in sys.argv[1:]:
    done = call(Path(), *words.split())
    print(done.code, done.out, done.err, "END", sep="")
"""


def without_fastembed(folder: Path, *commands: str) -> list[str]:
    """Return what each command says, after its exit code, where fastembed is not installed."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_FASTEMBED, *commands],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.split("END\n")


def test_what_runs_a_model_is_asked_for_only_where_a_model_is_named(tmp_path: Path) -> None:
    folder = pulled_folder(settings(tmp_path))
    folder.mkdir(parents=True)
    for name in lacking(folder):
        (folder / name).write_text("x")
    install = "pip install 'ai-news-digest[embeddings]'"
    named = tmp_path / "named.yaml"
    named.write_text(f"{FEEDS}embeddings: {{path: {folder}}}\n")
    listed, search, mistaken, _ = without_fastembed(
        in_folder(tmp_path),
        "models list",
        "topic kilns --offline",
        "topic kilns --offline --config named.yaml",
    )
    assert f"is there, but not what runs it: {install}" in listed
    assert search.startswith("0Nobody wrote about “kilns”")
    assert "embeddings" not in search
    assert mistaken.startswith("2digest: `embeddings.path`: what runs a model is not installed: ")
    assert install in mistaken


def test_trying_an_embedder_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    for behaviour, meaningless, says in (
        ("wrong_key", False, "refused the API key"),
        ("good", True, "do not tell events apart, so stories are grouped by"),
    ):
        with EmbeddingServer(behaviour, meaningless=meaningless) as server:
            chosen = f"embeddings: {{base_url: '{server.url}', model: m}}\n"
            with pytest.raises(EmbeddingError, match=says):
                asyncio.run(app.try_embedder(settings(tmp_path, chosen)))
    assert asyncio.run(app.try_embedder(settings(tmp_path, "embeddings: off\n"))).startswith("off")
    missing = settings(tmp_path, "embeddings: {path: nowhere}\n")
    with pytest.raises(ConfigError, match="is no folder"):
        asyncio.run(app.try_embedder(missing))
