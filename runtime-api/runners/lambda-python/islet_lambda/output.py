"""What a handler prints and logs."""

from __future__ import annotations

import io
import logging
import sys


def write_lines() -> None:
    """A pipe is no terminal: without this, what is printed would come when a buffer is full."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)
    # Handlers set the root logger's level and expect that somebody writes.
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("[%(levelname)s] %(message)s"))
    logging.getLogger().addHandler(handler)
