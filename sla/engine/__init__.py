"""The business-hours engine: pure functions over instants, with no framework, no database and no clock of its own.

Read it in this order: `instants`, `calendar`, `blocks`, `clock`, `deadlines`, `explain`, `drawing`, `bulk`.
The conventions stand in `docs/engine.md`.
"""
