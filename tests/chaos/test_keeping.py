"""A journal that is copied tells the same."""

from contextlib import closing
from pathlib import Path

from chaos.keeping import copy_journal
from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.lifecycle.projection import project
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append


def test_strands_and_rows_are_the_same(tmp_path: Path) -> None:
    builders = [
        LifecycleBuilder(a_plan(plan_id="one"), "one").entered().left("31000"),
        LifecycleBuilder(a_plan(plan_id="two"), "two").accepted(),
    ]
    with (
        closing(SqliteStore(tmp_path / "original.db")) as original,
        closing(SqliteStore(tmp_path / "copy.db")) as copy,
    ):
        for builder in builders:
            row = project(builder.lifecycle)
            original.append(Append(builder.lifecycle_id, NEW, builder.strands, row))
        copy_journal(original, tmp_path / "copy.db")
        assert copy.lifecycles() == original.lifecycles()
        assert [copy.load(name) for name in ("one", "two")] == [b.strands for b in builders]
