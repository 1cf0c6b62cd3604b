"""What every store of strands must do when several processes use it at once."""

import itertools
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest

from tests.strands.examples import opened, own, row, start
from trader.strands.store import NEW, Append, SequenceConflict, StrandStore

ROUNDS = 40
WRITERS = 4
PATIENCE_SECONDS = 60

spawn = multiprocessing.get_context("spawn")
fork = multiprocessing.get_context("fork")


def run_all(
    context: BaseContext, work: Callable[..., None], arguments: list[tuple[Any, ...]]
) -> None:
    """Run one process for each tuple of arguments; all must end well."""
    processes: list[BaseProcess] = [
        context.Process(target=work, args=each)  # type: ignore[attr-defined]
        for each in arguments
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE_SECONDS)
    assert [process.exitcode for process in processes] == [0] * len(processes)


def race(url: str, writer: str, barrier: Barrier, wins: "Queue[tuple[int, str]]") -> None:
    store = opened(url)
    for seq in range(ROUNDS):
        barrier.wait(PATIENCE_SECONDS)
        strand = own("life", seq, id=f"{writer}-{seq}")
        try:
            store.append(Append("life", seq - 1, [strand], row("life", seq, venue=writer)))
        except SequenceConflict:
            continue
        wins.put((seq, writer))


def test_of_two_writers_exactly_one_wins_each_seq(store: StrandStore, store_url: str) -> None:
    barrier, wins = spawn.Barrier(2), spawn.Queue()
    run_all(spawn, race, [(store_url, writer, barrier, wins) for writer in "ab"])
    won = dict(wins.get(timeout=PATIENCE_SECONDS) for _ in range(ROUNDS))
    assert wins.empty()
    strands = store.load("life")
    assert [strand.id for strand in strands] == [f"{won[seq]}-{seq}" for seq in range(ROUNDS)]
    assert store.lifecycle("life") == row("life", ROUNDS - 1, venue=won[ROUNDS - 1])


def insist(url: str, writer: str, barrier: Barrier) -> None:
    """Append strands as a worker does: on a conflict load again."""
    store = opened(url)
    barrier.wait(PATIENCE_SECONDS)
    for number in range(ROUNDS):
        append_one(store, f"{writer}-{number}")


def append_one(store: StrandStore, strand_id: str) -> None:
    while True:
        seq = len(store.load("life"))
        try:
            store.append(
                Append("life", seq - 1, [own("life", seq, id=strand_id)], row("life", seq))
            )
        except SequenceConflict:
            continue
        return


def test_no_append_of_many_writers_is_lost(store: StrandStore, store_url: str) -> None:
    barrier = spawn.Barrier(WRITERS)
    run_all(spawn, insist, [(store_url, str(writer), barrier) for writer in range(WRITERS)])
    strands = store.load("life")
    assert [strand.seq for strand in strands] == list(range(WRITERS * ROUNDS))
    assert {strand.id for strand in strands} == {
        f"{writer}-{number}" for writer in range(WRITERS) for number in range(ROUNDS)
    }
    assert store.lifecycle("life") == row("life", WRITERS * ROUNDS - 1)


def test_no_append_of_many_threads_is_lost(store: StrandStore) -> None:
    def work(writer: int) -> None:
        for number in range(ROUNDS):
            append_one(store, f"{writer}-{number}")

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert [strand.seq for strand in store.load("life")] == list(range(WRITERS * ROUNDS))


def open_at_once(url: str, name: str, barrier: Barrier) -> None:
    barrier.wait(PATIENCE_SECONDS)
    store = opened(url)
    start(store, name)


def test_a_new_store_may_be_opened_by_many_at_once(store_url: str) -> None:
    barrier = spawn.Barrier(WRITERS)
    run_all(spawn, open_at_once, [(store_url, str(name), barrier) for name in range(WRITERS)])
    store = opened(store_url)
    assert store.lifecycle_ids() == tuple(str(name) for name in range(WRITERS))
    store.close()


