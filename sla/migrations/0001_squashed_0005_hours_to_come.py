"""Every table as it stood on 28 November 2026, made at once: what the migrations in `replaces` make one after another.

Who has those has this one; docs/operations.md says when they go.
"""

import datetime

from django.db import migrations, models
import django.core.validators
import django.db.models.deletion


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("sla", "0001_initial"),
        ("sla", "0002_reminder_rhythm"),
        ("sla", "0003_every_clause"),
        ("sla", "0004_published_policy"),
        ("sla", "0005_hours_to_come"),
    ]
    dependencies = []
    operations = [
        migrations.CreateModel(
            name='Desk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=16)),
                ('name', models.CharField(max_length=80)),
                ('zone', models.CharField(help_text='IANA name, such as Australia/Sydney.', max_length=64)),
                ('country', models.CharField(help_text='ISO code of the country whose national holidays it keeps.', max_length=2)),
                ('observes', models.JSONField(default=list)),
                ('revision', models.PositiveIntegerField(default=1)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('code',), name='sla_desk_code')],
            },
        ),
        migrations.CreateModel(
            name='Shift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('desk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shifts', to='sla.desk')),
                ('weekdays', models.JSONField(help_text='Numbers, Monday is 0.')),
                ('starts_at', models.TimeField()),
                ('ends_at', models.TimeField()),
                ('since', models.DateField(blank=True, null=True)),
                ('until', models.DateField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('since', None)), fields=('desk', 'weekdays', 'starts_at'), name='sla_shift_once'), models.UniqueConstraint(fields=('desk', 'weekdays', 'starts_at', 'since'), name='sla_shift_once_since'), models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('since__lt', models.F('until')), _connector='OR'), name='sla_shift_since_before_until')],
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('desk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holidays', to='sla.desk')),
                ('on', models.DateField()),
                ('name', models.CharField(max_length=200)),
                ('source', models.CharField(help_text='Where the date comes from, such as a library and its version.', max_length=200)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('desk', 'on'), name='sla_holiday_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='HolidayChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('desk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holiday_changes', to='sla.desk')),
                ('on', models.DateField()),
                ('closed', models.BooleanField(help_text='Whether the desk is closed on this day.')),
                ('reason', models.CharField(max_length=200)),
                ('changed_by_id', models.BigIntegerField(blank=True, null=True)),
                ('changed_by_name', models.CharField(max_length=200)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['desk', 'on', 'id'], name='sla_change_latest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='sla_change_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='HoursChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('desk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hours_changes', to='sla.desk')),
                ('since', models.DateField()),
                ('hours', models.JSONField(help_text='Weekdays, start and end of each line, as they were said.')),
                ('reason', models.CharField(max_length=200)),
                ('changed_by_id', models.BigIntegerField()),
                ('changed_by_name', models.CharField(max_length=200)),
                ('changed_at', models.DateTimeField()),
                ('taken_back_at', models.DateTimeField(blank=True, null=True)),
                ('taken_back_by_name', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('taken_back_at', None)), fields=('desk', 'since'), name='sla_hours_change_once_a_day'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='sla_hours_change_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='CalendarEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('content', models.JSONField(help_text='What engine.Calendar.from_content reads.')),
                ('first_used_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('digest',), name='sla_edition_digest')],
            },
        ),
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('effective_on', models.DateField()),
                ('source', models.TextField(blank=True, help_text="The policy's text, or where it is published.")),
                ('published_by_id', models.BigIntegerField(blank=True, null=True)),
                ('published_by_name', models.CharField(blank=True, max_length=200)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('reminder_after_business_days', models.PositiveSmallIntegerField(default=2, validators=[django.core.validators.MinValueValidator(1)])),
                ('reminder_at', models.TimeField(default=datetime.time(10, 0))),
                ('manager_answer_within_minutes', models.PositiveIntegerField(default=240, validators=[django.core.validators.MinValueValidator(1)])),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name',), name='sla_policy_name'), models.UniqueConstraint(fields=('effective_on',), name='sla_policy_one_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='targets', to='sla.policyversion')),
                ('severity', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4)])),
                ('name', models.CharField(help_text="The policy's title in short, such as Minor impact.", max_length=80)),
                ('definition', models.CharField(help_text="The policy's title in full.", max_length=200)),
                ('examples', models.TextField()),
                ('respond_within_minutes', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)])),
                ('round_the_clock', models.BooleanField(default=False)),
                ('update_every', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)])),
                ('update_unit', models.CharField(choices=[('hours_24x7', 'hours, round the clock'), ('working_minutes', 'working minutes'), ('business_days', 'business days')], max_length=20)),
                ('warn_at_percent', models.PositiveSmallIntegerField(default=75, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(99)])),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('policy', 'severity'), name='sla_target_per_severity'), models.CheckConstraint(condition=models.Q(('severity__range', (1, 4))), name='sla_target_severity'), models.CheckConstraint(condition=models.Q(('respond_within_minutes__gte', 1)), name='sla_target_within'), models.CheckConstraint(condition=models.Q(('update_every__gte', 1)), name='sla_target_update_every'), models.CheckConstraint(condition=models.Q(('update_unit__in', ['hours_24x7', 'working_minutes', 'business_days'])), name='sla_target_update_unit'), models.CheckConstraint(condition=models.Q(('warn_at_percent__range', (1, 99))), name='sla_target_warn_at')],
            },
        ),
    ]
