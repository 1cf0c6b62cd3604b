"""A real HTTP server that behaves as told, faults included, and remembers what it was sent."""

import json
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One connection; keeps it alive, as the venue does."""

    protocol_version = "HTTP/1.1"
    server: "ScriptedVenue"

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, self.body))
        self.server.peers.append(self.client_address)
        self.server.behaviour(self)

    def do_GET(self) -> None:
        self.server.received.append((self.path, b""))
        reply(200, "{}")(self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class ScriptedVenue(ThreadingHTTPServer):
    """Serves on a free port from construction to `stop`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour: Behaviour = reply(200, "{}")
        self.received: list[tuple[str, bytes]] = []
        self.peers: list[Any] = []
        self.released = threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def stop(self) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()


def reply(status: int, text: str, **headers: str) -> Behaviour:
    def behave(handler: Handler) -> None:
        body = text.encode()
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def reply_json(value: object) -> Behaviour:
    return reply(200, json.dumps(value))


def answer_queries(**answers: object) -> Behaviour:
    """Answer each `/info` query by its type, as {"type": reply} says; 422 for others."""

    def behave(handler: Handler) -> None:
        kind = json.loads(handler.body)["type"]
        if kind in answers:
            reply_json(answers[kind])(handler)
        else:
            reply(422, "Failed to deserialize the JSON body into the target type")(handler)

    return behave


def close_connection(handler: Handler) -> None:
    """Take the request, and close without a reply."""
    handler.close_connection = True


def reset_connection(handler: Handler) -> None:
    """Take the request, and answer with a TCP reset."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.close_connection = True
    os.close(handler.connection.detach())


def half_a_reply(handler: Handler) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"status":"ok"')
    handler.close_connection = True


def drip_headers(handler: Handler) -> None:
    """Begin a reply that never ends, a byte at a time."""
    _drip(handler, b"HTTP/1.1 200 OK\r\nX-Filler: ")


def drip_body(handler: Handler) -> None:
    """Give the headers at once, and the body a byte at a time, without an end."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    _drip(handler, b'{"status":"')


def _drip(handler: Handler, beginning: bytes) -> None:
    handler.close_connection = True
    with suppress(OSError):
        handler.wfile.write(beginning)
        while not handler.server.released.wait(0.02):
            handler.wfile.write(b"x")


def hang(handler: Handler) -> None:
    """Say nothing until the test is over."""
    handler.server.released.wait()
    handler.close_connection = True


@contextmanager
def full_server() -> Iterator[tuple[str, int]]:
    """The address of a server that takes no more connections: they neither succeed nor fail."""
    with socket.socket() as full, ExitStack() as fillers:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            filler = fillers.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        yield full.getsockname()
