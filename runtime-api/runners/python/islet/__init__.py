"""What a Python function in Islet can import: the request that it is given, and the answer that it may give."""

from .http_types import Request, Response

__all__ = ["Request", "Response"]
