"""Several plans are cancelled at once, whatever is being done with them."""

from functools import partial

from chaos.acts.act import Act
from chaos.patience import patiently
from chaos.traffic import Traffic
from trader.lifecycle.stage import Stage
from trader.strands.store import StrandStore

MOST_CANCELLED = 8
STAGES = (Stage.MONITOR, Stage.PLACE, Stage.TRACK)
CLOSING_SHARE = 0.5


def cancel_several(store: StrandStore, traffic: Traffic, act: Act) -> bool:
    """Cancel some of the plans that have not ended; False when there is none."""
    chance = act.chance()
    rows = [row for stage in STAGES for row in patiently(partial(store.lifecycles, stage=stage))]
    chosen = chance.sample(rows, min(len(rows), chance.randint(2, MOST_CANCELLED)))
    for row in chosen:
        traffic.cancel(row.lifecycle_id, closes=chance.random() < CLOSING_SHARE)
    return bool(chosen)
