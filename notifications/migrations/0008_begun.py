from typing import Any

from django.db import migrations, models

from cases.migration_steps import FEW_ROWS


def begin_what_is_in_flight(apps: Any, schema_editor: Any) -> None:
    """Until now a claim was the beginning: what a sender has at this moment may have been sent."""
    for name in ("OutgoingMail", "OutgoingAlert", "WebhookDelivery"):
        apps.get_model("notifications", name).objects.filter(state="in_flight").update(begun=True)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0007_preferences_and_digests")]

    operations = [
        *(
            migrations.AddField(name, "begun", models.BooleanField(default=False, db_default=False))
            for name in ("outgoingmail", "outgoingalert", "webhookdelivery")
        ),
        migrations.RunPython(begin_what_is_in_flight, migrations.RunPython.noop, hints=FEW_ROWS),
    ]
