"""The file of inputs: one JSON object a line, appended, flushed to the disk, never changed.

The first line is the header. A line counts once its line feed is there: what follows the last
one was being written when the process died, was never answered, and is cut off.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, Self

from pydantic import ValidationError

from local_exchange.inputs.model import Input
from local_exchange.wire.scalars import WireModel

FILE_NAME: Final = "inputs.jsonl"


class LogUnusableError(Exception):
    """The exchange cannot go on from this log; the text says why and what to do."""


class Header(WireModel):
    """When the exchange opened (ms), and each setting that its course depends on, as text."""

    opened_ms: int
    settings: dict[str, str]


class Entry(WireModel):
    """An input, and a checksum of the answer that it was given."""

    change: Input
    answer: int


class InputLog:
    """One log, held by one process at a time."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._is_intact = True
        self.path = path

    @classmethod
    def open(cls, directory: Path) -> Self:
        """The log in `directory`, made when there is none. Raises LogUnusableError."""
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / FILE_NAME
        file = path.open("a+b", buffering=0)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise LogUnusableError(
                f"{path} is in use: stop the other exchange or choose another directory"
            ) from error
        _sync_directory(directory)
        return cls(file, path)

    def read(self) -> Iterator[bytes]:
        """The lines, after cutting off one that was not finished."""
        length = 0
        with self.path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    self._file.truncate(length)
                    return
                length += len(line)
                yield line

    def append(self, model: Header | Entry, is_durable: bool) -> None:
        """Write one line; when durable, return only once it is on the disk.

        Raises LogUnusableError when it cannot be written: the process must end, because it did
        what the log does not know.
        """
        self.require_intact()
        line = model.model_dump_json(by_alias=True, exclude_none=True).encode() + b"\n"
        try:
            self._is_intact = self._file.write(line) == len(line)
            if is_durable:
                os.fsync(self._file.fileno())
        except OSError as error:
            self._is_intact = False
            raise LogUnusableError(f"cannot write to {self.path}: {error.strerror}") from error
        self.require_intact()

    def require_intact(self) -> None:
        """Raises LogUnusableError once a line could not be written."""
        if not self._is_intact:
            raise LogUnusableError(
                f"a line of {self.path} could not be written: make room and start again"
            )

    def parse(self, number: int, line: bytes) -> Entry:
        """The entry on that line."""
        try:
            return Entry.model_validate_json(line)
        except ValidationError as error:
            raise LogUnusableError(
                f"line {number} of {self.path} is no input: restore the file, or start anew "
                f"with an empty directory ({error})"
            ) from error

    def close(self) -> None:
        """Let another process have it."""
        self._file.close()


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
