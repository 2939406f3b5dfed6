"""What a handler gets as its second parameter."""

from __future__ import annotations

import os
import time

from .client import Invocation


class Identity:
    """Of the mobile SDK, which is nowhere near."""

    cognito_identity_id: str | None = None
    cognito_identity_pool_id: str | None = None


class Context:
    def __init__(self, invocation: Invocation) -> None:
        self.aws_request_id = invocation.id
        self.invoked_function_arn = invocation.function_arn
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "")
        # A text, as it is there.
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self.identity = Identity()
        self.client_context = None
        self._deadline_ms = invocation.deadline_ms

    def get_remaining_time_in_millis(self) -> int:
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message: object) -> None:
        print(message)
