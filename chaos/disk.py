"""A disk so small that it can be filled: where this process may mount one."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SIZE = "256m"
CHUNKS = (1 << 20, 1 << 12, 1)
"""Bytes of what it is filled with: first in large pieces, then to the last byte."""


class SmallDisk:
    """A file system of its own that is mounted on a folder."""

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    def fill(self, seconds: float) -> None:
        """Let nothing more be written there for so long."""
        try:
            for chunk in CHUNKS:
                self._write(bytes(chunk))
            time.sleep(seconds)
        finally:
            self._filler.unlink(missing_ok=True)

    def _write(self, piece: bytes) -> None:
        with suppress(OSError), self._filler.open("ab", buffering=0) as filler:
            while True:
                filler.write(piece)


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk | None]:
    """Mounts one on the new folder while the context lasts; None where nobody may mount."""
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "chaos", str(folder))
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(("umount", "--lazy", str(folder)), check=True)
