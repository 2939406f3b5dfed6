"""The Runtime API: the next event, and what became of it."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass

from .calls import Failure

VERSION = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Invocation:
    id: str
    payload: bytes
    deadline_ms: int
    function_arn: str
    trace_id: str | None


class RuntimeClient:
    def __init__(self, address: str) -> None:
        # Without a time limit: there may be no request for hours.
        self._connection = http.client.HTTPConnection(address)

    def next(self) -> Invocation:
        self._connection.request("GET", f"{VERSION}/invocation/next")
        response = self._connection.getresponse()
        payload = response.read()
        if response.status != 200:
            raise RuntimeError(f"the runtime API answers {response.status}: {payload[:200]!r}")
        return Invocation(
            id=response.getheader("Lambda-Runtime-Aws-Request-Id", ""),
            payload=payload,
            deadline_ms=int(response.getheader("Lambda-Runtime-Deadline-Ms", "0")),
            function_arn=response.getheader("Lambda-Runtime-Invoked-Function-Arn", ""),
            trace_id=response.getheader("Lambda-Runtime-Trace-Id"),
        )

    def answered(self, invocation: str, payload: bytes) -> None:
        # Refused when it is too long or too late: then the request has failed, and the next one is asked for.
        self._post(f"/invocation/{invocation}/response", payload, {"Content-Type": "application/json"})

    def failed(self, invocation: str, failure: Failure) -> None:
        self._post_failure(f"/invocation/{invocation}/error", failure)

    def init_failed(self, failure: Failure) -> None:
        self._post_failure("/init/error", failure)

    def _post_failure(self, path: str, failure: Failure) -> None:
        described = {"errorType": failure.type, "errorMessage": failure.message, "stackTrace": failure.stack}
        headers = {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": failure.type}
        self._post(path, json.dumps(described).encode(), headers)

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        self._connection.request("POST", VERSION + path, body, headers)
        self._connection.getresponse().read()
