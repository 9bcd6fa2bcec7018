"""Where `ENGINE` of PostgreSQL leads: Django's own backend, but for what it finds out about its lines."""
