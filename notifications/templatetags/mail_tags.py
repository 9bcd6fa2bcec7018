"""What plain-text mails need beside the words of the pages."""

from django import template

register = template.Library()


@register.filter
def quoted(words: str) -> str:
    """Mark what somebody else wrote, line by line, as mails do."""
    return "\n".join(f"> {line}".rstrip() for line in words.splitlines())
