"""Answers requests with an ASGI application (version 3.0, http and lifespan), on one event loop for all of them."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import Future
from typing import Any
from urllib.parse import unquote

from .http_types import Answer, Request

Message = MutableMapping[str, Any]
Application = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

VERSION = {"version": "3.0", "spec_version": "2.3"}
PIECE_BYTES = 64 * 1024
MOST_WAITING = 8
STARTUP_SECONDS = 60


class Server:
    def __init__(self, application: Application) -> None:
        self._application = application
        self._loop = asyncio.new_event_loop()
        self._state: dict[str, Any] = {}
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(STARTUP_SECONDS)

    def answer(self, request: Request) -> Answer:
        exchange = Exchange(request, self._loop, self._state)
        exchange.task = asyncio.run_coroutine_threadsafe(self._run(exchange), self._loop)
        return exchange.answer()

    async def _run(self, exchange: Exchange) -> None:
        try:
            await self._application(exchange.scope(), exchange.receive, exchange.send)
        except Exception as error:
            exchange.told.put(error)
        else:
            exchange.told.put(None)

    async def _start(self) -> None:
        """Tells the application that it starts. One that knows nothing of that raises, which is no error."""
        started: asyncio.Future[None] = self._loop.create_future()
        told = iter([{"type": "lifespan.startup"}])

        async def receive() -> Message:
            for message in told:
                return message
            # It is never told that it stops: the process ends with its container.
            await asyncio.Event().wait()
            return {}

        async def send(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                started.set_exception(RuntimeError(message.get("message") or "the application failed to start"))
            elif not started.done():
                started.set_result(None)

        async def live() -> None:
            try:
                await self._application({"type": "lifespan", "asgi": VERSION, "state": self._state}, receive, send)
            except Exception:
                if not started.done():
                    self._state.clear()
            if not started.done():
                started.set_result(None)

        self._life = self._loop.create_task(live())
        await started


class Exchange:
    """One request. The application runs on the loop; a thread waits for what it sends."""

    task: Future[None]

    def __init__(self, request: Request, loop: asyncio.AbstractEventLoop, state: dict[str, Any]) -> None:
        self._request = request
        self._loop = loop
        self._state = state
        self._room = asyncio.Semaphore(MOST_WAITING)
        self._over = asyncio.Event()
        self._body_is_over = False
        self.told: queue.SimpleQueue[Message | Exception | None] = queue.SimpleQueue()

    def scope(self) -> Message:
        parts = self._request.parts
        return {
            "type": "http",
            "asgi": VERSION,
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": parts.scheme,
            "path": unquote(parts.path),
            "raw_path": parts.path.encode("latin-1"),
            "query_string": parts.query.encode("latin-1"),
            "root_path": "",
            "headers": [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in self._request.headers],
            "client": None,
            "server": (parts.hostname or "localhost", parts.port or (443 if parts.scheme == "https" else 80)),
            "state": dict(self._state),
        }

    async def receive(self) -> Message:
        if self._body_is_over:
            await self._over.wait()
            return {"type": "http.disconnect"}
        piece = await self._loop.run_in_executor(None, self._request.body.read, PIECE_BYTES)
        self._body_is_over = piece == b""
        return {"type": "http.request", "body": piece, "more_body": not self._body_is_over}

    async def send(self, message: Message) -> None:
        await self._room.acquire()
        self.told.put(message)

    def answer(self) -> Answer:
        head = self._next()
        if head is None or head["type"] != "http.response.start":
            raise RuntimeError("the application ended without an answer")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in head.get("headers", ())]
        return Answer(head["status"], "", headers, self._pieces())

    def _pieces(self) -> Iterable[bytes]:
        try:
            while (message := self._next()) is not None:
                if message["type"] == "http.response.body":
                    yield message.get("body", b"")
                    if not message.get("more_body", False):
                        return
        finally:
            # Whether all of it was sent or the client has gone.
            self._loop.call_soon_threadsafe(self._over.set)

    def _next(self) -> Message | None:
        told = self.told.get()
        if isinstance(told, Exception):
            raise told
        self._loop.call_soon_threadsafe(self._room.release)
        return told
