"""A raw mapping that is read field by field, with nothing left unread."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from trader.conditions.quoting import key_of
from trader.plans.refusal import PlanRefused, RefusalCode
from trader.plans.values import Reader

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fields:
    """Raw values by name, and the path at which the mapping stands."""

    values: Mapping[str, object]
    path: str

    def path_of(self, key: str) -> str:
        """Where the field stands."""
        return key_of(self.path, key)

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        return self.values.get(key) is not None

    def read(self, key: str, reader: Reader[T]) -> T:
        """The field's value. Raises PlanRefused when it is absent, null or wrong."""
        if not self.has(key):
            path = self.path_of(key)
            raise PlanRefused(RefusalCode.MISSING_FIELD, path, None, "is missing or null: write it")
        return reader(self.values[key], self.path_of(key))

    def find(self, key: str, reader: Reader[T]) -> T | None:
        """The field's value, or None when it is absent or null. Raises PlanRefused."""
        return self.read(key, reader) if self.has(key) else None

    def read_all(
        self, known: Collection[str], readers: Mapping[str, Callable[[], object]]
    ) -> dict[str, object]:
        """What each of these reads, by name.

        Raises PlanRefused with all that is wrong, fields that are not known among it.
        """
        others: Mapping[str, Callable[[], object]] = {"": partial(self.refuse_others, known)}
        read = read_each({**others, **readers})
        return {name: read[name] for name in readers}

    def refuse_others(self, known: Collection[str]) -> None:
        """Raises PlanRefused with the fields, by name, that are not known."""
        unknown = sorted((key for key in self.values if key not in known), key=str)
        read_each({key: partial(self._refuse, key, known) for key in unknown})

    def _refuse(self, key: str, known: Collection[str]) -> None:
        raise PlanRefused(
            RefusalCode.UNKNOWN_FIELD,
            self.path_of(key),
            self.values[key],
            f"is unknown: remove it, or mend its name (known: {', '.join(sorted(known))})",
        )


def mapping(value: object, path: str) -> Fields:
    """A reader of mappings: its fields. Raises PlanRefused."""
    if not isinstance(value, Mapping):
        raise PlanRefused(RefusalCode.MALFORMED, path, value, "write a mapping of fields")
    return Fields(value, path)


def read_each(readers: Mapping[str, Callable[[], object]]) -> dict[str, object]:
    """What each of these reads, by name. Raises PlanRefused with all that is wrong."""
    read: dict[str, object] = {}
    refused: list[PlanRefused] = []
    for name, reader in readers.items():
        try:
            read[name] = reader()
        except PlanRefused as error:
            refused.append(error)
    if refused:
        first, *others = refused
        raise first.with_others(refusal for error in others for refusal in error.refusals)
    return read
