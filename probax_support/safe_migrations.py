"""Which migrations would hold up whoever works while they run, or break the version that runs until they are done.

A table that grows with the work is never rewritten, read through or indexed under a lock; and as the old version runs
on while the tables change, it must find all it knows and be able to write without what is new.
"""

from collections.abc import Iterator
from typing import Any, cast

from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState, StateApps

from cases.migration_steps import FEW_ROWS, AddConstraintBeside, AddIndexBeside

OURS = ("sla", "cases", "notifications")
# Those up to here ran when every table was small: before the first release.
BEFORE_THE_FIRST_RELEASE = {
    "sla": "0004_published_policy",
    "cases": "0007_desk_work",
    "notifications": "0007_preferences_and_digests",
}
# What grows by itself; with it grows whatever points to it.
ROOTS = {"cases.case", "cases.user", "cases.incomingmail", "cases.notice"}

BREAKS = "the version that still runs knows it: take it out of the code first, and out of the database a version later"
STEPS = "cases/migration_steps.py, in a migration with atomic = False"
# What no large table takes while it is in use, whatever is in it.
NEVER: dict[type[Operation], str] = {
    operations.AddIndex: f"whoever writes waits until the index is made: AddIndexBeside of {STEPS}",
    operations.AddConstraint: "whoever writes waits until its index is made: make that one concurrently, by RunSQL",
    operations.RemoveField: BREAKS,
    operations.RenameField: BREAKS,
    operations.DeleteModel: BREAKS,
    operations.RenameModel: BREAKS,
    operations.AlterModelTable: BREAKS,
    operations.AlterUniqueTogether: "name a constraint instead",
}


def problems() -> list[str]:
    """Return what is unsafe in the migrations since the first release, one sentence each."""
    loader = MigrationLoader(None)
    found = []
    for key in _in_order(loader):
        migration = loader.graph.nodes[key]
        state = loader.project_state(key, at_end=False)
        found += [f"{migration.app_label}.{migration.name}: {words}" for words in problems_of(migration, state)]
    return found


def problems_of(migration: Migration, state: ProjectState) -> Iterator[str]:
    """Yield what is unsafe in one migration; `state` is what was there before it, and is changed."""
    new: set[str] = set()
    for step in migration.operations:
        if isinstance(step, operations.CreateModel):
            new.add(step.name_lower)
        else:
            yield from _of_step(step, migration, state, new)
        step.state_forwards(migration.app_label, state)


def _of_step(step: Operation, migration: Migration, state: ProjectState, new: set[str]) -> Iterator[str]:
    if isinstance(step, operations.RunPython | operations.RunSQL):
        if migration.atomic and step.hints != FEW_ROWS:
            yield "a step on rows in one transaction: hints=FEW_ROWS if few, else walk in pages with atomic = False"
        return
    if isinstance(step, operations.SeparateDatabaseAndState):
        for inner in step.database_operations:
            yield from _of_step(inner, migration, state, new)
        return
    name = str(getattr(step, "model_name_lower", "") or getattr(step, "name_lower", "")).lower()
    if name in new or not grows(state.apps, migration.app_label, name):
        return
    words = _of_large_table(step, migration, state, name)
    if words:
        yield f"{step.describe()}: {words}"


def grows(apps: StateApps, app_label: str, name: str) -> bool:
    """Tell whether a table grows with the work: it is a root, or its rows point to one of a table that does."""
    seen: set[str] = set()

    def looked_at(model: type[models.Model]) -> bool:
        label = model._meta.label_lower
        if label in ROOTS:
            return True
        if label in seen:
            return False
        seen.add(label)
        pointed = (field.related_model for field in model._meta.local_fields if field.is_relation)
        return any(looked_at(cast("type[models.Model]", other)) for other in pointed)

    return looked_at(apps.get_model(app_label, name))


def _of_large_table(step: Operation, migration: Migration, state: ProjectState, name: str) -> str:
    """Return what is wrong with a step on a table that grows; empty if nothing is."""
    if isinstance(step, operations.AddField):
        return _of_new_field(step.field)
    if isinstance(step, operations.AlterField):
        old = state.models[migration.app_label, name].fields[step.name]
        return _of_other_field(cast("models.Field[Any, Any]", old), step.field)
    if isinstance(step, AddIndexBeside | AddConstraintBeside):
        return "it needs atomic = False" if migration.atomic else ""
    if isinstance(step, operations.AddConstraint) and isinstance(step.constraint, models.CheckConstraint):
        return f"everybody waits until all rows were read: AddConstraintBeside of {STEPS}"
    return next((words for kind, words in NEVER.items() if isinstance(step, kind)), "")


def _of_new_field(field: models.Field[Any, Any]) -> str:
    if field.many_to_many:
        return ""
    if not field.null and field.db_default is models.NOT_PROVIDED:
        return "the version that still runs writes rows without it: give it null=True or db_default"
    if field.unique or any(getattr(field, what, False) for what in ("db_index", "db_constraint")):
        return f"whoever writes waits until its index is made and its rows are read: without, then the index by {STEPS}"
    return ""


def _of_other_field(old: models.Field[Any, Any], new: models.Field[Any, Any]) -> str:
    """Allow what changes no row and needs no reading: other words, more room, empty allowed, another default."""
    if old.null and not new.null:
        return f"everybody waits until all rows were read: AddConstraintBeside of {STEPS}, that it is not null"
    if type(old) is not type(new) or _stored(old) != _stored(new):
        return "the table is rewritten, or indexed under a lock: add another field, and fill it in pages"
    return "rows may hold what is longer" if (old.max_length or 0) > (new.max_length or 0) else ""


def _stored(field: models.Field[Any, Any]) -> dict[str, Any]:
    """Return what a field tells the database, without what may change at any time."""
    left_out = {*field.non_db_attrs, "null", "max_length", "default", "db_default"}
    return {name: value for name, value in field.deconstruct()[3].items() if name not in left_out}


def _in_order(loader: MigrationLoader) -> Iterator[tuple[str, str]]:
    for app, last in BEFORE_THE_FIRST_RELEASE.items():
        names = sorted(name for of, name in loader.graph.nodes if of == app)
        yield from ((app, name) for name in names if name > last)
