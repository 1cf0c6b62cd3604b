"""Faults of the local exchange that strike one account, so that other tests never meet them."""

from dataclasses import dataclass
from typing import Any

from tests.local_exchange.controls import Controls


@dataclass(frozen=True)
class AccountFaults:
    """Sets faults by their kind; see docs/local_exchange.md."""

    controls: Controls
    account: str

    def strike(self, kind: str, *types: str, **terms: Any) -> None:
        """Requests of these action or query types."""
        scope = {"types": list(types), "user": self.account}
        self.controls.set_fault(kind, scope=scope, **terms)

    def hold(self, kind: str, **terms: Any) -> None:
        """A state of the venue towards this account, until it is ended."""
        self.controls.set_fault(kind, user=self.account, **terms)

    def everybody(self, kind: str, **terms: Any) -> None:
        """A state of the whole venue, or what strikes any websocket."""
        self.controls.set_fault(kind, **terms)

    def end(self) -> None:
        """All is well again."""
        self.controls.clear_faults()
