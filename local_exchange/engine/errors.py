"""Refusals in the venue's own words."""


class BatchRejected(Exception):
    """Nothing of the batch was done or recorded: answer one error for all of its orders."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class ActionRejected(Exception):
    """The whole action was refused: answer `{"status": "err", "response": text}`."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
