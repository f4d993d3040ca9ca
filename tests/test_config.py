"""The configuration: what is accepted, and the sentence each mistake gets."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from datetime import time as clock
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from digest import __version__
from digest.config import (
    Config,
    EmailOutputSettings,
    EmbeddingSettings,
    FileOutputSettings,
    load,
    parse,
)
from digest.config.yamlfile import LARGEST
from digest.errors import ConfigError
from digest.models import Feed, FeedKind

ROOT = Path(__file__).parent.parent
CURATED = ROOT.parent / "shared" / "data" / "feeds" / "curated.json"
FEEDS = "feeds: [{url: 'https://example.org/feed'}]\n"


def read(
    text: str, environ: Mapping[str, str] | None = None, folder: Path = Path("/etc/d")
) -> Config:
    return parse(FEEDS + text, folder=folder, environ=environ or {})


def refused(text: str, environ: Mapping[str, str] | None = None, **more: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(text, environ, **more)
    return caught.value


def files(config: Config) -> list[FileOutputSettings]:
    return [output for output in config.outputs if isinstance(output, FileOutputSettings)]


# --- what is accepted ------------------------------------------------------------------------


def test_feeds_alone_are_enough() -> None:
    config = read("")
    assert config.title == "AI Industry Digest"
    assert config.edition.name == "daily"
    assert config.edition.window == timedelta(hours=24)
    assert config.edition.schedule is None
    assert config.fetch.per_domain.interval == timedelta(seconds=1)
    assert config.fetch.max_bytes == 5_000_000
    assert config.workers.processes == "auto"
    assert config.llm is None
    assert config.outputs == ()
    assert config.store_path == Path("/etc/d/var/digest.db")


def test_embeddings_are_a_model_here_or_at_a_server(tmp_path: Path) -> None:
    assert read("").embeddings == read("embeddings: auto").embeddings == EmbeddingSettings()
    assert read("embeddings: off").embeddings is None
    local = read("embeddings: {path: models/m}").embeddings
    assert local is not None
    assert local.path == Path("/etc/d/models/m")
    assert local.known_languages == {"en"}
    (tmp_path / "key").write_text("sk-1\n")
    server = "base_url: 'http://m.test/v1', model: m, api_key_file: key"
    there = read(f"embeddings: {{{server}}}", folder=tmp_path).embeddings
    assert there is not None
    assert there.api_key is not None
    assert there.api_key.get_secret_value() == "sk-1"
    assert there.known_languages == frozenset()
    told = read(f"embeddings: {{{server}, languages: [en, de]}}", folder=tmp_path).embeddings
    assert told is not None
    assert told.known_languages == {"en", "de"}


def test_every_option_is_read() -> None:
    config = read(
        """
title: Morning
language: de
timezone: Europe/Berlin
store: sqlite:////srv/news.db
edition:
  name: robots-2
  schedule: {at: 16:30, days: [Fri, mon], catch_up: 90m}
  window: 72h
  max_stories: 3
  max_briefs: 0
  per_publisher_cap: 1
  topics: [robotics]
  mute: [crypto, "Bad Corp"]
  when_empty: note
topic_feeds: ["https://example.org/s?q={query}"]
fetch:
  user_agent: "Digest/1 (+https://example.org)"
  concurrency: 5
  per_domain: {concurrency: 1, interval: 0}
  timeout: 1.5s
  max_bytes: 500 kB
  articles: feed
  allow_hosts: [Intranet.example, "[::1]", 10.0.0.1]
  connect_to: {"*.test": "127.0.0.1:8123"}
  proxy: http://proxy.example:3128
