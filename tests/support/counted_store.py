"""A store whose calls are counted: each is a round trip where the store is elsewhere."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from trader.strands.store import StrandStore


class CountedStore:
    """Passes every call on to a real store; `calls` says how often which was made."""

    def __init__(self, store: StrandStore) -> None:
        self._store = store
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._store, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            self.calls[name] += 1
            return method(*arguments, **options)

        return counted
