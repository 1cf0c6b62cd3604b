"""One line an input; what was not finished does not count."""

from pathlib import Path

import pytest

from local_exchange.inputs.log import FILE_NAME, InputLog, LogUnusableError
from tests.local_exchange.inputs.conftest import OpenSession
from tests.local_exchange.inputs.session import market, picture, replayed

DEPOSITS = ["100", "0.00000001", "0.000001", "20.5"]


@pytest.fixture
def log_path(open_session: OpenSession, tmp_path: Path) -> Path:
    """A log with a header and four deposits."""
    session = open_session(tmp_path)
    for usdc in DEPOSITS:
        session.deposit(usdc)
    session.crash()
    return tmp_path / FILE_NAME


def account_value(directory: Path) -> str:
    shown = picture(replayed(directory, market()).exchange)
    (state,) = (value for key, value in shown.items() if "clearinghouseState" in key)
    value: str = state["marginSummary"]["accountValue"]
    return value


def test_amounts_come_back_exactly(log_path: Path) -> None:
    assert account_value(log_path.parent) == "120.500001"


@pytest.mark.parametrize("kept", [1, 20, -1])
def test_a_torn_last_line_is_cut_off(open_session: OpenSession, log_path: Path, kept: int) -> None:
    *lines, last = log_path.read_bytes().splitlines(keepends=True)
    log_path.write_bytes(b"".join(lines) + last[:kept])
    assert account_value(log_path.parent) == "100.000001"
    assert log_path.read_bytes() == b"".join(lines)
    session = open_session(log_path.parent)
    session.deposit("1")
    session.crash()
    assert account_value(log_path.parent) == "101.000001"


def test_a_torn_header_is_a_new_log(log_path: Path) -> None:
    log_path.write_bytes(log_path.read_bytes()[:10])
    assert account_value(log_path.parent) == "0.0"


def test_a_damaged_line_is_named(log_path: Path) -> None:
    lines = log_path.read_bytes().splitlines(keepends=True)
    log_path.write_bytes(b"".join([*lines[:2], b"{}\n", *lines[3:]]))
    with pytest.raises(LogUnusableError, match=f"line 3 of {log_path} is no input"):
        replayed(log_path.parent, market())


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("hello\n")
    with pytest.raises(LogUnusableError, match="does not begin with a header"):
        replayed(tmp_path, market())


def test_one_process_at_a_time(tmp_path: Path) -> None:
    log = InputLog.open(tmp_path / "new" / "folder")
    with pytest.raises(LogUnusableError, match="is in use"):
        InputLog.open(tmp_path / "new" / "folder")
    log.close()
    InputLog.open(tmp_path / "new" / "folder").close()
