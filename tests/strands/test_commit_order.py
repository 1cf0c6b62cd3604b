"""A reader that follows the commits gets every strand once, whatever keeps them."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from tests.strands.examples import AT, foreign, opened, own, row, start
from trader.processes.waiting import wait_until
from trader.strands.postgres import PostgresStore
from trader.strands.store import BEGINNING, Append, StrandStore

HOUR = timedelta(hours=1)


class Follower:
    """Reads from where it was, a few at a time."""

    def __init__(self, store: StrandStore, page: int = 3) -> None:
        self.store = store
        self.page = page
        self.position = BEGINNING
        self.seen: list[str] = []

    def read(self) -> list[str]:
        """All that there is now; what is new of it."""
        new: list[str] = []
        while (found := self.store.committed(self.position, self.page)).position != self.position:
            new += [each.strand.id for each in found.strands]
            self.position = found.position
        self.seen += new
        return new


def test_an_empty_store_has_nothing_and_the_reader_stays_where_it_is(store: StrandStore) -> None:
    found = store.committed()
    assert (found.strands, found.position) == ((), BEGINNING)


def test_strands_come_in_the_order_of_their_commits_whatever_their_times(
    store: StrandStore,
) -> None:
    follower = Follower(store)
    for number, back in enumerate((0, -3, 5, -9)):
        store.insert_foreign(foreign(f"s{number}", created_at=AT + back * HOUR))
        assert follower.read() == [f"s{number}"]
    assert follower.read() == []
    assert Follower(store).read() == follower.seen


def test_the_strands_of_one_append_come_by_their_seq(store: StrandStore) -> None:
    start(store, "life")
    strands = [own("life", seq) for seq in (1, 2, 3)]
    store.append(Append("life", 0, strands, row("life", 3)))
    assert Follower(store).read()[1:] == [strand.id for strand in strands]


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_pages_of_every_length_give_the_same(store: StrandStore, limit: int) -> None:
    ids = [f"s{number}" for number in range(5)]
    for strand_id in ids:
        store.insert_foreign(foreign(strand_id))
    assert Follower(store, limit).read() == ids


def test_each_strand_has_the_position_from_which_to_go_on(store: StrandStore) -> None:
    for number in range(4):
        store.insert_foreign(foreign(f"s{number}"))
    every = store.committed().strands
    for place, each in enumerate(every):
        rest = store.committed(each.position).strands
        assert [found.strand.id for found in rest] == [e.strand.id for e in every[place + 1 :]]


def test_what_is_archived_meanwhile_comes_once_and_takes_no_place_of_another(
    store: StrandStore,
) -> None:
    follower = Follower(store)
    start(store, "first", stage="done", due_at=None)
    before = follower.read()
    start(store, "second", stage="done", due_at=None)
    assert store.archive(["first", "second"]) == 2
    start(store, "third")
    assert len(follower.read()) == 2
    assert len(set(follower.seen)) == 3
    assert Follower(store).read() == follower.seen
    assert len(before) == 1


def test_a_reader_goes_on_in_another_process_and_after_a_restart(
    store: StrandStore, store_url: str
) -> None:
    follower = Follower(store)
    store.insert_foreign(foreign("one"))
    follower.read()
    store.close()
    again = opened(store_url)
    again.insert_foreign(foreign("two"))
    found = again.committed(follower.position)
    assert [each.strand.id for each in found.strands] == ["two"]
    again.close()


def test_of_many_writers_at_once_none_is_missed_and_none_doubled(
    store: StrandStore, store_url: str
) -> None:
    done = threading.Event()
    follower = Follower(store, page=7)

    def write(writer: int) -> None:
        own_store = opened(store_url)
        for number in range(25):
            back = timedelta(seconds=-number * writer)
            own_store.insert_foreign(foreign(f"{writer}-{number}", created_at=AT + back))
        own_store.close()

    def follow() -> None:
        while not done.is_set():
            follower.read()

    with ThreadPoolExecutor(5) as pool:
        reading = pool.submit(follow)
        for writing in [pool.submit(write, writer) for writer in range(4)]:
            writing.result()
        done.set()
        reading.result()
    wait_until(lambda: not follower.read() and len(follower.seen) >= 100, 30, "all are seen")
    expected = {f"{writer}-{number}" for writer in range(4) for number in range(25)}
    assert len(follower.seen) == len(set(follower.seen))
    assert set(follower.seen) == expected


class TestTransactionsThatOverlap:
    @pytest.fixture
    def store(self, postgres_url: str) -> Iterator[PostgresStore]:
        store = PostgresStore(postgres_url)
        yield store
        store.close()

    def test_what_began_earlier_and_commits_later_is_seen_and_once(
        self, store: PostgresStore, postgres_url: str
    ) -> None:
        follower = Follower(store)
        with psycopg.connect(postgres_url) as slow:
            slow.execute("insert into ad_strands (id, content) values ('slow', '{}')")
            store.insert_foreign(foreign("quick"))
            assert follower.read() == []
            slow.commit()
        assert follower.read() == ["slow", "quick"]

    def test_one_that_is_rolled_back_holds_nobody_up(
        self, store: PostgresStore, postgres_url: str
    ) -> None:
        follower = Follower(store)
        with psycopg.connect(postgres_url) as failing:
            failing.execute("insert into ad_strands (id, content) values ('never', '{}')")
            store.insert_foreign(foreign("quick"))
            failing.rollback()
        assert follower.read() == ["quick"]

    def test_a_strand_that_its_writer_deletes_is_passed(
        self, store: PostgresStore, postgres_url: str
    ) -> None:
        for strand_id in ("one", "two", "three"):
            store.insert_foreign(foreign(strand_id))
        with psycopg.connect(postgres_url) as team:
            team.execute("delete from ad_strands where id = 'two'")
        assert Follower(store, 1).read() == ["one", "three"]

    def test_a_strand_that_its_writer_publishes_again_comes_again(
        self, store: PostgresStore, postgres_url: str
    ) -> None:
        follower = Follower(store)
        for strand_id in ("one", "two"):
            store.insert_foreign(foreign(strand_id))
        follower.read()
        with psycopg.connect(postgres_url) as team:
            team.execute("delete from ad_strands where id = 'one'")
        store.insert_foreign(foreign("one"))
        assert follower.read() == ["one"]
        assert Follower(store).read() == ["two", "one"]
