from tests.support.lifecycles import a_quote


def test_a_book_with_one_side_has_a_price_too() -> None:
    quote = a_quote("30000")
    assert quote.reference == 30_000
    assert quote.model_copy(update={"mid": None}).reference == quote.bid
    assert quote.model_copy(update={"mid": None, "bid": None}).reference == quote.ask
    assert quote.model_copy(update={"mid": None, "bid": None, "ask": None}).reference is None
