"""`python -m benchmarks.reconciling`: one reconciliation by a worker that has just started.

Prints the plans that must be tracked, as JSON.
"""

import json

from workers.exchange_context import reconciler

if __name__ == "__main__":
    print(json.dumps(reconciler().reconcile()), flush=True)
