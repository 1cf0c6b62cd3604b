"""Files that only their owner can read."""

import os
from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Create the folder and its parents, for its owner alone, unless it is there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def write_private(path: Path, text: str) -> None:
    """Write the file anew with mode 0600; a reader sees the old or the whole new one."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
