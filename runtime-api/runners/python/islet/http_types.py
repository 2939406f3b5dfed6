"""A request and an answer, as handlers of requests see them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import SplitResult, parse_qs, urlsplit

Headers = list[tuple[str, str]]


class Body(Protocol):
    """A request's body, which is read from the front only when somebody reads it."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Request:
    method: str
    """Absolute, as the client sent it."""
    url: str
    headers: Headers
    body: Body

    @property
    def parts(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def path(self) -> str:
        return self.parts.path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(self.parts.query, keep_blank_values=True)

    def header(self, name: str, default: str = "") -> str:
        """All values of a field, with commas between them."""
        wanted = name.lower()
        values = [value for key, value in self.headers if key.lower() == wanted]
        return ", ".join(values) if values else default

    def read(self) -> bytes:
        return self.body.read()

    def text(self) -> str:
        return self.read().decode()

    def json(self) -> Any:
        return json.loads(self.read())


@dataclass(frozen=True)
class Response:
    """`body` may be text, bytes, pieces of bytes that are sent as they come, or what JSON can say."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] | Headers = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What goes to the front."""

    status: int
    reason: str
    headers: Headers
    body: bytes | Iterable[bytes]


def answer_of(result: Any) -> Answer:
    """Turns what a function gave into an answer: text and bytes as they are, all else as JSON."""
    if not isinstance(result, Response):
        result = Response(result, 204 if result is None else 200)
    given = list(result.headers.items() if isinstance(result.headers, Mapping) else result.headers)
    body, kind = encoded(result.body)
    if kind is not None and all(name.lower() != "content-type" for name, _ in given):
        given.append(("content-type", kind))
    return Answer(result.status, "", given, body)


def encoded(body: Any) -> tuple[bytes | Iterable[bytes], str | None]:
    if body is None:
        return b"", None
    if isinstance(body, str):
        return body.encode(), "text/plain; charset=utf-8"
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body), "application/octet-stream"
    if hasattr(body, "__next__"):
        return body, "application/octet-stream"
    return json.dumps(body).encode(), "application/json"
