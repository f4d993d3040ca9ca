"""A real embeddings server on loopback that fails in every way servers fail.

    with EmbeddingServer("busy", "good") as server:
        EndpointEmbedder(…, base_url=server.url, …)

Each request takes the next of the named behaviours; the last one stays. Two titles of one event of
the yardstick, or of one of ``alike``, are near each other; all others are far apart.
"""

from __future__ import annotations

import gzip
import json
import math
import random
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any

from digest.core import yardstick
from tests.model_server import ApiServer

WIDTH = 48


class EmbeddingServer(ApiServer):
    """The server.

    ``squeeze`` is how much of every vector is the same: 0.8 puts all cosines above 0.8.
    """

    def __init__(
        self,
        *behaviours: str,
        alike: Iterable[Iterable[str]] = (),
        squeeze: float = 0.0,
        meaningless: bool = False,
    ) -> None:
        groups = [*yardstick.EVENTS, *alike] if not meaningless else []
        self._event = {text: str(n) for n, group in enumerate(groups) for text in group}
        self._squeeze = squeeze
        super().__init__(*behaviours)

    def texts(self) -> list[str]:
        """Return every text it was sent."""
        return [text for request in self.requests for text in request["input"]]

    def vector(self, text: str) -> list[float]:
        """Return a text's vector: what its event is about, what is its own, what all share."""
        event, own = _direction(self._event.get(text, text)), _direction(f"own {text}")
        made = [math.sqrt(0.4) * e + math.sqrt(0.6) * o for e, o in zip(event, own, strict=True)]
        kept = math.sqrt((1 - self._squeeze) / sum(x * x for x in made))
        return [*(kept * x for x in made), math.sqrt(self._squeeze)]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with outer._lock:
                    outer.requests.append(body)
                    outer.headers.append({k.lower(): v for k, v in self.headers.items()})
                    behaviours = outer._behaviours
                    name = behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]
                with suppress(BrokenPipeError, ConnectionResetError):  # the client hung up
                    outer._answer(self, name, body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        return Handler

    def _answer(self, http: BaseHTTPRequestHandler, name: str, body: dict[str, Any]) -> None:
        if name == "hang":
            self._released.wait(30)
            return
        if name == "endless":
            http.send_response(200)
            http.send_header("content-type", "application/json")
            http.end_headers()
            while True:
                http.wfile.write(b" " * 1_000_000)
        if name == "packed":
            _send(http, 200, gzip.compress(b" " * 50_000_000), {"content-encoding": "gzip"})
            return
        if name in _STATUSES:
            status, headers = _STATUSES[name]
            error = {"message": f"no,\x1b not with {http.headers['authorization']}"}
            _send(http, status, json.dumps({"error": error}), headers)
            return
        rows: list[Any] = [self.vector(text) for text in body["input"]]
        items = [
            {"object": "embedding", "index": n, "embedding": row} for n, row in enumerate(rows)
        ]
        if name == "shuffled":
            items.reverse()
        if name in _CHANGES:
            items = _CHANGES[name](items)
        answer = {"object": "list", "model": "m", "data": items, "usage": {"prompt_tokens": 1}}
        text = {"html": "<html>", "list": "[1]", "nothing": ""}.get(name, json.dumps(answer))
        _send(http, 200, text[: len(text) // 2] if name == "half" else text, {})


def _direction(key: str) -> list[float]:
    """Return a unit vector that is far from those of other keys."""
    chance = random.Random(sha256(key.encode()).digest())  # noqa: S311
    numbers = [chance.gauss(0, 1) for _ in range(WIDTH)]
    length = math.sqrt(sum(x * x for x in numbers))
    return [x / length for x in numbers]


def _first(value: Any) -> Any:
    """Return a change that puts ``value`` into the first vector's place."""
    return lambda items: [{**items[0], "embedding": value}, *items[1:]]


_CHANGES: dict[str, Any] = {
    "too_few": lambda items: items[:-1],
    "too_many": lambda items: [*items, items[0]],
    "no_vectors": lambda _: [],
    "no_list": lambda _: {"a": 1},
    "nan": _first([math.nan] * (WIDTH + 1)),
    "huge_number": _first([10**400, 1]),
    "tiny": _first([1e-200] * (WIDTH + 1)),
    "zeros": _first([0.0] * (WIDTH + 1)),
    "text": _first("AAAA"),
    "empty": _first([]),
    "short": _first([1.0, 2.0]),
    "null": _first(None),
    "nested": _first([[1.0]] * 3),
    "same_index": lambda items: [{**item, "index": 0} for item in items],
}
_STATUSES: dict[str, tuple[int, dict[str, str]]] = {
    "wrong_key": (401, {}),
    "unknown_model": (404, {}),
    "busy": (429, {"retry-after": "0.05"}),
    "broken": (500, {"retry-after": "0.01"}),
    "rejected": (400, {}),
    "moved": (307, {"location": "http://127.0.0.1:1/v1/embeddings"}),
}


def _send(
    http: BaseHTTPRequestHandler, status: int, text: str | bytes, headers: dict[str, str]
) -> None:
    raw = text.encode() if isinstance(text, str) else text
    http.send_response(status)
    http.send_header("content-type", "application/json")
    http.send_header("content-length", str(len(raw)))
    for name, value in headers.items():
        http.send_header(name, value)
    http.end_headers()
    http.wfile.write(raw)
