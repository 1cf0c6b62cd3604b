"""From a log back to the exchange that wrote it."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from local_exchange.engine.config import ExchangeConfig
from local_exchange.inputs.log import Entry, Header, InputLog, LogUnusableError
from local_exchange.inputs.machine import Machine
from local_exchange.wire.nonces import NonceRefusedError


def checksum(answer: dict[str, Any]) -> int:
    """What the log keeps of an answer, to notice a replay that takes another course."""
    return zlib.crc32(json.dumps(answer, sort_keys=True).encode())


def opened(directory: Path, config: ExchangeConfig, now_ms: int) -> tuple[Machine, InputLog]:
    """The machine of a data directory, and the log to go on with. Raises as `recovered`."""
    log = InputLog.open(directory)
    try:
        return recovered(log, config, now_ms), log
    except LogUnusableError:
        log.close()
        raise


def recovered(log: InputLog, config: ExchangeConfig, now_ms: int) -> Machine:
    """The machine as it was after the last input, or a new one that opens now.

    Raises LogUnusableError for a log of other settings, a damaged one, or one that does not
    give the same answers again.
    """
    lines = log.read()
    header = _header(log, next(lines, None))
    if header is None:
        log.append(Header(opened_ms=now_ms, settings=settings(config)), is_durable=True)
        return Machine(config, now_ms)
    _check_settings(log, header, settings(config))
    machine = Machine(config, header.opened_ms)
    _replay(log, lines, machine)
    machine.exchange.drain_events()
    return machine


def settings(config: ExchangeConfig) -> dict[str, str]:
    """Each setting by its name; the universe as a digest."""
    values = {field.name: repr(getattr(config, field.name)) for field in fields(config)}
    values["universe"] = blake2b(values["universe"].encode(), digest_size=8).hexdigest()
    del values["market"]
    return values | {
        field.name: repr(getattr(config.market, field.name)) for field in fields(config.market)
    }


def _header(log: InputLog, line: bytes | None) -> Header | None:
    if line is None:
        return None
    try:
        return Header.model_validate_json(line)
    except ValidationError as error:
        raise LogUnusableError(
            f"{log.path} does not begin with a header: it is no log of this exchange ({error})"
        ) from error


def _check_settings(log: InputLog, header: Header, current: dict[str, str]) -> None:
    differing = [
        f"{name} was {header.settings.get(name)} and is now {current.get(name)}"
        for name in sorted(header.settings.keys() | current.keys())
        if header.settings.get(name) != current.get(name)
    ]
    if differing:
        raise LogUnusableError(
            f"{log.path} was written with other settings: {'; '.join(differing)}. "
            "Start with the same, or with an empty directory"
        )


def _replay(log: InputLog, lines: Iterator[bytes], machine: Machine) -> None:
    for number, line in enumerate(lines, 2):
        entry = log.parse(number, line)
        if _answer_again(machine, entry) != entry.answer:
            raise LogUnusableError(
                f"line {number} of {log.path} is answered otherwise than it was: it was written "
                "by another version of the exchange. Use that one, or start with an empty directory"
            )


def _answer_again(machine: Machine, entry: Entry) -> int | None:
    try:
        return checksum(machine.apply(entry.change))
    except (NonceRefusedError, ValueError):
        return None
