"""A WSGI application: the callable that Flask, Django and Bottle give too."""

from urllib.parse import parse_qs


def application(environ, start_response):
    if environ["PATH_INFO"] != "/":
        start_response("404 Not Found", [("content-type", "text/plain")])
        return [b"nothing here\n"]
    name = parse_qs(environ["QUERY_STRING"]).get("name", ["world"])[0]
    start_response("200 OK", [("content-type", "text/plain; charset=utf-8")])
    return [f"Hello, {name}!\n".encode()]
