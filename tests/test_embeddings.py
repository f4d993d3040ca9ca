"""Vectors of titles: a real model on this machine, a real server, and what is made of them."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digest.adapters.embeddings import EndpointEmbedder, LocalEmbedder, lacking
from digest.adapters.llm import connected
from digest.adapters.store import SqlStore
from digest.core import yardstick
from digest.core.similarity import meaning_of
from digest.core.traits import Meaning, masked, traits
from digest.errors import EmbeddingError
from digest.grouping import Grouping
from digest.meaning import AT_ONCE, Embedding
from digest.models import Article
from digest.ports import Embedder
from tests.builders import article
from tests.command import END, Days, call, configure
from tests.embedding_server import EmbeddingServer
from tests.fakes import CountingEmbedder, SilentProgress
from tests.model_server import KEY

TITLES = ["Quellwerk opens a kiln", "A kiln goes online at Quellwerk", "Roses bloom in Harbour"]


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with SqlStore.open("sqlite://") as opened:
        yield opened


def ask(
    server: EmbeddingServer, texts: Sequence[str] = TITLES, **options: Any
) -> NDArray[np.float32] | EmbeddingError:
    """Return the vectors a server gives, or the error."""

    async def run() -> NDArray[np.float32] | EmbeddingError:
        key, timeout = options.pop("api_key", KEY), options.pop("timeout", 5.0)
        async with EndpointEmbedder(
            partial(connected, server.url, key, timeout),
            **{"base_url": server.url, "model": "m1", "timeout": timeout, **options},
        ) as embedder:
            try:
                return await embedder.embed(texts)
            except EmbeddingError as error:
                return error

    return asyncio.run(run())


def articles(*titles: str, **more: Any) -> list[Article]:
    return [
        replace(article(f"a{n}", title, site=f"s{n}.test"), **more)
        for n, title in enumerate(titles)
    ]


def meaning(embedder: Embedder, store: SqlStore, told: Sequence[Article]) -> Meaning | None:
    return asyncio.run(Embedding(embedder, store).run(told))


def meaning_by(server: EmbeddingServer, store: SqlStore, told: Sequence[Article]) -> Meaning | None:
    """Return the meaning of articles' titles by a server."""

    async def run() -> Meaning | None:
        async with EndpointEmbedder(
            partial(connected, server.url, KEY, 5.0), base_url=server.url, model="m"
        ) as embedder:
            return await Embedding(embedder, store).run(told)

    return asyncio.run(run())


# --- a server --------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", ["good", "shuffled", "same_index"])
def test_a_server_gives_unit_rows_in_the_order_of_the_texts(behaviour: str) -> None:
    texts = [f"title {n}" for n in range(70)]
    with EmbeddingServer(behaviour) as server:
        found = ask(server, texts)
    assert isinstance(found, np.ndarray)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert np.allclose(found, [server.vector(text) for text in texts], atol=1e-6)
    assert sorted(len(r["input"]) for r in server.requests) == [6, 32, 32]
    assert {r["model"] for r in server.requests} == {"m1"}
    assert {h["authorization"] for h in server.headers} == {f"Bearer {KEY}"}
    assert not [name for h in server.headers for name in h if name.startswith("x-stainless")]


@pytest.mark.parametrize("behaviour", ["busy", "broken"])
def test_a_server_that_is_busy_for_a_moment_is_asked_again(behaviour: str) -> None:
    with EmbeddingServer(behaviour, "good") as server:
        assert isinstance(ask(server), np.ndarray)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        ("wrong_key", "refused the API key (401)"),
        ("unknown_model", "does not know the model “m1” (404)"),
        ("busy", "asks to slow down, again and again (429)"),
        ("broken", "failed again and again (500)"),
        ("rejected", "rejected the request (400): no, not with Bearer …"),
        ("moved", "rejected the request (307)"),
        ("html", "gave an answer that"),
        ("half", "gave an answer that"),
        ("nothing", "gave an answer that"),
        ("list", "gave an answer that"),
        ("too_few", "has not the 3 vectors asked for"),
        ("too_many", "has not the 3 vectors asked for"),
        ("no_vectors", "gave an answer that"),
        ("no_list", "has not the 3 vectors asked for"),
        ("nan", "holds what is no vector"),
        ("zeros", "holds what is no vector"),
        ("huge_number", "gave an answer that cannot be read"),
        ("tiny", "holds what is no vector"),
        ("endless", "gave an answer that cannot be read"),
        ("packed", "gave an answer that cannot be read"),
        ("text", "holds what is no vector"),
        ("empty", "holds what is no vector"),
        ("null", "holds what is no vector"),
        ("nested", "holds what is no vector"),
        ("short", "gave vectors of several lengths"),
    ],
)
def test_a_server_of_no_use_is_named_and_says_why(behaviour: str, says: str) -> None:
    with EmbeddingServer(behaviour) as server:
        error = ask(server)
    assert isinstance(error, EmbeddingError)
    assert says in str(error)
    assert str(error).startswith("the embedding server at 127.0.0.1:")
    assert KEY not in str(error)


