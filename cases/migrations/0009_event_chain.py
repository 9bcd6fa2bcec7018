"""Events are chained to each other, hold no words themselves, and cannot be altered or deleted.

Events of before are bound by `manage.py chain_events`, or with the next one of their case: this migration reads no rows.
"""

import django.db.models.deletion
from django.db import migrations, models

from cases import append_only
from cases.migration_steps import FEW_ROWS


def _digest(**more):
    return models.CharField(blank=True, db_default="", default="", max_length=64, **more)


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_receipts_of_any_act")]
    operations = [
        migrations.CreateModel(
            name="EventWords",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="wording",
                        serialize=False,
                        to="cases.caseevent",
                    ),
                ),
                ("salt", models.CharField(max_length=32)),
                ("words", models.JSONField(default=dict)),
            ],
            options={"verbose_name": "words of an event", "verbose_name_plural": "words of events"},
        ),
        migrations.AddField("case", "chain_digest", _digest()),
        migrations.AddField("case", "chained_to", models.PositiveIntegerField(db_default=0, default=0)),
        migrations.AddField("caseevent", "digest", _digest()),
        migrations.AddField("caseevent", "words_digest", _digest()),
        migrations.RunPython(
            lambda _apps, editor: append_only.on(editor.connection),
            lambda _apps, editor: append_only.off(editor.connection),
            hints=FEW_ROWS,
        ),
    ]
