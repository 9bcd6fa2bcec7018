"""Which dates a country closes on, as the `holidays` library knows them. The only place that imports it.

Readings: the United States close on federal holidays and their observed days. Australia closes on the national list and
on every day that is a public holiday in all eight states and territories, which adds substitute days such as Monday
28 December 2026.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version

import holidays

# How a source begins that names the library; its version follows.
LIBRARY = "holidays "
STATES = ("ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA")


class UnknownCountry(ValueError):
    """No reading of "national holiday" exists for this country yet."""


@dataclass(frozen=True, slots=True)
class National:
    """A national holiday: its name, and the source that says so."""

    name: str
    source: str


def national_holidays(countries: Sequence[str], years: Iterable[int]) -> dict[date, National]:
    """Return the dates in `years` on which one of `countries` closes, in order; the first one names a common date.

    Raises:
        UnknownCountry: there is no reading for one of them.
    """
    wanted = tuple(sorted(set(years)))
    found: dict[date, National] = {}
    for country in countries:
        found = closed_dates(country, wanted) | found
    return {day: found[day] for day in sorted(found)}


def closed_dates(country: str, years: Iterable[int]) -> dict[date, National]:
    """Return the dates in `years` on which `country` ("AU", "US") closes, in order.

    Raises:
        UnknownCountry: there is no reading for it.
    """
    if country not in READINGS:
        known = " and ".join(sorted(READINGS))
        raise UnknownCountry(f"National holidays of {country!r} are not known here, only those of {known}.")
    wanted = sorted(set(years))
    _read(country, [year for year in wanted if (country, year) not in _known])
    return {day: holiday for year in wanted for day, holiday in _known[country, year].items()}


# What the library said of a country's year, in order. It is slow, and says the same for as long as a process lives.
_known: dict[tuple[str, int], dict[date, National]] = {}


def _read(country: str, years: Sequence[int]) -> None:
    """Ask the library for years, with a neighbour on either side: a day may be observed in another year."""
    if years:
        found = READINGS[country](tuple(range(years[0] - 1, years[-1] + 2)))
        for year in years:
            _known[country, year] = {day: found[day] for day in sorted(found) if day.year == year}


@cache
def library() -> str:
    """Return the library's name and version, as sources are written."""
    return LIBRARY + version("holidays")


def _federal(years: tuple[int, ...]) -> dict[date, National]:
    listed = holidays.country_holidays("US", years=years)
    return {day: National(name, f"{library()}, US federal") for day, name in listed.items()}


def _everywhere_in_australia(years: tuple[int, ...]) -> dict[date, National]:
    listed = holidays.country_holidays("AU", years=years)
    found = {day: National(name, f"{library()}, AU national") for day, name in listed.items()}
    states = [holidays.country_holidays("AU", subdiv=state, years=years) for state in STATES]
    for day in set(states[0]).intersection(*states[1:]) - found.keys():
        # States may call it differently; most of them agree. Sorted, so that a tie has one winner.
        (name, _), *_others = Counter(sorted(state[day] for state in states)).most_common(1)
        found[day] = National(name, f"{library()}, AU all states and territories")
    return found


# One reading per country of what its "national public holidays" are.
READINGS: dict[str, Callable[[tuple[int, ...]], dict[date, National]]] = {
    "AU": _everywhere_in_australia,
    "US": _federal,
}
