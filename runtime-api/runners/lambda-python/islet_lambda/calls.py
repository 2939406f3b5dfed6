"""One call of a handler: JSON in, JSON out, or how it failed."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass(frozen=True)
class Failure:
    type: str
    message: str
    stack: list[str]


def called(handler: Callable[[Any, Any], Any], payload: bytes, context: Any) -> bytes | Failure:
    try:
        result = handler(json.loads(payload), context)
    except Exception:
        return failure_of(sys.exc_info())
    try:
        return json.dumps(result, default=plain, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        return Failure("Runtime.MarshalError", f"Unable to marshal response: {error}", [])


def plain(value: Any) -> float:
    """Numbers as DynamoDB's client gives them."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def failure_of(raised: tuple[type[BaseException] | None, BaseException | None, TracebackType | None]) -> Failure:
    kind, error, trace = raised
    # Not these files, nor what imported the module for them.
    frames = [
        frame
        for frame in traceback.extract_tb(trace)
        if not frame.filename.startswith((HERE, "<frozen ")) and "/importlib/" not in frame.filename
    ]
    name = kind.__name__ if kind is not None else "Exception"
    return Failure(name, str(error), traceback.format_list(frames))
