"""The one way out of a container: its loopback, from where connections go to the front, which is an HTTP proxy."""

from __future__ import annotations

import os
import socket
import threading

EGRESS = "/run/islet/egress"
PIECE_BYTES = 64 * 1024


def relay_egress() -> None:
    """Listens when it returns."""
    listening = socket.create_server(("127.0.0.1", int(os.environ["ISLET_EGRESS_PORT"])), backlog=128)
    threading.Thread(target=_accept, args=(listening,), daemon=True).start()


def _accept(listening: socket.socket) -> None:
    while True:
        inside, _ = listening.accept()
        outside = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            outside.connect(EGRESS)
        except OSError:
            # The front takes no more of them: who waits there sees an end.
            outside.close()
            inside.close()
            continue
        for source, target in ((inside, outside), (outside, inside)):
            threading.Thread(target=_copy, args=(source, target), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(PIECE_BYTES):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        # Neither is of use without the other.
        for one in (source, target):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                # It is closed already.
                continue
