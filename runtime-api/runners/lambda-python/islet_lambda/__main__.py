"""Loads the handler that _HANDLER names, and calls it with one event after the other."""

from __future__ import annotations

import os
import sys

from .calls import Failure, called
from .client import RuntimeClient
from .context import Context
from .loading import load
from .output import write_lines


def main() -> None:
    write_lines()
    client = RuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"])
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    handler = load(os.environ["_HANDLER"])
    if isinstance(handler, Failure):
        sys.stdout.flush()
        client.init_failed(handler)
        sys.exit(1)
    while True:
        invocation = client.next()
        if invocation.trace_id is not None:
            os.environ["_X_AMZN_TRACE_ID"] = invocation.trace_id
        result = called(handler, invocation.payload, Context(invocation))
        # What it has written is read before its answer is.
        sys.stdout.flush()
        sys.stderr.flush()
        if isinstance(result, Failure):
            client.failed(invocation.id, result)
        else:
            client.answered(invocation.id, result)


main()
