"""Partners, their people, their cases, and everything that may happen to a case."""
