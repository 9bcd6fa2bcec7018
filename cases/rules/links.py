"""Links in mails that act in their reader's name: whoever reads the mail of somebody else reads it without them."""

import re

# Whoever quotes a mail may break a line before the end.
KEY = r"[A-Za-z0-9_-]{20,}/?"
# Whoever reads it at the desk could agree with themselves (P8.1).
AGREES = re.compile(rf"(/severity/){KEY}")
# Each agrees or answers (P11.1) as the contact, or makes the account of whoever was invited.
ACTS = re.compile(rf"(/(?:severity|survey|invitations)/){KEY}")


def without_links_that_agree(text: str) -> str:
    """Return a text without the keys of links that agree to another severity."""
    return AGREES.sub(r"\1.../", text)


def without_links_that_act(text: str) -> str:
    """Return a text without the keys of any such link."""
    return ACTS.sub(r"\1.../", text)