def test_a_key_that_no_key_can_be_is_named() -> None:
    with EmbeddingServer() as server:
        error = ask(server, api_key="schlüssel")
    assert "the API key for the embedding server at" in str(error)
    assert "schlüssel" not in str(error)


def test_a_server_gets_no_text_it_would_refuse_for_its_length() -> None:
    with EmbeddingServer() as server:
        assert isinstance(ask(server, ["🔥" * 300, "é" * 300, "a title"]), np.ndarray)
    assert sorted(server.texts()) == ["a title", "é" * 200, "🔥" * 100]


def test_a_server_that_hangs_or_is_not_there_is_given_up() -> None:
    with EmbeddingServer("hang") as server:
        error = ask(server, timeout=0.2)
    assert "gave no answer within 0.2 s" in str(error)
    assert "cannot be reached" in str(ask(server, timeout=5.0))  # it is closed by now


# --- a model on this machine -----------------------------------------------------------------


def test_the_real_model_gives_each_title_the_same_vector_in_any_company(minilm: Path) -> None:
    embedder = LocalEmbedder(minilm)
    many = asyncio.run(embedder.embed([*TITLES, "long " * 5000, ""]))
    (alone,) = asyncio.run(embedder.embed([TITLES[1]]))
    assert (many[1] == alone).all()
    assert many.shape == (5, 384)
    assert many[0] @ many[1] > 0.6 > 0.2 > many[0] @ many[2]


def test_the_real_model_needs_no_scale(minilm: Path, store: SqlStore) -> None:
    found = meaning(LocalEmbedder(minilm), store, articles(*TITLES))
    assert found is not None
    assert found.slope == pytest.approx(1, abs=0.01)
    assert found.shift == pytest.approx(0, abs=0.005)


def test_the_loop_goes_on_while_titles_are_embedded(minilm: Path) -> None:
    async def run() -> int:
        turns, work = 0, asyncio.create_task(LocalEmbedder(minilm).embed(TITLES * 10))
        while not work.done():
            turns += 1
            await asyncio.sleep(0.001)
        return turns

    assert asyncio.run(run()) > 3


