"""Runs a Python function in a container that has no network: the front is reached by sockets that are mounted."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import traceback

from .connection import Connection
from .control_line import ControlLine, log_output
from .egress_relay import relay_egress
from .handlers import Answering, NoHandler, load

FOLDER = "/islet/function"
CONTROL = "/run/islet/control"
REQUESTS = "/run/islet/requests"


def main() -> None:
    control = ControlLine(CONTROL)
    log_output(control)
    relay_egress()
    with open(f"{FOLDER}/function.json", encoding="utf-8") as file:
        description = json.load(file)
    os.environ.update(description["env"])
    sys.path.insert(0, f"{FOLDER}/modules")
    answering = loaded(description["handler"], control)
    if answering is not None:
        for _ in range(int(os.environ.get("ISLET_CONNECTIONS", "1"))):
            threading.Thread(target=serve, args=(answering, control), daemon=True).start()
        control.ready()
    control.wait_for_end()


def loaded(handler: str, control: ControlLine) -> Answering | None:
    try:
        return load(handler)
    except NoHandler as error:
        control.failed("no_handler", str(error), "")
    except SyntaxError as error:
        place = f"{os.path.basename(error.filename or '')}:{error.lineno}"
        control.failed("syntax", f"{place}: {error.msg}", traceback.format_exc())
    except ModuleNotFoundError as error:
        control.failed("missing", str(error), traceback.format_exc())
    except BaseException as error:
        control.failed("threw", f"{type(error).__name__}: {error}", traceback.format_exc())
    return None


def serve(answering: Answering, control: ControlLine) -> None:
    while True:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connected:
            try:
                connected.connect(REQUESTS)
            except OSError:
                # A front that does not listen any more is gone.
                os._exit(1)
            try:
                Connection(connected, answering, control)
            except OSError:
                # The front has given up the request that was answered here.
                continue


main()
