"""A disk on which there is no room for a while."""

from pathlib import Path
from threading import Thread

import pytest

from chaos.disk import small_disk
from trader.processes.waiting import wait_until


def has_room(folder: Path) -> bool:
    file = folder / "probe"
    try:
        file.write_bytes(bytes(100_000))
    except OSError:
        return False
    finally:
        file.unlink(missing_ok=True)
    return True


def test_there_is_no_room_while_it_is_full(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    with small_disk(folder) as disk:
        if disk is None:
            pytest.skip("nobody may mount a file system here")
        assert has_room(folder)
        filling = Thread(target=disk.fill, args=(1.0,))
        filling.start()
        wait_until(lambda: not has_room(folder), 10, "it is full")
        filling.join()
        assert has_room(folder)
    assert not list(folder.iterdir())
