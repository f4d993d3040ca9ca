"""The model client against a real server that fails in every way."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from digest.adapters.llm import OpenAIModel
from digest.errors import ModelError, ModelUnavailable
from digest.ports import ModelReply
from tests.model_server import KEY, ModelServer

MESSAGES = [
    {"role": "system", "content": "Answer in JSON."},
    {"role": "user", "content": "xyz article 1\nOutlet: Title\nFirst said. Second said."},
]
SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def ask(server: ModelServer, times: int = 1, **options: Any) -> list[ModelReply | ModelError]:
    """Return the outcome of each of ``times`` calls, one after the other."""

    async def run() -> list[ModelReply | ModelError]:
        outcomes: list[ModelReply | ModelError] = []
        settings: dict[str, Any] = {
            "base_url": server.url,
            "model": "m1",
            "api_key": KEY,
            "timeout": 5.0,
        }
        async with OpenAIModel(**(settings | options)) as model:
            for _ in range(times):
                try:
                    outcomes.append(await model.complete(MESSAGES, SCHEMA))
                except ModelError as error:
                    outcomes.append(error)
        return outcomes

    return asyncio.run(run())


def test_a_good_reply_comes_with_its_tokens_counted() -> None:
    with ModelServer("keyed") as server:
        (reply,) = ask(server)
    assert isinstance(reply, ModelReply)
    assert reply.text.startswith("{")
    assert (reply.input_tokens, reply.cached_tokens, reply.output_tokens) == (1000, 800, 200)
    assert server.requests[0]["model"] == "m1"
    asked = server.requests[0]["response_format"]["json_schema"]
    assert asked["schema"] == SCHEMA
    assert asked["strict"] is True


@pytest.mark.parametrize(
    ("behaviour", "formats"),
    [
        ("no_schema", ["json_schema", "json_object", "json_object"]),
        ("no_format", ["json_schema", "json_object", "text", "text"]),
    ],
)
def test_a_rejected_format_is_asked_for_once(behaviour: str, formats: list[str]) -> None:
    with ModelServer(behaviour) as server:
        outcomes = ask(server, times=2)
    assert all(isinstance(outcome, ModelReply) for outcome in outcomes)
    assert server.formats() == formats
    assert '"additionalProperties": false' in server.requests[-1]["messages"][0]["content"]


def test_a_request_that_is_wrong_in_itself_changes_no_format() -> None:
    with ModelServer("too_long", "good") as server:
        first, second = ask(server, times=2)
    assert type(first) is ModelError
    assert "too long" in str(first)
    assert isinstance(second, ModelReply)
    assert server.formats() == ["json_schema", "json_schema"]


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("wrong_key", "refused the API key (401)"),
        ("unknown_model", "does not know the model “m1” (404)"),
        ("no_credit", "no credit left"),
    ],
)
def test_what_will_not_mend_in_this_run_says_so_at_once(behaviour: str, words: str) -> None:
    with ModelServer(behaviour) as server:
        (error,) = ask(server)
    assert isinstance(error, ModelUnavailable)
    assert words in str(error)
    assert server.url.split("/")[2] in str(error)
    assert KEY not in str(error)
    assert len(server.requests) == 1


def test_no_server_at_all_is_unavailable() -> None:
    with ModelServer() as server:
        pass
    (error,) = ask(server)
    assert isinstance(error, ModelUnavailable)
    assert "cannot be reached" in str(error)


def test_retry_after_is_kept_to() -> None:
    with ModelServer("busy", "good") as server:
        start = time.monotonic()
        (reply,) = ask(server)
    assert isinstance(reply, ModelReply)
    assert time.monotonic() - start >= 0.3
    assert len(server.requests) == 2


def test_a_failing_server_is_asked_three_times_and_after_three_calls_no_more() -> None:
    with ModelServer("broken") as server:
        first, second, third = ask(server, times=3)
    assert [type(e) for e in (first, second, third)] == [ModelError, ModelError, ModelUnavailable]
    assert "(500)" in str(first)
    assert "3 times in a row" in str(third)
    assert len(server.requests) == 9


def test_calls_that_wait_for_their_turn_ask_no_server_that_was_given_up() -> None:
    async def at_once(server: ModelServer) -> list[Any]:
        async with OpenAIModel(
            base_url=server.url, model="m1", timeout=0.1, concurrency=1
        ) as model:
            calls = [model.complete(MESSAGES, SCHEMA) for _ in range(6)]
            return await asyncio.gather(*calls, return_exceptions=True)

    with ModelServer("hang") as server:
        outcomes = asyncio.run(at_once(server))
    assert [type(e) for e in outcomes] == [ModelError] * 2 + [ModelUnavailable] * 4
    assert "is not asked again in this run" in str(outcomes[-1])


def test_an_answer_between_failures_starts_the_count_anew() -> None:
    with ModelServer(*["broken"] * 6, "good", "broken") as server:
        outcomes = ask(server, times=4)
    assert ModelUnavailable not in [type(outcome) for outcome in outcomes]


def test_a_hang_costs_no_more_than_the_timeout() -> None:
    with ModelServer("hang") as server:
        start = time.monotonic()
        (error,) = ask(server, timeout=0.4)
        assert time.monotonic() - start < 8  # the server would hang for 30
    assert type(error) is ModelError
    assert "within 0.4 s" in str(error)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("empty", "empty reply"),
        ("spaces", "empty reply"),
        ("length", "cut short"),
        ("refusal", "refused to write"),
        ("content_filter", "content filter"),
        ("half", "broke off"),
        ("html", "without a reply"),
        ("no_choices", "without a reply"),
        ("odd_choices", "empty reply"),
        ("a_list", "without a reply"),
        ("moved", "rejected the request (307)"),
    ],
)
def test_each_useless_answer_has_its_name(behaviour: str, words: str) -> None:
    with ModelServer(behaviour) as server:
        (error,) = ask(server)
    assert type(error) is ModelError, error
    assert words in str(error)


@pytest.mark.parametrize(
    "address", ["", "models", "ftp://h/v1", "http://", "http://[", "http://a\n"]
)
def test_an_address_that_is_none_is_unavailable(address: str) -> None:
    with ModelServer() as server:
        (error,) = ask(server, base_url=address)
    assert isinstance(error, ModelUnavailable)
    assert "no web address" in str(error)


def test_a_key_no_header_can_carry_is_unavailable_and_not_shown() -> None:
    with ModelServer() as server:
        (error,) = ask(server, api_key="sk-geheim-ä\n")
    assert isinstance(error, ModelUnavailable)
    assert "geheim" not in str(error)


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "OPENAI_API_KEY": "sk-other",
        "OPENAI_ADMIN_KEY": "sk-admin",
        "OPENAI_ORG_ID": "org-other",
        "OPENAI_PROJECT_ID": "proj-other",
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        "OPENAI_CUSTOM_HEADERS": "X-Leak: yes\nAuthorization: Bearer other\nHost: elsewhere",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "ALL_PROXY": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    with ModelServer("keyed") as server:
        (reply,) = ask(server)
    assert isinstance(reply, ModelReply)
    assert set(server.headers[0]) <= {
        "host", "user-agent", "authorization", "content-type", "content-length", "accept",
        "accept-encoding", "connection",
    }  # fmt: skip
    assert server.headers[0]["host"] in server.url


def test_a_server_without_keys_is_asked_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    with ModelServer() as server:
        (reply,) = ask(server, api_key="")
    assert isinstance(reply, ModelReply)
    assert "other" not in str(server.headers)


def test_no_more_calls_at_once_than_allowed() -> None:
    async def run(url: str) -> None:
        async with OpenAIModel(base_url=url, model="m1", concurrency=2) as model:
            await asyncio.gather(*(model.complete(MESSAGES, SCHEMA) for _ in range(6)))

    with ModelServer("slow") as server:
        asyncio.run(run(server.url))
    assert len(server.requests) == 6
    assert server.most_at_once == 2
