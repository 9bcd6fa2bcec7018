"""What is asked of a password, at every door where one is chosen: invitation, reset, change, set-up, command line."""

from typing import Any

# The standard asks for eight characters (OWASP ASVS 5.0.0, 6.2.1); no kinds of characters are asked for (6.2.5).
SHORTEST = 10


def password_validators(leaks_url: str) -> list[dict[str, Any]]:
    """Return Django's setting; whether a password leaked is asked last, and of `leaks_url` alone, if of anybody."""
    found: list[dict[str, Any]] = [
        {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": SHORTEST}},
        {
            "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
            "OPTIONS": {"user_attributes": ("name", "email")},
        },
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {"NAME": "cases.company_words.CompanyWordsValidator", "OPTIONS": {"min_length": SHORTEST}},
    ]
    if leaks_url:
        leaked = "probax_support.leaked_passwords.LeakedPasswordValidator"
        found.append({"NAME": leaked, "OPTIONS": {"address": leaks_url}})
    return found
