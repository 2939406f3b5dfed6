"""One connection with the front: requests one after the other."""

from __future__ import annotations

import socket
import time
import traceback
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import quote

from .arguments import InvalidArgument
from .control_line import ControlLine, current_request
from .handlers import Answering
from .http_types import Answer, Headers, Request

TRANSPORT = {"connection", "expect", "transfer-encoding", "islet-request-id"}
OWN_PREFIX = "islet-"
PIECE_BYTES = 64 * 1024


class IncomingBody:
    """Asks the front for a body only when it is read: as long as it is not, the request can be sent elsewhere."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._chunked = connection.headers.get("transfer-encoding", "").lower() == "chunked"
        self._left = 0 if self._chunked else int(connection.headers.get("content-length") or 0)
        self._over = not self._chunked and self._left == 0
        self._awaited = connection.headers.get("expect", "").lower() == "100-continue"

    @property
    def over(self) -> bool:
        return self._over

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self._piece(PIECE_BYTES), b""))
        return self._piece(size)

    def _piece(self, size: int) -> bytes:
        if self._over or size == 0:
            return b""
        if self._awaited:
            self._awaited = False
            self._connection.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._connection.wfile.flush()
        reader = self._connection.rfile
        if self._chunked and self._left == 0:
            self._left = int(reader.readline().split(b";")[0], 16)
            if self._left == 0:
                while reader.readline() not in (b"\r\n", b"\n", b""):
                    pass
                self._over = True
                return b""
        piece = reader.read(min(size, self._left))
        if not piece:
            raise ConnectionError("the client went away while it sent the body")
        self._left -= len(piece)
        if self._left == 0:
            if self._chunked:
                reader.readline()
            else:
                self._over = True
        return piece


class Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024

    def __init__(self, connected: socket.socket, answering: Answering, control: ControlLine) -> None:
        self._answering = answering
        self._control = control
        super().__init__(connected, ("", 0), None)  # type: ignore[arg-type]

    def handle_expect_100(self) -> bool:
        return True

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(256 * 1024)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        current_request.set(self.headers.get("islet-request-id"))
        body = IncomingBody(self)
        headers = [(name, value) for name, value in self.headers.items() if name.lower() not in TRANSPORT]
        # CPU time of this thread, and so of this request.
        began = time.thread_time_ns()
        try:
            answer = self._answering(Request(self.command, self.path, headers, body))
        except InvalidArgument as error:
            self._fail("invalid_argument", str(error))
        except Exception:
            self._control.log("error", traceback.format_exc().rstrip())
            self._fail("error", "")
        else:
            self._send(answer, (time.thread_time_ns() - began) // 1000)
        if not body.over:
            self.close_connection = True
        self.wfile.flush()

    def _send(self, answer: Answer, cpu_micros: int) -> None:
        bare = answer.status in (204, 304)
        headers = [(name, value) for name, value in answer.headers if self._may_send(name)]
        headers += [("islet-cpu-us", str(cpu_micros)), ("islet-lines", str(self._control.lines))]
        whole = answer.body if isinstance(answer.body, bytes) else None
        declared = any(name.lower() == "content-length" for name, _ in headers)
        chunked = whole is None and not declared and not bare
        if chunked:
            headers.append(("transfer-encoding", "chunked"))
        elif whole is not None and not declared and not bare:
            headers.append(("content-length", str(len(whole))))
        self._head(answer.status, answer.reason, headers)
        if bare or self.command == "HEAD":
            return
        if whole is not None:
            self.wfile.write(whole)
            return
        self._send_pieces(answer.body, chunked)

    def _send_pieces(self, pieces: Iterable[bytes], chunked: bool) -> None:
        try:
            # At once: the first piece may be long in coming.
            self.wfile.flush()
            for piece in pieces:
                if not piece:
                    continue
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                self.wfile.flush()
        except Exception:
            # What was promised cannot be kept: the front sees that the body breaks off.
            self.close_connection = True
            self._control.log("error", traceback.format_exc().rstrip())
            return
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _fail(self, failure: str, message: str) -> None:
        own = [("islet-failure", failure), ("islet-message", quote(message)), ("islet-lines", str(self._control.lines))]
        self._head(500, "", [*own, ("content-length", "0")])

    def _head(self, status: int, reason: str, headers: Headers) -> None:
        lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers), "", ""]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a header has a line break")
        self.wfile.write("\r\n".join(lines).encode("latin-1"))

    def _may_send(self, name: str) -> bool:
        lower = name.lower()
        return lower not in ("connection", "transfer-encoding") and not lower.startswith(OWN_PREFIX)

    def log_message(self, format: str, *args: Any) -> None:
        """The front has a log of its own."""
