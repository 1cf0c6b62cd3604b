"""A TCP proxy that loses, when told so, a request, a reply, or all connections."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer

from trader.processes.ports import LOOPBACK

_CHUNK = 65536
_POLL_SECONDS = 0.01


class LossyProxy:
    """Passes everything on, until it is told to lose the next request or the next reply."""

    def __init__(self, server: ThreadingTCPServer) -> None:
        self.port: int = server.server_address[1]
        self._lose_request = threading.Event()
        self._lose_reply = threading.Event()
        self._carried: list[socket.socket] = []

    def cut(self) -> None:
        """Break every connection now; what the server was asked, it goes on with."""
        for side in self._carried:
            _shut(side)
        self._carried.clear()

    def lose_next_request(self) -> None:
        """The next request does not reach the server."""
        self._lose_request.set()

    def lose_next_reply(self) -> None:
        """The next request reaches the server; its reply does not come back."""
        self._lose_reply.set()

    def carry(self, client: socket.socket, upstream: socket.socket) -> None:
        """Pass both ways until one side ends or something is lost."""
        self._carried += [client, upstream]
        arguments = (upstream, client, self._lose_reply)
        back = threading.Thread(target=self._pass, args=arguments, daemon=True)
        back.start()
        self._pass(client, upstream, self._lose_request)
        back.join()

    def _pass(self, source: socket.socket, target: socket.socket, lose: threading.Event) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                if lose.is_set():
                    lose.clear()
                    break
                target.sendall(data)
        _shut(source)
        _shut(target)


def _shut(side: socket.socket) -> None:
    with suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)


@contextmanager
def lossy_proxy(port: int) -> Iterator[LossyProxy]:
    """A proxy before this port of the loopback interface, while the context lasts."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with closing(socket.create_connection((LOOPBACK, port))) as upstream:
                proxy.carry(self.request, upstream)

    with ThreadingTCPServer((LOOPBACK, 0), Handler) as server:
        server.daemon_threads = True
        proxy = LossyProxy(server)
        threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,)).start()
        yield proxy
        server.shutdown()
