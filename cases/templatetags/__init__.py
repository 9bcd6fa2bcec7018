"""Wording for the pages."""
