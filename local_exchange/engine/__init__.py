"""The core of the exchange: synchronous, single-threaded, without a clock of its own."""
