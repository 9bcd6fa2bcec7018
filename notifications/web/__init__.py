"""Staff pages about mail."""
