"""Every table as it stood on 28 November 2026, made at once: what the migrations in `replaces` make one after another.

Who has those has this one; docs/operations.md says when they go.
"""

import datetime
import uuid

from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion

from cases.migration_steps import MakeTables


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("notifications", "0001_outbox"),
        ("notifications", "0002_promise_moved_mail"),
        ("notifications", "0003_every_clause"),
        ("notifications", "0004_channels"),
        ("notifications", "0005_webhook_off_mail"),
        ("notifications", "0006_mail_put_aside"),
        ("notifications", "0007_preferences_and_digests"),
        ("notifications", "0008_begun"),
    ]
    dependencies = [("cases", "0001_squashed_0017_severity_by_two_again"), ("sla", "0001_squashed_0005_hours_to_come")]
    operations = [
        MakeTables(
            migrations.CreateModel(
                name='AlertChannel',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=80)),
                    ('is_active', models.BooleanField(default=True)),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('made_at', models.DateTimeField()),
                    ('removed_at', models.DateTimeField(blank=True, null=True)),
                    ('last_ok_at', models.DateTimeField(blank=True, null=True)),
                    ('failing_since', models.DateTimeField(blank=True, null=True)),
                    ('last_error', models.TextField(blank=True)),
                    ('address', models.TextField(blank=True)),
                    ('service', models.CharField(max_length=80)),
                    ('shown', models.CharField(max_length=300)),
                    ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alert_channels', to=settings.AUTH_USER_MODEL)),
                    ('team', models.CharField(blank=True, choices=[('desk', 'A desk'), ('on_call', 'People on call'), ('managers', 'Managers')], max_length=10)),
                    ('desk', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alert_channels', to='sla.desk')),
                    ('kinds', models.JSONField(default=list)),
                ],
                options={
                    'verbose_name': 'alert channel',
                    'verbose_name_plural': 'alert channels',
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', False), ('team', '')), models.Q(('person__isnull', True), ('team__in', ['desk', 'on_call'])), models.Q(('desk__isnull', True), ('person__isnull', True), ('team', 'managers')), _connector='OR'), name='alert_channel_of_somebody')],
                },
            ),
            migrations.CreateModel(
                name='OutgoingAlert',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=80)),
                    ('state', models.CharField(choices=[('queued', 'Waiting to be sent'), ('in_flight', 'Being sent'), ('held', 'Kept for the digest'), ('sent', 'Sent'), ('withdrawn', 'Withdrawn'), ('gave_up', 'Given up')], default='queued', max_length=10)),
                    ('attempt', models.PositiveIntegerField(default=0)),
                    ('tries', models.PositiveSmallIntegerField(default=0)),
                    ('lease_until', models.DateTimeField(blank=True, null=True)),
                    ('begun', models.BooleanField(db_default=False, default=False)),
                    ('due_at', models.DateTimeField()),
                    ('made_at', models.DateTimeField()),
                    ('sent_at', models.DateTimeField(blank=True, null=True)),
                    ('ambiguous', models.BooleanField(default=False)),
                    ('last_error', models.TextField(blank=True)),
                    ('receiver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='notifications.alertchannel')),
                    ('kind', models.CharField(choices=[('on_call', 'Severity 1 for people on call, round by round'), ('severity_1', 'Severity 1 logged'), ('severity_1_unsorted', 'Severity 1 in mail to sort'), ('at_risk', 'Promise at risk'), ('missed', 'Promise missed'), ('update_overdue', 'Progress update overdue'), ('manager_asked', 'Somebody asks for a manager'), ('low_score', 'Low survey score'), ('mail_given_up', 'Mail given up'), ('test', 'Test')], max_length=30)),
                    ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='cases.caseevent')),
                    ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alerts_sent', to='cases.case')),
                    ('title', models.CharField(max_length=300)),
                    ('text', models.TextField()),
                ],
                options={
                    'verbose_name': 'alert',
                    'verbose_name_plural': 'alerts',
                    'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['due_at', 'id'], name='alert_due'), models.Index(condition=models.Q(('state', 'in_flight')), fields=['lease_until'], name='alert_leases'), models.Index(fields=['receiver', '-id'], name='alert_by_channel'), models.Index(condition=models.Q(('state', 'gave_up')), fields=['-id'], name='alert_given_up')],
                    'constraints': [models.UniqueConstraint(fields=('key',), name='alert_once'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'in_flight', 'held', 'sent', 'withdrawn', 'gave_up'])), name='alert_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'in_flight')), models.Q(models.Q(('state', 'in_flight'), _negated=True), ('lease_until__isnull', True)), _connector='OR'), name='alert_in_flight_has_a_lease'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='alert_sent_has_its_time'), models.CheckConstraint(condition=models.Q(('kind__in', ['on_call', 'severity_1', 'severity_1_unsorted', 'at_risk', 'missed', 'update_overdue', 'manager_asked', 'low_score', 'mail_given_up', 'test'])), name='alert_kind_known')],
                },
            ),
            migrations.CreateModel(
                name='MailChoice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mail_choices', to=settings.AUTH_USER_MODEL)),
                    ('kind', models.CharField(max_length=30)),
                    ('how', models.CharField(choices=[('now', 'At once'), ('digest', 'In the daily digest'), ('never', 'Not at all')], max_length=10)),
                ],
                options={
                    'verbose_name': 'choice of mail',
                    'verbose_name_plural': 'choices of mail',
                    'constraints': [models.UniqueConstraint(fields=('person', 'kind'), name='mail_choice_once'), models.CheckConstraint(condition=models.Q(('how__in', ['now', 'digest', 'never'])), name='mail_choice_how_known')],
                },
            ),
            migrations.CreateModel(
                name='MailTimes',
                fields=[
                    ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='mail_times', serialize=False, to=settings.AUTH_USER_MODEL)),
                    ('quiet_from', models.TimeField(blank=True, null=True)),
                    ('quiet_until', models.TimeField(blank=True, null=True)),
                    ('quiet_days', models.JSONField(blank=True, default=list)),
                    ('digest_at', models.TimeField(default=datetime.time(8, 0))),
                    ('digest_due_at', models.DateTimeField()),
                    ('digest_told_until', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'times of mail',
                    'verbose_name_plural': 'times of mail',
                    'indexes': [models.Index(fields=['digest_due_at'], name='mail_times_digest_due')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('quiet_from__isnull', True), ('quiet_until__isnull', True)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False), models.Q(('quiet_from', models.F('quiet_until')), _negated=True)), _connector='OR'), name='mail_times_quiet_from_and_until')],
                },
            ),
            migrations.CreateModel(
                name='OutgoingMail',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=80)),
                    ('state', models.CharField(choices=[('queued', 'Waiting to be sent'), ('in_flight', 'Being sent'), ('held', 'Kept for the digest'), ('sent', 'Sent'), ('withdrawn', 'Withdrawn'), ('gave_up', 'Given up')], default='queued', max_length=10)),
                    ('attempt', models.PositiveIntegerField(default=0)),
                    ('tries', models.PositiveSmallIntegerField(default=0)),
                    ('lease_until', models.DateTimeField(blank=True, null=True)),
                    ('begun', models.BooleanField(db_default=False, default=False)),
                    ('due_at', models.DateTimeField()),
                    ('made_at', models.DateTimeField()),
                    ('sent_at', models.DateTimeField(blank=True, null=True)),
                    ('ambiguous', models.BooleanField(default=False)),
                    ('last_error', models.TextField(blank=True)),
                    ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='cases.caseevent')),
                    ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='cases.case')),
                    ('invitation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='mails', to='cases.invitation')),
                    ('contact_attempt', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='cases.contactattempt')),
                    ('recipient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('to_address', models.EmailField(max_length=254)),
                    ('kind', models.CharField(choices=[('case_received', 'Case received'), ('specialist_replied', 'Reply to the contact'), ('reminder_one', 'First reminder'), ('reminder_two', 'Second reminder'), ('case_closed', 'Case closed'), ('closing_taken_back', 'Closing taken back'), ('promise_moved', 'Promise moved'), ('closing_announced', 'Closing announced'), ('case_merged', 'Case merged'), ('watched_reply', 'Reply, to a watcher'), ('watched_closed', 'Case closed, to a watcher'), ('contact_changed', 'Contact changed'), ('invitation', 'Invitation'), ('handed_over', 'Case handed over'), ('mentioned', 'Mentioned in a note'), ('severity_proposed', 'Severity proposed'), ('severity_agreed', 'Severity agreed'), ('severity_declined', 'Severity declined'), ('charge_decided', 'Charges decided'), ('charge_to_decide', 'Charges to decide'), ('on_call_alert', 'On-call alert'), ('severity_1_logged', 'Severity 1 logged'), ('severity_1_unsorted', 'Severity 1 in mail to sort'), ('contact_replied', 'Contact replied'), ('promise_at_risk', 'Promise at risk'), ('promise_missed', 'Promise missed'), ('milestone_due', 'Milestone due'), ('milestone_overdue', 'Milestone overdue'), ('your_milestone_due', "Contact's milestone due"), ('your_milestone_overdue', "Contact's milestone overdue"), ('plan_changed', 'Action plan changed'), ('workaround', 'Workaround in place'), ('diagnostics_asked', 'Diagnostics asked for'), ('session_asked', 'Remote session asked for'), ('session_answered', 'Remote session answered'), ('follow_up_promised', 'Follow-up promised'), ('consent_asked', 'Consent asked for'), ('consent_answered', 'Consent answered'), ('cloud_action_without_consent', 'Cloud work without consent'), ('files_added', 'Files added'), ('survey_reminder', 'Survey reminder'), ('low_score', 'Low survey score'), ('trial_ending', 'Trial is ending'), ('trial_ended', 'Trial has ended'), ('request_kept', 'Request kept'), ('request_waiting', 'Request waits for a decision'), ('request_logged', 'Kept request logged'), ('request_declined', 'Kept request declined'), ('mail_put_aside', 'Mail put aside'), ('manager_asked', 'Asked for a manager'), ('manager_request_received', 'Request for a manager received'), ('manager_answered', 'Manager answered'), ('webhook_off', 'Webhook switched off'), ('daily_digest', 'Daily digest'), ('caught_up', 'What could not leave in time'), ('mails_given_up', 'Mails given up')], max_length=30)),
                    ('subject', models.CharField(max_length=300)),
                    ('body_text', models.TextField()),
                    ('body_html', models.TextField()),
                    ('message_id', models.CharField(max_length=200)),
                    ('headers', models.JSONField(default=dict)),
                    ('sent_from', models.CharField(blank=True, max_length=200)),
                    ('bundled_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bundled', to='notifications.outgoingmail')),
                    ('alarmed_of_attempt', models.PositiveIntegerField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'mail',
                    'verbose_name_plural': 'mails',
                    'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['due_at', 'id'], name='mail_due'), models.Index(condition=models.Q(('state', 'in_flight')), fields=['lease_until'], name='mail_leases'), models.Index(fields=['state', '-id'], name='mail_by_state'), models.Index(condition=models.Q(('state', 'held')), fields=['recipient', 'id'], name='mail_held'), models.Index(fields=['to_address', '-id'], name='mail_by_address')],
                    'constraints': [models.UniqueConstraint(fields=('key',), name='mail_once'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'in_flight', 'held', 'sent', 'withdrawn', 'gave_up'])), name='mail_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'in_flight')), models.Q(models.Q(('state', 'in_flight'), _negated=True), ('lease_until__isnull', True)), _connector='OR'), name='mail_in_flight_has_a_lease'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='mail_sent_has_its_time'), models.CheckConstraint(condition=models.Q(('recipient__isnull', False), models.Q(('case__isnull', True), ('kind', 'invitation')), _connector='OR'), name='mail_to_a_person'), models.UniqueConstraint(fields=('message_id',), name='mail_message_id'), models.CheckConstraint(condition=models.Q(('kind__in', ['case_received', 'specialist_replied', 'reminder_one', 'reminder_two', 'case_closed', 'closing_taken_back', 'promise_moved', 'closing_announced', 'case_merged', 'watched_reply', 'watched_closed', 'contact_changed', 'invitation', 'handed_over', 'mentioned', 'severity_proposed', 'severity_agreed', 'severity_declined', 'charge_decided', 'charge_to_decide', 'on_call_alert', 'severity_1_logged', 'severity_1_unsorted', 'contact_replied', 'promise_at_risk', 'promise_missed', 'milestone_due', 'milestone_overdue', 'your_milestone_due', 'your_milestone_overdue', 'plan_changed', 'workaround', 'diagnostics_asked', 'session_asked', 'session_answered', 'follow_up_promised', 'consent_asked', 'consent_answered', 'cloud_action_without_consent', 'files_added', 'survey_reminder', 'low_score', 'trial_ending', 'trial_ended', 'request_kept', 'request_waiting', 'request_logged', 'request_declined', 'mail_put_aside', 'manager_asked', 'manager_request_received', 'manager_answered', 'webhook_off', 'daily_digest', 'caught_up', 'mails_given_up'])), name='mail_kind_known')],
                },
            ),
            migrations.CreateModel(
                name='WarningStep',
                fields=[
                    ('moment', models.CharField(choices=[('update_due', 'A progress update is due soon'), ('at_risk', 'A promise is at risk'), ('missed', 'A promise was missed, or an update is overdue')], max_length=10, primary_key=True, serialize=False)),
                    ('owner', models.BooleanField(default=True)),
                    ('shift', models.BooleanField(default=False)),
                    ('managers', models.BooleanField(default=False)),
                    ('administrators', models.BooleanField(default=False)),
                    ('changed_at', models.DateTimeField()),
                    ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'warning step',
                    'verbose_name_plural': 'warning steps',
                    'constraints': [models.CheckConstraint(condition=models.Q(('owner', True), ('shift', True), ('managers', True), ('administrators', True), _connector='OR'), name='warning_step_tells_somebody'), models.CheckConstraint(condition=models.Q(('moment__in', ['update_due', 'at_risk', 'missed'])), name='warning_step_moment_known')],
                },
            ),
            migrations.CreateModel(
                name='Webhook',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=80)),
                    ('is_active', models.BooleanField(default=True)),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('made_at', models.DateTimeField()),
                    ('removed_at', models.DateTimeField(blank=True, null=True)),
                    ('last_ok_at', models.DateTimeField(blank=True, null=True)),
                    ('failing_since', models.DateTimeField(blank=True, null=True)),
                    ('last_error', models.TextField(blank=True)),
                    ('partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='cases.partner')),
                    ('url', models.CharField(max_length=500)),
                    ('kinds', models.JSONField(default=list)),
                    ('secret', models.TextField()),
                    ('old_secret', models.TextField(blank=True)),
                    ('old_secret_until', models.DateTimeField(blank=True, null=True)),
                    ('gave_up_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'webhook',
                    'verbose_name_plural': 'webhooks',
                    'indexes': [models.Index(condition=models.Q(('is_active', True), ('removed_at__isnull', True)), fields=['partner'], name='webhook_told')],
                },
            ),
            migrations.CreateModel(
                name='WebhookDelivery',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=80)),
                    ('state', models.CharField(choices=[('queued', 'Waiting to be sent'), ('in_flight', 'Being sent'), ('held', 'Kept for the digest'), ('sent', 'Sent'), ('withdrawn', 'Withdrawn'), ('gave_up', 'Given up')], default='queued', max_length=10)),
                    ('attempt', models.PositiveIntegerField(default=0)),
                    ('tries', models.PositiveSmallIntegerField(default=0)),
                    ('lease_until', models.DateTimeField(blank=True, null=True)),
                    ('begun', models.BooleanField(db_default=False, default=False)),
                    ('due_at', models.DateTimeField()),
                    ('made_at', models.DateTimeField()),
                    ('sent_at', models.DateTimeField(blank=True, null=True)),
                    ('ambiguous', models.BooleanField(default=False)),
                    ('last_error', models.TextField(blank=True)),
                    ('receiver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='notifications.webhook')),
                    ('message_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                    ('kind', models.CharField(max_length=30)),
                    ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='cases.caseevent')),
                    ('body', models.TextField()),
                    ('status_code', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('answer', models.CharField(blank=True, max_length=500)),
                ],
                options={
                    'verbose_name': 'webhook delivery',
                    'verbose_name_plural': 'webhook deliveries',
                    'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['due_at', 'id'], name='delivery_due'), models.Index(condition=models.Q(('state', 'in_flight')), fields=['lease_until'], name='delivery_leases'), models.Index(fields=['receiver', '-id'], name='delivery_by_webhook'), models.Index(condition=models.Q(('state', 'gave_up')), fields=['-id'], name='delivery_given_up')],
                    'constraints': [models.UniqueConstraint(fields=('key',), name='delivery_once'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'in_flight', 'held', 'sent', 'withdrawn', 'gave_up'])), name='delivery_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'in_flight')), models.Q(models.Q(('state', 'in_flight'), _negated=True), ('lease_until__isnull', True)), _connector='OR'), name='delivery_in_flight_has_a_lease'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='delivery_sent_has_its_time'), models.CheckConstraint(condition=models.Q(('event__isnull', False), ('kind', 'test'), _connector='OR'), name='delivery_of_an_event')],
                },
            ),
            migrations.CreateModel(
                name='StuckEvent',
                fields=[
                    ('event', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='stuck', serialize=False, to='cases.caseevent')),
                    ('tries', models.PositiveIntegerField(default=0)),
                    ('next_try_at', models.DateTimeField()),
                    ('last_error', models.TextField()),
                ],
                options={
                    'verbose_name': 'stuck event',
                    'verbose_name_plural': 'stuck events',
                },
            ),
            migrations.CreateModel(
                name='Heartbeat',
                fields=[
                    ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                    ('at', models.DateTimeField()),
                    ('trouble', models.TextField(blank=True)),
                    ('trouble_since', models.DateTimeField(blank=True, null=True)),
                    ('done', models.PositiveBigIntegerField(default=0)),
                    ('failed', models.PositiveBigIntegerField(default=0)),
                ],
                options={
                    'verbose_name': 'heartbeat',
                    'verbose_name_plural': 'heartbeats',
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('trouble', ''), ('trouble_since__isnull', True)), models.Q(models.Q(('trouble', ''), _negated=True), ('trouble_since__isnull', False)), _connector='OR'), name='heartbeat_trouble_has_a_beginning')],
                },
            ),
        ),
    ]