def test_a_model_is_known_by_what_is_in_its_files(tmp_path: Path) -> None:
    for name in ("model.onnx", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_text(name)
    first = LocalEmbedder(tmp_path).name
    assert LocalEmbedder(tmp_path).name == first
    assert first.startswith(f"{tmp_path.name} (")
    (tmp_path / "model.onnx").write_text("another")
    assert LocalEmbedder(tmp_path).name != first
    (tmp_path / "model.onnx").unlink()
    assert lacking(tmp_path) == ["model.onnx"]
    with pytest.raises(EmbeddingError, match="cannot be read: No such file"):
        _ = LocalEmbedder(tmp_path).name


@pytest.mark.parametrize("damage", ["model.onnx", "tokenizer.json", "tokenizer_config.json"])
def test_a_damaged_model_is_named(minilm: Path, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    for file in minilm.iterdir():
        if file.name == damage:
            (folder / file.name).write_bytes(file.read_bytes()[:70])
        else:
            (folder / file.name).symlink_to(file)
    with pytest.raises(EmbeddingError, match=f"the model in {folder} does not run: "):
        asyncio.run(LocalEmbedder(folder).embed(["title"]))


def test_making_an_embedder_loads_nothing(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from digest.app.embedding import embeddings;"
        f"embeddings.LocalEmbedder(Path({str(tmp_path)!r}));"
        "assert not {'fastembed', 'onnxruntime', 'numpy', 'openai'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


# --- what is made of vectors -----------------------------------------------------------------


def test_no_title_is_embedded_twice_not_even_by_another_process(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/digest.db"
    told = articles(*TITLES, TITLES[0])
    first = CountingEmbedder()
    with SqlStore.open(address) as store:
        before = meaning(first, store, told)
        meaning(first, store, told)
    assert sorted(first.asked) == sorted({*map(masked, TITLES), *yardstick.titles()})
    again = CountingEmbedder()
    with SqlStore.open(address) as store:
        after = meaning(again, store, told)
        assert again.asked == []
        meaning(again, store, articles("Another title"))
        assert again.asked == ["Another title"]
    assert before is not None
    assert after is not None
    assert all((before.vectors[key] == after.vectors[key]).all() for key in before.vectors)
    assert (before.slope, before.shift) == (after.slope, after.shift)


def test_what_was_embedded_before_a_failure_is_kept(store: SqlStore) -> None:
    told = articles(*(f"Title number {n}" for n in range(3 * AT_ONCE)))
    embedder = CountingEmbedder(fail_after=2)
    with pytest.raises(EmbeddingError):
        meaning(embedder, store, told)
    assert store.vector_counts()[embedder.name][0] == 2 * AT_ONCE
    again = CountingEmbedder()
    meaning(again, store, told)
    assert len(again.asked) == AT_ONCE + len(yardstick.titles())


def test_vectors_of_two_models_are_never_mixed(store: SqlStore) -> None:
    one, other = CountingEmbedder("one"), CountingEmbedder("other", width=50)
    meaning(one, store, articles(*TITLES))
    meaning(other, store, articles(*TITLES))
    assert sorted(one.asked) == sorted(other.asked)


def test_vectors_of_a_model_that_was_changed_under_its_name_are_made_anew(store: SqlStore) -> None:
    meaning(CountingEmbedder("one"), store, articles(*TITLES))
    changed = CountingEmbedder("one", width=50)
    found = meaning(changed, store, articles(*TITLES, "A new title"))
    assert found is not None
    assert {len(vector) for vector in found.vectors.values()} == {50}
    again = CountingEmbedder("one", width=50)
    assert meaning(again, store, articles(*TITLES, "A new title")) is not None
    assert again.asked == []


def test_a_slow_server_holds_up_no_run_and_what_it_gave_is_kept(store: SqlStore) -> None:
    told = articles(*(f"Title number {n}" for n in range(2 * AT_ONCE)))

    async def run(server: EmbeddingServer) -> None:
        async with EndpointEmbedder(
            partial(connected, server.url, KEY, 20.0), base_url=server.url, model="m"
        ) as embedder:
            await Embedding(embedder, store, deadline=1.0).run(told)

    with (
        EmbeddingServer(*["good"] * 4, "hang") as server,
        pytest.raises(EmbeddingError, match="did not get through the titles within 1 s"),
    ):
        asyncio.run(run(server))
    assert [n for n, _ in store.vector_counts().values()] == [AT_ONCE]


def test_an_article_without_a_title_is_not_embedded(store: SqlStore) -> None:
    embedder = CountingEmbedder()
    found = meaning(embedder, store, articles("A title", " "))
    assert found is not None
    assert set(found.vectors) == {"a0"}
    assert "" not in {text.strip() for text in embedder.asked}


def test_a_model_whose_cosines_are_squeezed_is_brought_to_scale(store: SqlStore) -> None:
    """Two titles of one event and two of others come out alike from any model."""
    told = articles(*TITLES)
    pairs = np.array([0, 0]), np.array([1, 2])
    found = []
    for squeeze in (0.0, 0.75):
        with EmbeddingServer(alike=[TITLES[:2]], squeeze=squeeze) as server:
            known = meaning_by(server, store, told)
        assert known is not None
        raw = known.vectors["a0"] @ known.vectors["a2"]
        assert bool(raw > 0.6) is (squeeze > 0)
        found.append(meaning_of(traits(told, known), *pairs))
    assert np.allclose(found[0], found[1], atol=1e-4)
    assert found[0][0] == pytest.approx(yardstick.SAME, abs=0.2)
    assert found[0][1] == pytest.approx(yardstick.APART, abs=0.2)


def test_a_model_that_means_nothing_is_refused(store: SqlStore) -> None:
    with (
        EmbeddingServer(meaningless=True, squeeze=0.5) as server,
        pytest.raises(EmbeddingError, match="do not tell events apart"),
    ):
        meaning_by(server, store, articles(*TITLES))


def test_a_model_whose_vectors_are_all_but_one_is_refused(store: SqlStore) -> None:
    """Stretched to the scale of others, its noise would decide."""
    with (
        EmbeddingServer(squeeze=0.98) as server,
        pytest.raises(EmbeddingError, match="do not tell events apart"),
    ):
        meaning_by(server, store, articles(*TITLES))


def test_letters_alone_are_no_meaning() -> None:
    """A model of random weights tells texts by their letters; that must not pass."""
    spelled = {}
    for title in yardstick.titles():
        letters = np.bincount(np.frombuffer(title.encode(), dtype=np.uint8), minlength=256)
        spelled[title] = (letters / np.linalg.norm(letters)).astype(np.float32)
    assert yardstick.told(spelled) < 0.65
    assert yardstick.scale(spelled) is None


def test_a_server_is_sent_no_title_that_its_site_keeps_from_models(store: SqlStore) -> None:
    told = [*articles(*TITLES[:2]), *articles(TITLES[2], ai_input=False)]
    told = [replace(a, id=f"a{n}") for n, a in enumerate(told)]
    remote, local = CountingEmbedder(local=False), CountingEmbedder(local=True)
    sent = meaning(remote, store, told)
    assert masked(TITLES[2]) not in remote.asked
    assert sent is not None
    assert set(sent.vectors) == {"a0", "a1"}
    here = meaning(local, store, told)
    assert here is not None
    assert set(here.vectors) == {"a0", "a1", "a2"}


def test_a_title_in_a_language_the_model_does_not_know_is_left_out(store: SqlStore) -> None:
    told = [
        replace(a, language=language)
        for a, language in zip(articles(*TITLES), ("en-GB", "de", ""), strict=True)
    ]
    english, every = CountingEmbedder(languages={"en"}), CountingEmbedder()
    found = meaning(english, store, told)
    assert found is not None
    assert set(found.vectors) == {"a0", "a2"}
    assert meaning(english, store, told[1:2]) is None
    found = meaning(every, store, told)
    assert found is not None
    assert set(found.vectors) == {"a0", "a1", "a2"}


def test_an_embedder_that_fails_is_one_problem_and_words_alone(store: SqlStore) -> None:
    told = articles(
        "Quellwerk unveils Ofen 4, a cheaper kiln for glass makers",
        "Glass makers get the low-cost Ofen 4 kiln from Quellwerk",
        "Harbour gardeners plant roses after the storm",
    )
    plain, failing = (
        asyncio.run(Grouping("en", store, embedder).run(told))
        for embedder in (None, CountingEmbedder(fail_after=0))
    )
    assert plain.problems == []
    assert failing.stories == plain.stories
    (problem,) = failing.problems
    assert (problem.stage, problem.subject) == ("group", "embeddings")
    assert problem.message == "counting failed; stories are grouped by words alone"


def test_a_run_with_titles_to_read_is_watched(store: SqlStore) -> None:
    class Watching(SilentProgress):
        seen: tuple[str, ...] = ()

        def start(self, stage: str, total: int | None = None) -> None:
            self.seen += (f"{stage} of {total}",)

        def advance(self, stage: str, by: int = 1, *, more: int = 0) -> None:
            self.seen += (f"{stage} {by + more}",)

    watching = Watching()
    embedding = Embedding(CountingEmbedder(), store, watching)
    for _ in range(2):
        asyncio.run(embedding.run(articles(*TITLES)))
    wanted = len(TITLES) + len(yardstick.titles())
    assert watching.seen == (f"titles of {wanted}", f"titles {wanted}")


def test_a_model_needs_what_it_loads_from_nowhere_else(minilm: Path, tmp_path: Path) -> None:
    """Neither a home nor a cache folder is read or made, and no thread outlives the work."""
    copy = tmp_path / "model"
    shutil.copytree(minilm, copy)
    before = {file.name for file in copy.iterdir()}
    threads = threading.active_count()
    asyncio.run(LocalEmbedder(copy).embed(["title"]))
    assert {file.name for file in copy.iterdir()} == before
    assert threading.active_count() == threads


def test_a_run_does_without_a_server_of_no_use_and_asks_a_good_one_once(
    desk: Path, three_days: Days
) -> None:
    def run(server: EmbeddingServer) -> list[dict[str, str]]:
        chosen = {"base_url": server.url, "model": "m", "languages": ["en"]}
        configure(desk, three_days.newsroom, embeddings=chosen)
        done = call(desk, "run", "--refresh", "--no-deliver", "--at", f"{END:%FT%TZ}", "--json")
        assert (done.code, done.report()["edition"]) == (0, "made")
        problems: list[dict[str, str]] = done.report()["problems"]
        return [p for p in problems if p["subject"] == "embeddings"]

    with EmbeddingServer("wrong_key") as server:
        (problem,) = run(server)
    assert problem["message"].endswith("refused the API key (401): no, not with Bearer …; stories "
                                       "are grouped by words alone")  # fmt: skip
    with EmbeddingServer() as server:
        assert run(server) == []
        asked = server.texts()
        assert len(asked) == len(set(asked)) > len(yardstick.titles())
        assert run(server) == []
        assert server.texts() == asked
