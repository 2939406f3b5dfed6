"""Calls a plain function with arguments from a request: `def add(x, y)` by ?x=1&y=2 or by {"x": 1, "y": 2}."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from .http_types import Request

FORM = "application/x-www-form-urlencoded"


class InvalidArgument(Exception):
    """The client's fault; its message names the parameter."""


class Parameters:
    """A function's parameters, looked at once."""

    def __init__(self, function: Callable[..., Any]) -> None:
        parameters = inspect.signature(function).parameters.values()
        self._function = function
        self._takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters)
        self._named = {one.name: one for one in parameters if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)}
        self._hints = hints_of(function)

    def call(self, request: Request) -> Any:
        given = {**self._from_query(request.query), **self._from_body(request)}
        for name in given:
            if name not in self._named and not self._takes_any:
                raise InvalidArgument(f"there is no parameter {name!r}")
        for name, parameter in self._named.items():
            if name not in given and parameter.default is parameter.empty:
                raise InvalidArgument(f"the parameter {name!r} is missing")
        positional = [
            given.pop(name, parameter.default)
            for name, parameter in self._named.items()
            if parameter.kind is parameter.POSITIONAL_ONLY
        ]
        return self._function(*positional, **given)

    def _from_query(self, query: Mapping[str, list[str]]) -> dict[str, Any]:
        return {
            name: self._from_text(name, values[0]) if len(values) == 1 else [self._from_text(name, v) for v in values]
            for name, values in query.items()
        }

    def _from_body(self, request: Request) -> dict[str, Any]:
        if request.method in ("GET", "HEAD"):
            return {}
        body = request.read()
        if not body:
            return {}
        if request.header("content-type").split(";")[0].strip().lower() == FORM:
            return self._from_query(parse_qs(body.decode(errors="replace"), keep_blank_values=True))
        try:
            values = json.loads(body)
        except ValueError:
            raise InvalidArgument("the body is not JSON") from None
        if not isinstance(values, dict):
            raise InvalidArgument("the body is not a JSON object with the parameters")
        return {name: self._checked(name, value) for name, value in values.items()}

    def _from_text(self, name: str, text: str) -> Any:
        """What reads as JSON is that, unless the parameter is annotated as text."""
        if self._hints.get(name) is str:
            return text
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        return self._checked(name, value)

    def _checked(self, name: str, value: Any) -> Any:
        hint = self._hints.get(name)
        if hint is float and type(value) is int:
            return float(value)
        if hint in (int, float, bool, str) and type(value) is not hint:
            raise InvalidArgument(f"the parameter {name!r} must be {hint.__name__}, not {json.dumps(value)[:100]}")
        return value


def hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function)
    except Exception:
        # Names that are there only for type checkers: then there is nothing to check by.
        return {}
