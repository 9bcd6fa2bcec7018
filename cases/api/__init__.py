"""The door for machines: `/api/v1/`. Translate in, one action or one read, translate out."""