workers: {processes: 2}
llm: {base_url: "http://127.0.0.1:8080/v1", model: m, concurrency: 2, timeout: 5m}
outputs: [{kind: markdown, dir: digests, path: "{date:%Y/%m}/{date}-{name}.md"}]
templates: /etc
"""
    )
    edition, fetch = config.edition, config.fetch
    assert config.zone.key == "Europe/Berlin"
    assert config.store_path == Path("/srv/news.db")
    assert edition.schedule is not None
    assert edition.schedule.at == clock(16, 30)
    assert edition.schedule.days == ("mon", "fri")
    assert edition.schedule.catch_up == timedelta(minutes=90)
    assert (edition.name, edition.when_empty, edition.mute) == (
        "robots-2", "note", ("crypto", "Bad Corp"),
    )  # fmt: skip
    assert fetch.per_domain.interval == timedelta()
    assert fetch.timeout == timedelta(seconds=1.5)
    assert fetch.max_bytes == 500_000
    assert fetch.allow_hosts == ("intranet.example", "::1", "10.0.0.1")
    assert fetch.connect_to == {"*.test": "127.0.0.1:8123"}
    assert config.llm is not None
    assert config.llm.api_key is None
    assert config.templates == Path("/etc")
    (output,) = files(config)
    assert output.dir == Path("/etc/d/digests")
    file = output.pattern.format(date=date(2026, 8, 12), name="daily")
    assert file == "2026/08/2026-08-12-daily.md"


def test_feeds_become_the_programs_own() -> None:
    text = """feeds:
  - {url: "https://a.test/f", name: A, category: labs, kind: discussion, trust: 2}
  - {url: "https://b.test/f", full_text: feed}
