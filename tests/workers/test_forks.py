"""What a process has built, its forks build anew: no connection is ever shared."""

import os

import pytest


@pytest.mark.usefixtures("store")
def test_a_fork_builds_its_own_connections() -> None:
    from workers import exchange_context, journal_context

    built = (journal_context.store, journal_context.redis, exchange_context.order_manager)
    for make in built:
        make()
    assert [make.cache_info().currsize for make in built] == [1, 1, 1]
    child = os.fork()
    if child == 0:
        os._exit(sum(make.cache_info().currsize for make in built))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [make.cache_info().currsize for make in built] == [1, 1, 1]
