"""The kinds of handlers, told apart by the names of their parameters."""

from __future__ import annotations

import importlib
import inspect
import io
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from .arguments import Parameters
from .http_types import Answer, Headers, Request, answer_of

Answering = Callable[[Request], Answer]


class NoHandler(Exception):
    """The module is there, and what the manifest names in it is not."""


def load(handler: str) -> Answering:
    """Imports "package.module.name". Raises NoHandler, or what the import raises."""
    module_name, _, attribute = handler.rpartition(".")
    module = importlib.import_module(module_name)
    target = getattr(module, attribute, None)
    if not callable(target):
        raise NoHandler(f"{module_name} has no {attribute} that can be called.")
    return answering(target)


def answering(target: Callable[..., Any]) -> Answering:
    names = list(inspect.signature(target).parameters)
    if names == ["scope", "receive", "send"]:
        # Loaded only where it is needed, as asyncio takes its time.
        from .asgi import Server

        return Server(target).answer
    if names[:2] == ["environ", "start_response"]:
        return lambda request: call_wsgi(target, request)
    if names == ["request"]:
        return lambda request: answer_of(finished(target(request)))
    parameters = Parameters(target)
    return lambda request: answer_of(finished(parameters.call(request)))


def finished(result: Any) -> Any:
    if not inspect.iscoroutine(result):
        return result
    import asyncio

    return asyncio.run(result)


def call_wsgi(application: Callable[..., Iterable[bytes]], request: Request) -> Answer:
    """PEP 3333, but for write() after the first piece was taken."""
    head: list[tuple[str, Headers]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
        head[:] = [(status, headers)]
        return written.append

    pieces = application(environ_of(request), start_response)
    iterator = iter(pieces)
    # An application may say its head only when it is asked for the first piece.
    first = next(iterator, b"")
    if not head:
        raise RuntimeError("the application did not call start_response")
    (status, headers) = head[0]
    code, _, reason = status.partition(" ")

    def body() -> Iterable[bytes]:
        try:
            yield from written
            yield first
            yield from iterator
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    return Answer(int(code), reason, headers, body())


def environ_of(request: Request) -> dict[str, Any]:
    parts = request.parts
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname or "localhost",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BufferedReader(RawBody(request)),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name in {name.lower() for name, _ in request.headers}:
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = request.header(name)
    return environ


class RawBody(io.RawIOBase):
    """A request's body for those who read it by lines or pieces."""

    def __init__(self, request: Request) -> None:
        self._body = request.body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._body.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)
