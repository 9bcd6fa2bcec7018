"""Where `ENGINE` of PostgreSQL leads: Django's own backend, but for how it finds that a line is dead."""
