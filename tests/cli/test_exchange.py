import subprocess
import sys
from pathlib import Path

from trader.processes.local_venue import await_exchange
from trader.processes.ports import free_port


def test_the_exchange_runs_alone(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "trader", "exchange", "--port", str(port), "--seed", "7"]
    command += ["--data-dir", str(tmp_path / "data")]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            await_exchange(f"http://127.0.0.1:{port}", 30)
            process.terminate()
            output, _ = process.communicate(timeout=20)
        finally:
            process.kill()
    assert output == f"local exchange ready at http://127.0.0.1:{port}\n"
    assert process.returncode == 0
    assert list((tmp_path / "data").iterdir()), "options of the exchange reach it"


def test_an_option_that_the_exchange_lacks_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "trader", "exchange", "--port", "0", "--colour", "red"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "--colour" in ended.stderr