def use_inherited(store: StrandStore, name: str) -> None:
    assert len(store.load("parent")) == 1
    start(store, name)
    assert len(store.load(name)) == 1


def test_a_store_goes_on_in_forked_children(store: StrandStore) -> None:
    start(store, "parent")
    run_all(fork, use_inherited, [(store, str(name)) for name in range(WRITERS)])
    start(store, "parent again")
    names = [*(str(name) for name in range(WRITERS)), "parent", "parent again"]
    assert list(store.lifecycle_ids()) == names


def test_forks_do_not_disturb_writing_threads(store: StrandStore) -> None:
    start(store, "parent")
    stop, written = threading.Event(), list[str]()

    def write(writer: str) -> None:
        while not stop.is_set():
            name = f"{writer}-{len(written)}"
            start(store, name)
            written.append(name)

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write, name) for name in "ab"]
        try:
            for number in range(5):
                run_all(fork, use_inherited, [(store, f"child-{number}")])
        finally:
            stop.set()
        ended = [writer.exception(PATIENCE_SECONDS) for writer in writers]
    assert [error for error in ended if error is not None] == []
    assert written
    kept = set(store.lifecycle_ids(limit=100_000))
    assert kept == {"parent", *written, *(f"child-{number}" for number in range(5))}


def write_when_told(store: StrandStore, ready: Any, told: Any) -> None:
    start(store, "child")
    ready.set()
    assert told.wait(PATIENCE_SECONDS)
    store.append(Append("child", 0, [own("child", 1)], row("child", 1)))


def read_and_leave(url: str) -> None:
    store = opened(url)
    assert len(store.load("child")) == 1
    store.close()


@pytest.mark.parametrize("used_before", [False, True])
def test_a_child_keeps_writing_when_its_parent_and_others_close(
    store: StrandStore, store_url: str, used_before: bool
) -> None:
    if used_before:
        start(store, "parent")
    ready, told = fork.Event(), fork.Event()
    child = fork.Process(target=write_when_told, args=(store, ready, told))
    child.start()
    assert ready.wait(PATIENCE_SECONDS)
    store.close()
    run_all(spawn, read_and_leave, [(store_url,)])
    told.set()
    child.join(PATIENCE_SECONDS)
    assert child.exitcode == 0
    assert [strand.seq for strand in store.load("child")] == [0, 1]


def append_once(url: str) -> None:
    store = opened(url)
    store.append(Append("life", NEW, [own("life", 0), own("life", 1)], row("life", 1)))


def test_what_another_process_appends_is_seen_at_once(store: StrandStore, store_url: str) -> None:
    assert store.load("life") == ()
    run_all(spawn, append_once, [(store_url,)])
    assert store.load("life") == (own("life", 0), own("life", 1))


def append_for_ever(url: str, done: Connection) -> None:
    store = opened(url)
    for seq in itertools.count(0, 3):
        batch = [own("life", seq + step, content={"x": "x" * 3000}) for step in range(3)]
        store.append(Append("life", seq - 1, batch, row("life", seq + 2)))
        done.send(seq + 2)


def test_a_killed_writer_loses_nothing_and_leaves_no_half(
    store: StrandStore, store_url: str
) -> None:
    receiver, sender = spawn.Pipe(duplex=False)
    writer = spawn.Process(target=append_for_ever, args=(store_url, sender))
    writer.start()
    sender.close()
    for _ in range(ROUNDS):
        receiver.recv()
    writer.kill()
    writer.join(PATIENCE_SECONDS)
    last = 3 * ROUNDS - 1
    while receiver.poll():
        try:
            last = receiver.recv()
        except EOFError:
            break
    seqs = [strand.seq for strand in store.load("life")]
    assert seqs == list(range(len(seqs)))
    assert len(seqs) in {last + 1, last + 4}
    assert store.lifecycle("life") == row("life", len(seqs) - 1)
