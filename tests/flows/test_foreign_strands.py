"""Other teams write into the same table as ever, and find their rows as they left them."""

from tests.flows.plans import a_plan
from tests.support.flow import Flow
from trader.lifecycle.stage import Leg

SEEDED = """
INSERT INTO AD_strands (
    id, lifecycle_id, module, kind, symbol, timeframe, session_bucket, regime,
    content, tags, created_at
) VALUES (
    'trader_001', 'lifecycle_123', 'trader', 'order_status', 'BTC', '1h', 'session_456', 'normal',
    '{"order_id": "order_123", "status": "pending", "entry_condition": "breakout_above_30000", "current_price": 29950}',
    '["trader:order_status", "cil:execution_insights"]',
    NOW()
);
"""  # noqa: E501  (to the letter as the teams' documents give it)


def test_a_foreign_insert_to_the_letter_is_not_disturbed(flow: Flow) -> None:
    _execute(flow, SEEDED)
    before = _row(flow, "trader_001")
    assert before[:2] == ("trader_001", "lifecycle_123")

    lifecycle_id = flow.submit(a_plan())
    flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)
    assert _row(flow, "trader_001") == before
    assert flow.store.lifecycle("lifecycle_123") is None


def test_a_lifecycle_id_that_another_team_uses_too_is_still_ours_to_number(flow: Flow) -> None:
    lifecycle_id = flow.submit(a_plan())
    flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)
    note = "INSERT INTO AD_strands (id, lifecycle_id, module, kind, content, tags) VALUES "
    _execute(flow, f"{note} ('note', '{lifecycle_id}', 'cil', 'note', '{{}}', '[]')")
    before = _row(flow, "note")

    flow.market.set_mid("ETH", "3100")
    flow.wait_until_done(lifecycle_id)
    assert _row(flow, "note") == before


def _execute(flow: Flow, statement: str) -> None:
    with flow.store.connections.transaction() as connection:
        connection.execute(statement)


def _row(flow: Flow, strand_id: str) -> tuple[object, ...]:
    with flow.store.connections.connection() as connection:
        row: tuple[object, ...] = connection.execute(
            "SELECT * FROM AD_strands WHERE id = ?", [strand_id]
        ).fetchone()
    return row
