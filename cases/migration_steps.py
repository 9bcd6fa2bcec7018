"""Steps for migrations that Django lacks: of tables that are in use, and of many tables at once.

With `AddIndexBeside` and `AddConstraintBeside` nobody who reads or writes a large table waits. A migration that uses
them has `atomic = False`, and each step may be run again after it broke off. On SQLite, which has one writer anyway,
they are the ordinary steps. `probax_support/safe_migrations.py` asks for them.
"""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.operations import AddConstraint, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

# What a step on rows says that touches few of them: RunPython(..., hints=FEW_ROWS).
FEW_ROWS = {"rows": "few"}


class AddIndexBeside(AddIndexConcurrently):
    """Makes an index beside the work that goes on; what a try before left half made is dropped first."""

    def database_forwards(
        self, app_label: str, schema_editor: "BaseDatabaseSchemaEditor", from_state: Any, to_state: Any
    ) -> None:
        """Make it."""
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: "BaseDatabaseSchemaEditor", from_state: Any, to_state: Any
    ) -> None:
        """Drop it."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        else:
            AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)


class AddConstraintBeside(AddConstraint):
    """Adds a check that new rows keep from now on, and only then looks through the old ones, which holds nobody up."""

    def database_forwards(
        self, app_label: str, schema_editor: "BaseDatabaseSchemaEditor", from_state: "ProjectState", to_state: Any
    ) -> None:
        """Add it and look."""
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        table, name = schema_editor.quote_name(model._meta.db_table), schema_editor.quote_name(self.constraint.name)
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        schema_editor.execute(f"{self.constraint.create_sql(model, schema_editor)} NOT VALID", params=None)
        schema_editor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


class MakeTables(Operation):
    """Makes the tables of many models at once, which may refer to each other in circles.

    Django renders a model and all that it is related to anew at each step, and here everything is related: one step for
    each table takes half a minute, this one renders them once.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, *tables: CreateModel) -> None:
        self.tables = tables

    def state_forwards(self, app_label: str, state: "ProjectState") -> None:
        """Know the models; they are rendered when somebody asks for them, all together."""
        vars(state).pop("apps", None)
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make them. Keys come last, once each table is there."""
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop them."""
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say it in a line."""
        return f"Make {len(self.tables)} tables"
