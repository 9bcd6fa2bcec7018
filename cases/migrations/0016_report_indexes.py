from django.db import migrations, models

from cases.migration_steps import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("cases", "0015_partner_words")]

    operations = [
        AddIndexBeside(
            "case",
            models.Index(
                fields=["id"], condition=models.Q(("dismissed_at__isnull", False)), name="case_dismissed"
            ),
        ),
        AddIndexBeside(
            "case",
            models.Index(
                fields=["id"],
                name="case_over_time",
                include=(
                    "logged_at",
                    "first_response_at",
                    "closed_at",
                    "dismissed_at",
                    "severity",
                    "desk",
                    "partner",
                    "assignee",
                ),
            ),
        ),
        AddIndexBeside(
            "deadline",
            models.Index(
                fields=["kind", "ended_at"],
                name="deadline_over_time",
                include=("kept", "due_at", "severity", "case", "id"),
            ),
        ),
        AddIndexBeside(
            "deadline",
            models.Index(
                fields=["case", "id"],
                condition=models.Q(("kept", False), ("kind", "first_response")),
                name="deadline_missed_first",
            ),
        ),
    ]