"""
    config = parse(text, folder=Path("/"), environ={})
    assert config.feed_list() == (
        Feed("https://a.test/f", "A", "labs", FeedKind.DISCUSSION, 2.0, open_pages=True),
        Feed("https://b.test/f", open_pages=False),
    )
    config = parse(text + "fetch: {articles: feed}", folder=Path("/"), environ={})
    assert not any(feed.open_pages for feed in config.feed_list())


def test_an_output_without_a_path_is_named_for_its_day() -> None:
    config = read("outputs: [{kind: html, dir: site}, {kind: markdown, dir: site}]")
    assert [o.pattern for o in files(config)] == ["{date}.html", "{date}.md"]


def test_words_that_yaml_1_1_would_twist_stay_words() -> None:
    config = read("language: no\nedition: {mute: [on, off, yes, 12:30, 1_000, 2026-08-12]}")
    assert config.language == "no"
    assert config.edition.mute == ("on", "off", "yes", "12:30", "1_000", "2026-08-12")


def test_an_empty_key_is_as_good_as_none() -> None:
    config = read("edition:\nllm:\nfetch: {proxy: null}\ntemplates: ~\noutputs:")
    assert config == read("")


def test_a_config_is_frozen() -> None:
    with pytest.raises(Exception, match="frozen"):
        read("").title = "x"


# --- environment and secrets -----------------------------------------------------------------

LLM = "llm: {base_url: 'https://x.test/v1', model: m, %s}"


def test_variables_are_filled_in_once() -> None:
    environ = {"KEY": "s3cret ${HOME}", "HOME": "/no", "N": "7"}
    config = read(LLM % 'api_key: "${KEY}", concurrency: "${N}"', environ)
    assert config.llm is not None
    assert config.llm.api_key is not None
    assert config.llm.api_key.get_secret_value() == "s3cret ${HOME}"
    assert config.llm.concurrency == 7


def test_an_unset_variable_is_named_with_its_key() -> None:
    error = refused(LLM % 'api_key: "${OPENAI_API_KEY}"')
    assert error.key == "llm.api_key"
    assert str(error) == (
        "config.yaml, line 2: `llm.api_key` needs the environment variable OPENAI_API_KEY, "
        "which is not set"
    )


def test_a_secret_comes_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("  s3cret\n")
    config = read(LLM % "api_key_file: key", folder=tmp_path)
    assert config.llm is not None
    assert config.llm.api_key is not None
    assert config.llm.api_key.get_secret_value() == "s3cret"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "which cannot be read: No such file or directory"),
        (b" \n", "which is empty"),
        (b"\xff\xfe", "expected the name of a text file"),
        (b"x" * 20_000, "which is too large"),
    ],
)
def test_a_secret_file_of_no_use_is_named(
    tmp_path: Path, content: bytes | None, expected: str
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    error = refused(LLM % "api_key_file: key", folder=tmp_path)
    assert error.key == "llm.api_key_file"
    assert expected in str(error)


def test_a_secret_is_given_one_way_only() -> None:
    error = refused(LLM % "api_key: a, api_key_file: b")
    assert "`llm.api_key_file` is given beside `api_key`" in str(error)


def test_secrets_are_never_shown() -> None:
    environ = {"KEY": "s3cret", "EMPTY": ""}
    config = read(
        LLM % 'api_key: "${KEY}"' + "\nfetch: {proxy: 'http://me:s3cret@proxy.test:1'}", environ
    )
    assert "s3cret" not in repr(config)
    for text in (
        LLM % "api_key: [s3cret]",
        LLM % 'api_key: {s3cret: "${KEY}"}',
        LLM % 'api_key: "${KEY}", timeout: "${KEY}"',
        "store: postgresql://me:s3cret@host/db",
        "fetch: {proxy: 'ftp://me:s3cret@proxy.test'}",
    ):
        assert "s3cret" not in str(refused(text, environ)), text
    assert "not empty" in str(refused(LLM % 'api_key: "${EMPTY}"', environ))


# --- mistakes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("tittle: x", "tittle", "is not a key; did you mean `title`?"),
        ("fetch: {time_out: 1s}", "fetch.time_out", "did you mean `timeout`?"),
        ("max_stories: 3", "max_stories", "did you mean `edition.max_stories`?"),
        ("edition: {at: x}", "edition.at", "did you mean `edition.schedule.at`?"),
        ("workers: {xyz: 1}", "workers.xyz", "is not a key; here are processes"),
        ("outputs: [{kind: json, dir: x, pth: y}]", "outputs[0].pth", "did you mean `path`?"),
        ("keep: {articles: 90d}", "keep", "is not available in this version"),
        ("editions: []", "editions", "is not available in this version"),
        ("edition: {style: {}}", "edition.style", "is not available in this version"),
        ("edition: {review: off}", "edition.review", "is not available in this version"),
        ("workers: {dask: x}", "workers.dask", "is not available in this version"),
        ("embeddings: on", "embeddings", 'is "on"; expected auto, off, {path: folder} or {base_'),
        ("embeddings: [auto]", "embeddings", "is a list; expected auto, off"),
        ("embeddings: {pth: x}", "embeddings.pth", "did you mean `path`?"),
        ("embeddings: {base_url: 'http://m.test'}", "embeddings.model", "is missing; expected"),
        ("embeddings: {model: m}", "embeddings.model", "only with base_url, which is missing"),
        ("embeddings: {path: m, api_key: k}", "embeddings.api_key", "only with base_url"),
        (
            "embeddings: {path: m, base_url: 'http://m.test', model: m}",
            "embeddings",
            "has both path and base_url; keep one of the two",
        ),
        (
            "embeddings: {base_url: 'http://m.test', model: m, languages: []}",
            "embeddings.languages",
            "expected a list of language codes",
        ),
        ("title: 2026", "title", "is 2026; expected text, at most 200 letters (put it in quotes)"),
        ("title: ''", "title", 'is ""; expected text'),
        ('title: "a\\nBcc: b"', "title", "it must be one line"),
        ("language: english", "language", 'is "english"; expected a language code, such as en'),
        ("timezone: Europe/Berln", "timezone", "did you mean Europe/Berlin?"),
        ("timezone: berlin", "timezone", "did you mean Europe/Berlin?"),
        ("timezone: Europe", "timezone", 'is "Europe"; expected a time zone'),
        ("timezone: ../../passwd", "timezone", "expected a time zone"),
        ("timezone: 1", "timezone", "is 1; expected a time zone"),
        ("store: postgresql://h/d", "store", "PostgreSQL is not available in this version"),
        ("store: digest.db", "store", "expected a database file, such as sqlite:///"),
        ("store: 'sqlite:///:memory:'", "store", "expected a database file"),
        ("edition: 5", "edition", "is 5; expected keys and values"),
        ("edition: {name: My Day}", "edition.name", "expected lower-case letters, digits"),
        ("edition: {name: ../x}", "edition.name", "expected lower-case letters, digits"),
        ("edition: {window: 7d}", "edition.window", 'is "7d"; expected a duration from 1h to 72h'),
        ("edition: {window: 24}", "edition.window", "a number needs its unit"),
        ("edition: {window: true}", "edition.window", "is true; expected a duration"),
        ("edition: {window: 999999999d}", "edition.window", "expected a duration"),
        ("edition: {max_stories: many}", "edition.max_stories", 'is "many"; expected a whole'),
        ("edition: {max_stories: 0}", "edition.max_stories", "from 1 to 50"),
        ("edition: {max_stories: true}", "edition.max_stories", "is true; expected a whole"),
        ("edition: {max_stories: 1.5}", "edition.max_stories", "is 1.5; expected a whole"),
        ("edition: {topics: ai}", "edition.topics", 'is "ai"; expected a list of words'),
        ("edition: {mute: [{a: b}]}", "edition.mute[0]", "expected a word, a publisher"),
        ("edition: {when_empty: sulk}", "edition.when_empty", "expected skip or note"),
        ("edition: {schedule: daily}", "edition.schedule", "expected keys and values, at least at"),
        ("edition: {schedule: {days: [mon]}}", "edition.schedule.at", "is missing; expected a"),
        ("edition: {schedule: {at: '24:00'}}", "edition.schedule.at", "a time of day in quotes"),
        ("edition: {schedule: {at: 990}}", "edition.schedule.at", "a time of day in quotes"),
        (
            "edition: {schedule: {at: '6:30', days: [mon, tuesd]}}",
            "edition.schedule.days",
            "tuesd is none; did you mean tue?",
        ),
        ("edition: {schedule: {at: '6:30', days: []}}", "edition.schedule.days", "a list of days"),
        ("topic_feeds: ['https://x.test']", "topic_feeds[0]", "that holds {query}"),
        ("topic_feeds: ['https://x.test/{query}{y}']", "topic_feeds[0]", "that holds {query}"),
        ("fetch: {user_agent: \"a\\nb\"}", "fetch.user_agent", "one line of plain ASCII"),
        ("fetch: {user_agent: Zürich}", "fetch.user_agent", "one line of plain ASCII"),
        ("fetch: {respect_robots: perhaps}", "fetch.respect_robots", "expected true or false"),
        ("fetch: {max_bytes: 5 apples}", "fetch.max_bytes", "expected a size"),
        ("fetch: {articles: none}", "fetch.articles", "expected pages or feed"),
        ("fetch: {allow_hosts: ['http://x']}", "fetch.allow_hosts[0]", "without scheme and port"),
        ("fetch: {connect_to: {'*.test': '127.0.0.1'}}", "fetch.connect_to.*.test", "address:port"),
        ("fetch: {connect_to: {a.test: 'h:99999'}}", "fetch.connect_to.a.test", "address:port"),
        ("fetch: {connect_to: {'a b': 'h:1'}}", "fetch.connect_to.a b", "host or pattern"),
        ("fetch: {proxy: 'socks5://x:1'}", "fetch.proxy", "expected an http or https address"),
        ("workers: {processes: 0}", "workers.processes", "auto or a whole number from 1 to 64"),
        ("workers: {processes: true}", "workers.processes", "auto or a whole number"),
        ("llm: {model: m}", "llm.base_url", "is missing; expected an http or https address"),
        ("llm: {base_url: x, model: m}", "llm.base_url", 'is "x"; expected an http'),
        (LLM % "judge: [a]", "llm.judge", "the name of a cheaper model"),
        (LLM % "api_key: '${}'", "llm.api_key", "`${` without a variable's name"),
        ("outputs: [{kind: chat, urls: []}]", "outputs[0].kind", "chat is not available in this"),
        ("outputs: [{kind: pdf, dir: x}]", "outputs[0].kind", "expected markdown, html, json, git"),
        ("outputs: [{kind: md, dir: x}]", "outputs[0].kind", "did you mean"),
        ("outputs: [{kind: json}]", "outputs[0].dir", "is missing; expected a folder"),
        ("outputs: [{kind: json, dir: a}, {kind: json, dir: a}]", "outputs[1]", "as outputs[0]"),
        ("outputs: {kind: json}", "outputs", "is a mapping; expected a list such as"),
        ("templates: nowhere", "templates", "there is no such folder"),
        ("1: x", "1", "is not a key"),
        ("<<: {title: x}", "<<", "is not a key"),
    ],
)  # fmt: skip
def test_a_mistake_names_key_value_and_what_helps(text: str, key: str, expected: str) -> None:
    error = refused(text)
    assert error.key == key
    assert expected in str(error)
    assert str(error).startswith(f"config.yaml, line 2: `{key}` ")
    assert "\n" not in str(error)
    assert error.exit_code == 2


@pytest.mark.parametrize(
    "path",
    ["../x", "/x", "a/../../x", "{date:../}", "a//b", "~/x", "a\\\\b", "{date.year}", "{x}", "{0}",
     "{date!r}", "{name:9999999999}", "{date:{name}}", "{date", "x/", "{date:%Y}/..", "a\x01"],
)  # fmt: skip
def test_an_outputs_path_stays_in_its_folder(path: str) -> None:
    error = refused(f"outputs: [{{kind: json, dir: x, path: {json.dumps(path)}}}]")
    assert error.key == "outputs[0].path"


@pytest.mark.parametrize(
    "url",
    ["", "example.org/feed", "htps://x.test", "https://", "https://x.test:port/", "https://[x/",
     "https://x.test/a b", "https://x.test/\u2028a", "file:///etc/passwd", "https://x.test:0/",
     "https://x.test/" + "a" * 2000],
)  # fmt: skip
def test_a_feed_needs_an_address(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f"feeds: [{{url: {json.dumps(url)}}}]", folder=Path("/"), environ={})
    assert caught.value.key == "feeds[0].url"
    assert "expected an http or https address" in str(caught.value)


def test_one_feed_given_twice_is_named_twice() -> None:
    text = """feeds:
  - {url: "https://example.org/feed", name: One}
  - {url: "https://other.test/feed"}
  - {url: "http://EXAMPLE.org/feed/", name: Two}
