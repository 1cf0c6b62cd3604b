"""A real PostgREST in front of a test database; a Supabase project has one behind its gateway."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import jwt

from tests.support import postgrest_binary
from trader.processes.ports import LOOPBACK, free_port
from trader.processes.waiting import wait_until

JWT_SECRET = "a secret of the tests, longer than 32 characters"
START_SECONDS = 15.0


def role_key(role: str, lifetime: timedelta = timedelta(hours=1)) -> str:
    """A key for this role, as Supabase's legacy keys are: a JWT signed with the shared secret."""
    claims = {"role": role, "exp": datetime.now(UTC) + lifetime}
    return jwt.encode(claims, JWT_SECRET, algorithm="HS256")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a PostgREST is told. `database_url` logs in as a role that may become the keys' roles.

    `max_rows` caps every answer, as a project's setting "Max rows" does.
    """

    database_url: str
    max_rows: int | None = None
    port: int = 0
    admin_port: int = 0

    def environment(self) -> dict[str, str]:
        """The variables that PostgREST reads."""
        variables = {
            "PGRST_DB_URI": self.database_url,
            "PGRST_DB_SCHEMAS": "public",
            "PGRST_DB_ANON_ROLE": "anon",
            "PGRST_JWT_SECRET": JWT_SECRET,
            "PGRST_SERVER_HOST": LOOPBACK,
            "PGRST_SERVER_PORT": str(self.port),
            "PGRST_ADMIN_SERVER_PORT": str(self.admin_port),
        }
        return variables | (
            {} if self.max_rows is None else {"PGRST_DB_MAX_ROWS": str(self.max_rows)}
        )


class PostgrestServer:
    """One PostgREST process; started anew it listens on the same port."""

    def __init__(self, configuration: Configuration, log: Path) -> None:
        self._configuration = replace(configuration, port=free_port(), admin_port=free_port())
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """Where it listens, on the loopback interface."""
        return self._configuration.port

    @property
    def url(self) -> str:
        """The address of its root, for TRADER_STORE_URL."""
        return f"supabase+http://{LOOPBACK}:{self.port}/"

    @property
    def admin_url(self) -> str:
        """Where it says how it is."""
        return f"http://{LOOPBACK}:{self._configuration.admin_port}"

    def start(self) -> None:
        """Start it, and return when it serves the database's schema."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [str(postgrest_binary.find())],
                env=self._configuration.environment(),
                stdout=output,
                stderr=output,
            )
        self.await_ready()

    def await_ready(self) -> None:
        """Return when it has the database's schema and a connection. Raises NotReady."""
        wait_until(self._is_ready, START_SECONDS, f"PostgREST is ready (see {self._log})")

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"PostgREST ended: see {self._log}"
        try:
            ready = httpx.get(f"{self.admin_url}/ready")
        except httpx.TransportError:
            return False
        return ready.is_success


@contextmanager
def running_postgrest(configuration: Configuration, log: Path) -> Iterator[PostgrestServer]:
    """A PostgREST that serves while the context lasts. Raises NotInstalled when there is none."""
    server = PostgrestServer(configuration, log)
    try:
        server.start()
        yield server
    finally:
        server.kill()
