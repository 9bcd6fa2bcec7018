"""The API for looking after webhooks."""
