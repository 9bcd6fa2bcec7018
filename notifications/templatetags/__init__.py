"""Wording for plain-text mails."""
