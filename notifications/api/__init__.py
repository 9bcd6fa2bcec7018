"""The API for looking after webhooks and the outbox."""