"""
    with pytest.raises(ConfigError) as caught:
        parse(text, folder=Path("/"), environ={})
    assert str(caught.value) == (
        "config.yaml, line 4: `feeds[2].url` is the address of feeds[0] (One) and feeds[2] (Two); "
        "keep one"
    )


def test_all_mistakes_are_told_in_the_order_of_the_file() -> None:
    error = refused("llm: {model: m}\ntittle: x\nedition:\n  max_stories: -1\n  window: ${W}\n")
    assert error.key == "llm.base_url"
    assert str(error).splitlines() == [
        "config.yaml has 4 mistakes:",
        "  line 2: `llm.base_url` is missing; expected an http or https address, such as "
        "https://host.example/v1",
        "  line 3: `tittle` is not a key; did you mean `title`?",
        "  line 5: `edition.max_stories` is -1; expected a whole number from 1 to 50",
        "  line 6: `edition.window` needs the environment variable W, which is not set",
    ]


def test_very_many_mistakes_are_cut_short_and_quick() -> None:
    started = time.monotonic()
    error = refused("\n".join(f"k{n}: 1" for n in range(50_000)))
    assert time.monotonic() - started < 10
    assert len(str(error).splitlines()) == 22


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "title: x\n", "feeds:\n", "feeds: []\n"])
def test_a_file_without_feeds_says_so(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, folder=Path("/"), environ={})
    assert caught.value.key == "feeds"
    assert "expected a list of at least one feed" in str(caught.value)


# --- what is no YAML -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("a: [1\nb: 2\n", 2, "not readable as YAML"),
        ("title: a: b\n", 1, "not readable as YAML"),
        ("edition:\n\tname: x\n", 2, "indent with spaces, not tabs"),
        ("title: a\n\ntitle: b\n", 3, "`title` is given twice, first on line 1"),
        ("edition: {name: a,\n name: b}\n", 2, "`name` is given twice, first on line 1"),
        ("a: &x 1\n", 1, "anchors and aliases"),
        ("a: *x\n", 1, "anchors and aliases"),
        ("title: !!python/name:os.system x\n", 1, "tags such as"),
        ("? [a]\n: 1\n", 1, "a key must be plain text"),
        ("title: a\n---\ntitle: b\n", 2, "a second document starts here"),
        ("a: " + "[" * 5000, 1, "nested more than 12 levels"),
    ],
)  # fmt: skip
def test_a_broken_file_is_told_with_its_line(text: str, line: int, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, folder=Path("/"), environ={})
    assert str(caught.value).startswith(f"config.yaml, line {line}: ")
    assert expected in str(caught.value)


@pytest.mark.parametrize("text", ["- a\n", "just text\n", "5\n"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="expected keys and values, such as `title"):
        parse(text, folder=Path("/"), environ={})


def test_a_laughing_file_does_not_grow() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    started = time.monotonic()
    with pytest.raises(ConfigError, match="anchors and aliases"):
        parse("\n".join(lines), folder=Path("/"), environ={})
    assert time.monotonic() - started < 2


def test_a_huge_file_is_refused_and_a_long_list_is_not(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("#" * (LARGEST + 1))
    with pytest.raises(ConfigError, match="the limit is 1,000,000"):
        load(file, {})
    lines = [f'  - {{url: "https://f{n}.test/feed", name: F{n}}}' for n in range(5_000)]
    assert len(parse("feeds:\n" + "\n".join(lines), folder=tmp_path, environ={}).feeds) == 5_000


@given(
    st.text(alphabet=st.sampled_from("abe:-[]{}#&*!|>'\"%@`, \n\t${}?0\x00\ud800é"), max_size=60)
)
def test_no_text_raises_anything_else(text: str) -> None:
    for form in (text, f"{FEEDS}title: {text}", f"{FEEDS}edition: {{window: {text}}}"):
        try:
            config = parse(form, folder=Path("/"), environ={})
        except ConfigError as error:
            assert str(error)
        else:
            assert config.feeds


# --- files -----------------------------------------------------------------------------------


def test_a_missing_file_points_to_init(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match="there is no such file; `digest init` makes one"
    ) as caught:
        load(tmp_path / "config.yaml", {})
    assert str(tmp_path / "config.yaml") in str(caught.value)


def test_a_folder_and_a_foreign_encoding_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path, {})
    file = tmp_path / "config.yaml"
    file.write_bytes(b"title: a\nlanguage: \xfc\n")
    with pytest.raises(ConfigError, match="line 2: not UTF-8 text"):
        load(file, {})


def test_relative_paths_start_at_the_files_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site" / "mine").mkdir(parents=True)
    text = FEEDS + "store: sqlite:///a/b.db\ntemplates: mine\noutputs: [{kind: json, dir: ../out}]"
    (tmp_path / "site" / "c.yaml").write_text("\ufeff" + text)
    monkeypatch.chdir(tmp_path)
    config = load(Path("site/c.yaml"), {})
    assert config.store_path == tmp_path / "site/a/b.db"
    assert config.templates == tmp_path / "site/mine"
    assert files(config)[0].dir.resolve() == tmp_path / "out"


# --- the configuration that is shipped -------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> Config:
    return load(ROOT / "config.yaml", {})


def test_the_shipped_configuration_has_sixty_feeds_by_category(shipped: Config) -> None:
    assert len(shipped.feeds) >= 60
    assert all(feed.name and feed.category for feed in shipped.feeds)
    assert len({feed.category for feed in shipped.feeds}) >= 6
    categories = [feed.category for feed in shipped.feeds]
    grouped = [c for n, c in enumerate(categories) if n == 0 or categories[n - 1] != c]
    assert len(grouped) == len(set(grouped))


def test_the_shipped_feeds_are_those_known_well(shipped: Config) -> None:
    if not CURATED.exists():
        pytest.skip("needs ../shared/data")
    curated = json.loads(CURATED.read_text(encoding="utf-8"))
    known = {feed["url"] for feed in curated["feeds"] if feed["confidence"] == "high"}
    assert {feed.url for feed in shipped.feeds} <= known
    avoided = {entry.split()[0] for entry in curated["avoid"]}
    assert not avoided & {feed.url for feed in shipped.feeds}


def test_the_shipped_configuration_shows_every_option_with_a_comment() -> None:
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    head = text.partition("\nfeeds:\n")[0]
    uncommented = "\n".join(
        line.replace("# ", "", 1) if line.lstrip().startswith("# ") else line
        for line in text.splitlines()
    )
    for section in _sections(Config):
        for attribute, field in section.model_fields.items():
            name = field.alias or attribute
            assert f"{name}:" in uncommented, f"{section.__name__}.{name} is not shown"
            assert field.description, f"{section.__name__}.{name} says nothing of what it expects"
    for line in head.splitlines():
        option = line.removeprefix("# ").strip()
        if not option or option.endswith(":") or line.startswith("#"):
            continue
        assert "#" in line or option.startswith("- "), f"no comment: {line}"


def test_the_shipped_configuration_shows_the_defaults(shipped: Config) -> None:
    plain = read("", folder=ROOT)
    same = {"title", "language", "timezone", "store", "fetch", "workers", "llm", "outputs"}
    same |= {"embeddings"}
    for name in same | {"templates"}:
        assert getattr(shipped, name) == getattr(plain, name), name
    assert shipped.edition.model_copy(update={"schedule": None}) == plain.edition


@pytest.mark.parametrize("depth", [1, 2])
def test_the_options_behind_a_hash_work_when_it_is_taken_away(tmp_path: Path, depth: int) -> None:
    """Each commented block as a whole; then also the options behind a second hash in it."""
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    options, heading, feeds = text.partition("# The feeds, by category")
    for _ in range(depth):
        options = "\n".join(map(_opened, options.splitlines()))
    (tmp_path / "my-templates").mkdir()
    (tmp_path / "secrets").mkdir()
    key = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"
    (tmp_path / "secrets" / "dkim.pem").write_text(key)
    environ = {"OPENAI_API_KEY": "k", "SMTP_PASSWORD": "p", "IMAP_PASSWORD": "q"}
    config = parse(f"{options}\n{heading}{feeds}", folder=tmp_path, environ=environ)
    assert config.llm is not None
    assert [o.kind for o in config.outputs] == ["markdown", "html", "json", "git", "email"]
    mail = config.outputs[-1]
    assert isinstance(mail, EmailOutputSettings)
    assert mail.to_readers
    assert mail.bounces is not None
    assert mail.unsubscribe(config.base_url)
    assert (mail.dkim is not None, mail.unsubscribe_url is not None) == (depth == 2, depth == 2)
    assert config.fetch.proxy
    assert config.templates
    assert config.base_url == "https://digest.example.org"
    assert len(config.topic_feeds) == 2


def _opened(line: str) -> str:
    names = ("llm:", "  ", "outputs:", "web:", "templates:", "proxy:", "- ", "unsubscribe_", "dkim")
    option = line.lstrip()
    taken = option.startswith("# ") and option[2:].startswith(("embeddings:", *names))
    return line.replace("# ", "", 1) if taken else line


def _sections(section: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield section
    for field in section.model_fields.values():
        for part in _parts(field.annotation):
            yield from _sections(part)


def _parts(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("", ""),
        ("web: {base_url: https://digest.example.org}", " (+https://digest.example.org)"),
        (
            "outputs: [{kind: email, from: news@example.org, smtp: {host: localhost},"
            " to: [a@example.org]}]",
            " (+mailto:news@example.org)",
        ),
    ],
)
def test_the_user_agent_names_a_contact_where_there_is_one(text: str, contact: str) -> None:
    assert read(text).user_agent == f"ai-news-digest/{__version__}{contact}"
    assert read(text).names_contact is bool(contact)
    assert read('fetch: {user_agent: "Mine/1"}').user_agent == "Mine/1"


def test_a_fallback_that_is_a_feed_itself_is_named() -> None:
    feeds = """feeds:
  - {url: "https://a.example/feed", name: A, fallbacks: ["https://b.example/feed/"]}
  - {url: "https://b.example/feed", name: B}
"""
    with pytest.raises(ConfigError, match=r"is the address of feeds\[1\] \(B\), which is asked"):
        parse(feeds, folder=Path("/etc/d"), environ={})
