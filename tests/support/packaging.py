"""The repository's own files, as tests read them."""

from pathlib import Path

from honcho.environ import parse_procfile

ROOT = Path(__file__).parents[2]
PROCFILE = ROOT / "Procfile"


def procfile_commands() -> dict[str, str]:
    """The Procfile's commands by process name."""
    return dict(parse_procfile(PROCFILE.read_text()).processes)
