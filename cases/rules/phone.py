"""Phone numbers in E.164 (P6.1). A number that makes no sense is kept as typed, and known by it."""

from collections.abc import Sequence

import phonenumbers


def e164(typed: str, country: str) -> str | None:
    """Return a typed number as `+61272517900`; None when it is none. `country` is where one without a + is dialled."""
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if _is_real(number) else None


def _is_real(number: phonenumbers.PhoneNumber) -> bool:
    return number.extension is None and phonenumbers.is_valid_number(number)


def phone_readings(typed: str, countries: Sequence[str]) -> list[str]:
    """Return every number that was perhaps meant, as dialled in each of `countries`, the likeliest first."""
    found = (e164(typed, country) for country in countries)
    return list(dict.fromkeys(number for number in found if number is not None))


def phone_as_kept(typed: str, country: str) -> str:
    """Return a number as it is stored: in E.164 where it is one, else as typed."""
    return e164(typed, country) or typed.strip()


def phone_as_shown(kept: str) -> str:
    """Return a stored number as people read it: `+61 2 7251 7900`."""
    if not is_e164(kept):
        return kept
    number = phonenumbers.parse(kept)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def is_e164(kept: str) -> bool:
    """Return whether a stored number can be dialled; one that cannot is flagged where it is shown."""
    return kept.startswith("+") and e164(kept, "ZZ") == kept
