import stat
from pathlib import Path

import pytest
from eth_account import Account

from trader.errors import Misconfigured
from trader.processes.local_account import KEY_FILE, local_account


def test_the_account_is_the_same_at_every_start(tmp_path: Path) -> None:
    first = local_account(tmp_path)
    assert local_account(tmp_path) == first
    assert Account.from_key(first.private_key).address.lower() == first.address


def test_its_key_is_private(tmp_path: Path) -> None:
    account = local_account(tmp_path)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert account.private_key not in repr(account)


def test_a_damaged_key_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("nonsense")
    with pytest.raises(Misconfigured, match="holds no private key: remove it to get a new one"):
        local_account(tmp_path)
