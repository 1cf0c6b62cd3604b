"""Who is told: listeners of the topic, each variant with its own rendering."""

from local_exchange.wire.hub import Hub
from local_exchange.wire.subscriptions import AnySubscription, Bbo, L2Book


class Listener:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def send(self, text: str) -> None:
        self.heard.append(text)


def figures(subscription: AnySubscription) -> str | None:
    assert isinstance(subscription, L2Book)
    return None if subscription.n_sig_figs is None else str(subscription.n_sig_figs)


def test_each_variant_of_a_topic_gets_its_own_message() -> None:
    hub, coarse, fine, unrelated = Hub(), Listener(), Listener(), Listener()
    hub.add(L2Book(coin="BTC", n_sig_figs=2), coarse)
    hub.add(L2Book(coin="BTC", n_sig_figs=5), fine)
    hub.add(L2Book(coin="ETH", n_sig_figs=5), unrelated)
    hub.publish(("l2Book", "BTC"), figures)
    assert (coarse.heard, fine.heard, unrelated.heard) == (["2"], ["5"], [])


def test_one_rendering_serves_all_listeners() -> None:
    hub, listeners, rendered = Hub(), [Listener(), Listener()], []
    for listener in listeners:
        hub.add(Bbo(coin="BTC"), listener)
    hub.publish(("bbo", "BTC"), lambda subscription: rendered.append(subscription) or "x")
    assert rendered == [Bbo(coin="BTC")]
    assert [listener.heard for listener in listeners] == [["x"], ["x"]]


def test_no_news_is_not_sent() -> None:
    hub, listener = Hub(), Listener()
    hub.add(L2Book(coin="BTC"), listener)
    hub.publish(("l2Book", "BTC"), figures)
    assert listener.heard == []


def test_removed_listener_hears_nothing_more() -> None:
    hub, stays, leaves = Hub(), Listener(), Listener()
    subscription = Bbo(coin="BTC")
    hub.add(subscription, stays)
    hub.add(subscription, leaves)
    hub.remove(subscription, leaves)
    hub.publish(("bbo", "BTC"), lambda _: "x")
    hub.remove(subscription, stays)
    hub.publish(("bbo", "BTC"), lambda _: "y")
    assert (stays.heard, leaves.heard) == (["x"], [])
