"""Commands of the sla app."""
