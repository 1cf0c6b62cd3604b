"""Plans followed through the database, on the real pipeline: workers, broker, venue and store."""

import pytest

pytest.register_assert_rewrite("tests.flows.audit")
