"""A server behind the store is killed, comes back, and its outage is known."""

from chaos.stores import DOWN_SECONDS, StoreServer


def test_an_outage_lasts_from_the_kill_to_the_end_of_the_start() -> None:
    done: list[str] = []
    server = StoreServer(lambda: done.append("kill"), lambda: done.append("start"))
    before = server.age_seconds()
    server.kill()
    assert done == ["kill", "start"]
    (outage,) = server.outages
    assert (outage.ended - outage.began).total_seconds() >= DOWN_SECONDS
    assert before >= 0
    assert server.age_seconds() < DOWN_SECONDS
