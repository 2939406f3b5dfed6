"""Finds a handler such as "lambda_function.lambda_handler", or says why there is none."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

from .calls import Failure, failure_of

Handler = Callable[[Any, Any], Any]


def load(name: str) -> Handler | Failure:
    path, _, attribute = name.rpartition(".")
    if path == "":
        return Failure("Runtime.MalformedHandlerName", f"Bad handler '{name}': it has no dot", [])
    module_name = path.replace("/", ".")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        return Failure("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}", [])
    except SyntaxError as error:
        place = f"{os.path.basename(error.filename or '')}:{error.lineno}"
        message = f"Syntax error in module '{module_name}': {error.msg} ({place})"
        return Failure("Runtime.UserCodeSyntaxError", message, [])
    except Exception:
        return failure_of(sys.exc_info())
    handler = getattr(module, attribute, None)
    if handler is None:
        return Failure("Runtime.HandlerNotFound", f"Handler '{attribute}' missing on module '{module_name}'", [])
    if not callable(handler):
        return Failure("Runtime.HandlerNotFound", f"'{attribute}' of '{module_name}' cannot be called", [])
    return handler
