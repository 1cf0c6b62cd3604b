"""requirements.txt and requirements-dev.txt pin what pyproject.toml asks for."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.packaging import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNS = [Requirement(text) for text in PROJECT["dependencies"]]
TOOLS = [Requirement(text) for text in PROJECT["optional-dependencies"]["dev"]]
PIN = re.compile(r"[a-z0-9._-]+==[A-Za-z0-9.+!]+( ; .+)?")


def pins(name: str) -> dict[str, str]:
    lines = [line for line in (ROOT / name).read_text().splitlines() if line.strip()]
    pinned = [line for line in lines if not line.lstrip().startswith("#")]
    assert [line for line in pinned if not PIN.fullmatch(line)] == []
    parsed = [Requirement(line) for line in pinned]
    return {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in parsed}


@pytest.mark.parametrize(
    ("name", "asked"), [("requirements.txt", RUNS), ("requirements-dev.txt", RUNS + TOOLS)]
)
def test_every_dependency_is_pinned_within_its_bounds(name: str, asked: list[Requirement]) -> None:
    pinned = pins(name)
    missing = [str(r) for r in asked if canonicalize_name(r.name) not in pinned]
    assert missing == []
    outside = [str(r) for r in asked if pinned[canonicalize_name(r.name)] not in r.specifier]
    assert outside == []


def test_what_runs_is_what_was_tested() -> None:
    tested = pins("requirements-dev.txt")
    assert pins("requirements.txt").items() <= tested.items()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_they_name_no_index_and_no_place_of_this_machine(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"https?:|file:/|--|find-links|index-url|@ ", text)
