"""The exchange as a real process that can be killed and started again."""

import resource
import signal
import socket
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import requests

from tests.local_exchange.controls import Controls
from tests.local_exchange.wire.signing_client import ADDRESS

TIMEOUT_SECONDS = 10
READY = "local exchange ready at "


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ExchangeProcess:
    """`python -m local_exchange` on one port and one data directory, as often as it takes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._port = free_port()
        self._process: subprocess.Popen[str] | None = None
        self.url = f"http://127.0.0.1:{self._port}"
        self.controls = Controls(self.url)

    def start(self, *options: str, **limits: int) -> None:
        self._process = self.spawn(*options, **limits)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith(READY), line

    def spawn(
        self, *options: str, largest_file: int = resource.RLIM_INFINITY
    ) -> subprocess.Popen[str]:
        arguments = ["--port", str(self._port), "--data-dir", str(self._directory), *options]
        return subprocess.Popen(
            [sys.executable, "-m", "local_exchange", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=partial(
                resource.setrlimit, resource.RLIMIT_FSIZE, (largest_file, largest_file)
            ),
        )

    def wait(self) -> tuple[int, str]:
        """How it ended by itself: the exit status and what it complained of."""
        assert self._process is not None
        _, errors = self._process.communicate(timeout=TIMEOUT_SECONDS)
        return self._process.returncode, errors

    def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.communicate(timeout=TIMEOUT_SECONDS)
        return self._process.returncode

    def ask(self, kind: str, **terms: Any) -> Any:
        body = {"type": kind} | terms
        answer = requests.post(f"{self.url}/info", json=body, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def account(self) -> dict[str, Any]:
        """What must survive: the ledger, orders, fills, positions and money."""
        state = self.ask("clearinghouseState", user=ADDRESS)
        del state["time"]
        return {
            "orders": self.controls.ledger_orders(),
            "fills": self.controls.ledger_fills(),
            "open": self.ask("frontendOpenOrders", user=ADDRESS),
            "userFills": self.ask("userFills", user=ADDRESS),
            "state": state,
            "limit": self.ask("userRateLimit", user=ADDRESS),
        }
