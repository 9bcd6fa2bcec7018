"""Tests, sorted by what they speak through: nothing but values, actions, addresses, a browser, or whole processes."""
