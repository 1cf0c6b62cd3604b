import pytest

from local_exchange.engine.exchange import Exchange
from tests.local_exchange.engine.builders import frozen_exchange


@pytest.fixture
def exchange() -> Exchange:
    return frozen_exchange()
