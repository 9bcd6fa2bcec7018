"""Links in mails that act in their reader's name: whoever reads the mail of somebody else reads it without them."""

import base64
import binascii
import re

# Programs that quote a mail break its lines anywhere, and those that look for harm write a link inside another.
_BREAK = r"(?:=?\r?\n[> \t]{0,20})?"
_SLASH = r"(?:/|%2F|%252F|=2F|_)"
_SIGN = r"(?:[A-Za-z0-9_-]|=2D|=5F)"
_SHORTEST, _LONGEST = 20, 32
# Its last line whole, and no word of the next one.
_KEY = rf"{_SIGN}(?:{_BREAK}{_SIGN}){{{_SHORTEST - 1},{_LONGEST - 1}}}{_SIGN}*/?"
# Each agrees or answers (P11.1) as the contact, makes the account of whoever was invited, or sets a new password.
_ACTING = ("severity", "survey", "invitations", "reset/key")


def _links_to(*nouns: str) -> str:
    spelled = "|".join(_BREAK.join(_SLASH if sign == "/" else sign for sign in noun) for noun in nouns)
    return rf"({_SLASH}{_BREAK}(?:{spelled}){_BREAK}{_SLASH}){_BREAK}{_KEY}"


# Whoever reads it at the desk could agree with themselves (P8.1).
AGREES = re.compile(_links_to("severity"), re.IGNORECASE)
ACTS = re.compile(_links_to(*_ACTING), re.IGNORECASE)
_ACTS_IN_BYTES = re.compile(_links_to(*_ACTING).encode(), re.IGNORECASE)
_BASE64 = re.compile(rb"(?m)^(?:[A-Za-z0-9+/]{16,}+\r?\n)*+[A-Za-z0-9+/]*+={0,2}")
_SHORTEST_IN_BASE64, _DEEPEST = 40, 4


def without_links_that_agree(text: str) -> str:
    """Return a text without the keys of links that agree to another severity."""
    return AGREES.sub(r"\1.../", text)


def without_links_that_act(text: str) -> str:
    """Return a text without the keys of any such link."""
    return ACTS.sub(r"\1.../", text)


def bytes_without_links_that_act(content: bytes, deep: int = _DEEPEST) -> bytes:
    """Return a raw mail, or a file of one, without those keys, also where they stand in base64; else byte for byte.

    What is packed or encrypted is not looked into.
    """

    def inside(found: re.Match[bytes]) -> bytes:
        if len(found[0]) < _SHORTEST_IN_BASE64:
            return found[0]
        signs = found[0].translate(None, b"\r\n=")
        try:
            written = base64.b64decode(signs + b"=" * (-len(signs) % 4))
        except binascii.Error:
            return found[0]
        clean = bytes_without_links_that_act(written, deep - 1)
        return found[0] if clean == written else base64.encodebytes(clean).rstrip()

    clean = _ACTS_IN_BYTES.sub(rb"\1.../", content)
    return _BASE64.sub(inside, clean) if deep else clean
