"""One migration stands for many: an empty database gets all at once, and whoever has the old ones goes on.

`python -m bench.migrations` migrates both ways, and compares the schemas of the databases themselves.
"""

import pytest
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from probax_support.health import missing_migrations

Key = tuple[str, str]


@pytest.fixture(scope="module")
def squashed() -> dict[Key, list[Key]]:
    """The migrations of ours that stand for others, with those."""
    nodes = MigrationLoader(None).graph.nodes
    return {key: node.replaces for key, node in nodes.items() if key[0] in ("sla", "cases", "notifications")}


def planned() -> list[Key]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [(migration.app_label, migration.name) for migration, _backwards in plan]


def forget(keys: list[Key]) -> None:
    for key in keys:
        MigrationRecorder(connection).record_unapplied(*key)


def test_both_ways_lead_to_the_same_models(squashed: dict[Key, list[Key]]) -> None:
    loader = MigrationLoader(None, replace_migrations=False)
    whole = {key: replaces for key, replaces in squashed.items() if replaces}
    assert {app for app, _name in whole} == {"sla", "cases", "notifications"}
    old = loader.project_state([replaces[-1] for replaces in whole.values()])
    new = loader.project_state(list(whole))
    assert MigrationAutodetector(old, new).changes(loader.graph) == {}


def test_an_installation_with_the_old_migrations_has_the_new_one(db: None, squashed: dict[Key, list[Key]]) -> None:
    forget([key for key, replaces in squashed.items() if replaces])
    assert (planned(), missing_migrations()) == ([], [])
    MigrationExecutor(connection).check_replacements()
    assert squashed.keys() <= MigrationRecorder(connection).applied_migrations().keys()


def test_an_installation_half_way_goes_on_with_the_old_ones(db: None, squashed: dict[Key, list[Key]]) -> None:
    later = [replaced for replaces in squashed.values() for replaced in replaces[len(replaces) // 2 :]]
    forget([*squashed, *later])
    assert set(planned()) >= set(later)
    assert not set(planned()) & {key for key, replaces in squashed.items() if replaces}
    assert missing_migrations()
