"""The connection on which the runner tells the front how it is. It is JSON, an object a line."""

from __future__ import annotations

import io
import json
import os
import socket
import sys
import threading
from contextvars import ContextVar
from typing import Any

LONGEST_TEXT = 16 * 1024

current_request: ContextVar[str | None] = ContextVar("current_request", default=None)
"""The id of the request that the present code runs for."""


class ControlLine:
    """What is said here comes before an answer that says how many lines there were."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(path)
        self._lock = threading.Lock()
        self.lines = 0

    def ready(self) -> None:
        self._say({"type": "ready"})

    def failed(self, problem: str, message: str, detail: str) -> None:
        """The function cannot be loaded. The front ends this process when it has read that."""
        self._say(
            {"type": "failed", "problem": problem, "message": message[:LONGEST_TEXT], "detail": detail[-LONGEST_TEXT:]}
        )

    def log(self, level: str, text: str) -> None:
        self._say({"type": "log", "request": current_request.get(), "level": level, "text": text[:LONGEST_TEXT]})

    def wait_for_end(self) -> None:
        """The front says nothing here: when there is something to read, it is gone."""
        try:
            self._socket.recv(1)
        finally:
            os._exit(0)

    def _say(self, message: dict[str, Any]) -> None:
        line = json.dumps(message).encode() + b"\n"
        with self._lock:
            self.lines += 1
            self._socket.sendall(line)


class LogStream(io.TextIOBase):
    """Takes the place of stdout or stderr: each whole line is a line of the log."""

    def __init__(self, control: ControlLine, level: str) -> None:
        self._control = control
        self._level = level
        self._rest = threading.local()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, rest = (getattr(self._rest, "text", "") + text).split("\n")
        self._rest.text = rest
        for line in lines:
            self._control.log(self._level, line)
        return len(text)


def log_output(control: ControlLine) -> None:
    sys.stdout = LogStream(control, "info")
    sys.stderr = LogStream(control, "error")
