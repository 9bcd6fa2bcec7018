"""Which dates a country closes on, as the `holidays` library knows them. The only place that imports it.

Readings: the United States close on federal holidays and their observed days. Australia closes on the national list and
on every day that is a public holiday in all eight states and territories, which adds substitute days such as Monday
28 December 2026.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

import holidays

STATES = ("ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA")
COUNTRIES = {"AU": "Australia", "US": "United States"}


class UnknownCountry(ValueError):
    """No reading of "national holiday" exists for this country yet."""


@dataclass(frozen=True, slots=True)
class National:
    """A national holiday: its name, and the source that says so."""

    name: str
    source: str


def closed_dates(country: str, years: Iterable[int]) -> dict[date, National]:
    """Return the dates in `years` on which `country` ("AU", "US") closes, in order.

    Raises:
        UnknownCountry: there is no reading for it.
    """
    wanted = sorted(set(years))
    if country == "US":
        found = _federal(wanted)
    elif country == "AU":
        found = _everywhere_in_australia(wanted)
    else:
        known = " and ".join(COUNTRIES.values())
        raise UnknownCountry(f"National holidays of {country!r} are not known here, only those of {known}.")
    return {day: found[day] for day in sorted(found) if day.year in wanted}


def library() -> str:
    """Return the library's name and version, as sources are written."""
    return f"holidays {version('holidays')}"


def _federal(years: list[int]) -> dict[date, National]:
    listed = holidays.country_holidays("US", years=years)
    return {day: National(name, f"{library()}, US federal") for day, name in listed.items()}


def _everywhere_in_australia(years: list[int]) -> dict[date, National]:
    listed = holidays.country_holidays("AU", years=years)
    found = {day: National(name, f"{library()}, AU national") for day, name in listed.items()}
    states = [holidays.country_holidays("AU", subdiv=state, years=years) for state in STATES]
    for day in set(states[0]).intersection(*states[1:]) - found.keys():
        # States may call it differently; most of them agree. Sorted, so that a tie has one winner.
        (name, _), *_others = Counter(sorted(state[day] for state in states)).most_common(1)
        found[day] = National(name, f"{library()}, AU all states and territories")
    return found
