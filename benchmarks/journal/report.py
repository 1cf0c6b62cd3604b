"""The figures of all stores and sizes, and their ratios. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Figures: TypeAlias = dict[str, float]

_REFERENCE = "sqlite"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a journal holds, and the costs in it: figures whose names end with their units."""

    journal: Figures
    costs: Figures


Sizes: TypeAlias = Mapping[int, Measured]
Results: TypeAlias = Mapping[str, Sizes]
"""By number of lifecycles, and by store."""


def as_object(results: Results) -> dict[str, dict[str, dict[str, Figures]]]:
    """By store, size and part: the journal, its costs, and two kinds of ratios.

    `growth` is a cost over the same at the smallest size, `to_sqlite` one over SQLite's there.
    """
    return {
        store: {
            str(size): {
                "journal": _rounded(found.journal),
                "costs": _rounded(found.costs),
                "growth": _rounded(ratios(found.costs, _smallest(sizes).costs)),
                **_to_reference(store, size, results),
            }
            for size, found in sizes.items()
        }
        for store, sizes in results.items()
    }


def lines(results: Results) -> Iterator[str]:
    """The same as tables, one for each store: sizes beside each other."""
    for store, by_size in as_object(results).items():
        largest = list(by_size.values())[-1]
        yield _line(store, [f"{int(size):,}" for size in by_size], ["growth", "to sqlite"])
        for part in ("journal", "costs"):
            for name in largest[part]:
                figures = [_text(found[part].get(name)) for found in by_size.values()]
                compared = [_text(largest.get(kind, {}).get(name)) for kind in _RATIOS]
                yield _line(name, figures, compared if part == "costs" else [])
        yield ""


def ratios(costs: Figures, reference: Figures) -> Figures:
    """Each cost over the reference's, where there is one."""
    return {name: cost / reference[name] for name, cost in costs.items() if reference.get(name)}


_RATIOS = ("growth", "to_sqlite")


def _to_reference(store: str, size: int, results: Results) -> dict[str, Figures]:
    reference = results.get(_REFERENCE, {}).get(size)
    if store == _REFERENCE or reference is None:
        return {}
    return {"to_sqlite": _rounded(ratios(results[store][size].costs, reference.costs))}


def _rounded(figures: Figures) -> Figures:
    return {name: float(f"{figure:.4g}") for name, figure in figures.items()}


def _smallest(sizes: Sizes) -> Measured:
    return sizes[min(sizes)]


def _text(figure: float | None) -> str:
    return "" if figure is None else f"{figure:,.3g}" if figure < 1000 else f"{figure:,.0f}"


def _line(name: str, figures: list[str], compared: list[str]) -> str:
    return f"{name:<32}" + "".join(f"{text:>13}" for text in (*figures, *compared))
