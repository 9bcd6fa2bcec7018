"""Marks the archives kept so far whose kind says that nobody looked into them. Of encrypted ones nothing is known."""

from typing import Any

from django.db import migrations

from cases.migration_steps import FEW_ROWS

KINDS = (
    "application/x-7z-compressed",
    "application/zstd",
    "application/vnd.ms-cab-compressed",
    "application/vnd.rar",
)


def mark(apps: Any, _schema_editor: Any) -> None:
    """Mark them."""
    apps.get_model("cases", "Attachment").objects.filter(content_type__in=KINDS).update(unseen=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0029_unseen_files")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop, hints=FEW_ROWS)]
