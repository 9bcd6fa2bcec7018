"""Every table as it stood on 28 November 2026, made at once: what the migrations in `replaces` make one after another.

Who has those has this one; docs/operations.md says when they go.
"""

import string
import uuid

from django.conf import settings
from django.db import migrations, models
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text

import cases.models.conversation
import cases.models.incoming
from cases import append_only
from cases.migration_steps import MakeTables

# The database itself refuses a severity that no agreement gives (P2.3, P8.1): an agreement of this very case.
SEVERITY_ON_POSTGRESQL = """
    ALTER TABLE cases_case ADD CONSTRAINT case_severity_agreed_by_two
    FOREIGN KEY (agreement_id, id, severity) REFERENCES cases_severityagreement (id, case_id, severity)
"""
# SQLite adds no keys to a table that is there; a trigger says the same.
SEVERITY_ON_SQLITE = """
    CREATE TRIGGER case_severity_agreed_by_two BEFORE UPDATE OF severity, agreement_id ON cases_case
    WHEN NEW.agreement_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM cases_severityagreement
        WHERE id = NEW.agreement_id AND case_id = NEW.id AND severity = NEW.severity
    )
    BEGIN SELECT RAISE(ABORT, 'case_severity_agreed_by_two'); END
"""

# Words to find, on PostgreSQL alone; read by `cases/case_search.py`. Punctuation is blank, so that "BK-02" is two words
# wherever it stands. What goes beyond the first 100,000 characters is not indexed: a longer list of words would not fit
# into a row.
PUNCTUATION = string.punctuation.replace("'", "''").replace("%", "%%")
BLANKS = " " * len(string.punctuation)
COLUMNS = ", ".join(f"{name} text DEFAULT ''" for name in "bcdefg")
WORDS = f"""
    CREATE OR REPLACE FUNCTION words_of(a text, {COLUMNS}) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT to_tsvector('simple'::regconfig, translate(
            left(a || ' ' || b || ' ' || c || ' ' || d || ' ' || e || ' ' || f || ' ' || g, 100000),
            '{PUNCTUATION}', '{BLANKS}'
        ))
    $$
"""
OF_A_CASE = "reference, title, explanation, effect, error_messages, steps_to_reproduce, known_workarounds"
WORD_INDEXES = {
    "case_words": f"cases_case USING gin (words_of({OF_A_CASE}))",
    "message_words": "cases_message USING gin (words_of(body))",
    "attachment_words": "cases_attachment USING gin (words_of(name))",
    "person_words": "cases_user USING gin (words_of(name, email))",
    "partner_words": "cases_partner USING gin (words_of(name))",
}


def hold(apps, schema_editor):
    """Make what no model says: the key of a severity, the append-only record, the words."""
    append_only.on(schema_editor.connection)
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(SEVERITY_ON_SQLITE)
        return
    schema_editor.execute(SEVERITY_ON_POSTGRESQL)
    schema_editor.execute(WORDS)
    for name, what in WORD_INDEXES.items():
        schema_editor.execute(f"CREATE INDEX {name} ON {what}")


def release(apps, schema_editor):
    """Take away what is not a table's own, and holds tables."""
    append_only.off(schema_editor.connection)
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER case_severity_agreed_by_two")
        return
    schema_editor.execute("ALTER TABLE cases_case DROP CONSTRAINT case_severity_agreed_by_two")
    for name in WORD_INDEXES:
        schema_editor.execute(f"DROP INDEX {name}")
    schema_editor.execute("DROP FUNCTION words_of")



class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("cases", "0001_initial"),
        ("cases", "0002_promise_moved"),
        ("cases", "0003_every_clause"),
        ("cases", "0004_severity_by_two"),
        ("cases", "0005_mail_put_aside"),
        ("cases", "0006_words_to_find"),
        ("cases", "0007_desk_work"),
        ("cases", "0008_receipts_of_any_act"),
        ("cases", "0009_event_chain"),
        ("cases", "0010_cases_brought_over"),
        ("cases", "0011_viewings"),
        ("cases", "0012_erased_people"),
        ("cases", "0013_staff_and_drafts"),
        ("cases", "0014_kept_numbers"),
        ("cases", "0015_partner_words"),
        ("cases", "0016_report_indexes"),
        ("cases", "0017_severity_by_two_again"),
    ]
    dependencies = [("sla", "0001_squashed_0005_hours_to_come")]
    operations = [
        MakeTables(
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('email', models.EmailField(max_length=254, unique=True, verbose_name='email address')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone number')),
                    ('zone', models.CharField(default='UTC', help_text='Times are shown in this zone, such as Australia/Perth.', max_length=60, verbose_name='time zone')),
                    ('language', models.CharField(default='en', max_length=10, verbose_name='language')),
                    ('uses_shortcuts', models.BooleanField(default=True, verbose_name='keyboard shortcuts')),
                    ('staff_role', models.CharField(blank=True, choices=[('specialist', 'Specialist'), ('manager', 'Manager'), ('administrator', 'Administrator')], max_length=20, verbose_name='staff role')),
                    ('desk', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='staff', to='sla.desk', verbose_name='desk')),
                    ('is_active', models.BooleanField(default=True, verbose_name='may log in')),
                    ('joined_at', models.DateTimeField(auto_now_add=True, verbose_name='joined')),
                    ('erased_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='erased')),
                ],
                options={
                    'verbose_name': 'person',
                    'verbose_name_plural': 'people',
                    'indexes': [models.Index(condition=models.Q(('phone', ''), _negated=True), fields=['phone'], name='person_by_phone')],
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='person_email_any_case'), models.CheckConstraint(condition=models.Q(('staff_role__in', ['', 'specialist', 'manager', 'administrator'])), name='person_staff_role_known')],
                },
            ),
            migrations.CreateModel(
                name='Partner',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                    ('code', models.CharField(help_text='Case references begin with it, such as NWIT-104.', max_length=6, unique=True, validators=[django.core.validators.RegexValidator('^[A-Z][A-Z0-9]{1,5}$', 'Two to six capital letters or digits, such as NWIT.')], verbose_name='short code')),
                    ('home_desk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='partners', to='sla.desk', verbose_name='home desk')),
                    ('follows_the_sun', models.BooleanField(default=False, help_text="Whether the hours of every desk count, not the home desk's alone.", verbose_name='follows the sun')),
                    ('plan', models.CharField(choices=[('trial', 'Free trial'), ('paid', 'Paid plan'), ('lapsed', 'Lapsed')], default='paid', max_length=10, verbose_name='plan')),
                    ('trial_ends_at', models.DateTimeField(blank=True, null=True, verbose_name='trial ends')),
                    ('warned_of_trial_end', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('told_of_trial_end', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('last_case_number', models.PositiveIntegerField(default=0, editable=False)),
                ],
                options={
                    'verbose_name': 'partner',
                    'verbose_name_plural': 'partners',
                    'indexes': [models.Index(condition=models.Q(('plan', 'trial')), fields=['trial_ends_at'], name='partner_trials')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('plan__in', ['trial', 'paid', 'lapsed'])), name='partner_plan_known'), models.CheckConstraint(condition=models.Q(models.Q(('plan', 'trial'), _negated=True), ('trial_ends_at__isnull', False), _connector='OR'), name='partner_trial_has_an_end', violation_error_message='A trial needs the moment at which it ends.')],
                },
            ),
            migrations.CreateModel(
                name='Membership',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='cases.partner', verbose_name='partner')),
                    ('role', models.CharField(choices=[('contact', 'Contact'), ('administrator', 'Partner administrator')], default='contact', max_length=20, verbose_name='role')),
                    ('sees_all_cases', models.BooleanField(default=True, verbose_name='sees all cases of the partner')),
                    ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ],
                options={
                    'verbose_name': 'membership',
                    'verbose_name_plural': 'memberships',
                    'constraints': [models.UniqueConstraint(fields=('user', 'partner'), name='membership_once'), models.CheckConstraint(condition=models.Q(('role__in', ['contact', 'administrator'])), name='membership_role_known')],
                },
            ),
            migrations.CreateModel(
                name='ProductArea',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                    ('in_scope', models.BooleanField(default=True, verbose_name='in scope')),
                    ('scope_hint', models.TextField(blank=True, help_text='Shown when a contact picks this area.', verbose_name='scope hint')),
                    ('referral', models.TextField(blank=True, help_text='Suggested when a case of this area is closed as out of scope.', verbose_name='whom to turn to')),
                    ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ],
                options={
                    'verbose_name': 'product area',
                    'verbose_name_plural': 'product areas',
                },
            ),
            migrations.CreateModel(
                name='Site',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(default='Probax Support', max_length=80, verbose_name='name')),
                    ('mail_from', models.CharField(blank=True, help_text='Such as Probax Support <care@probax.io>.', max_length=200, verbose_name='mail is sent from')),
                    ('set_up_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='set up')),
                ],
                options={
                    'verbose_name': 'site',
                    'verbose_name_plural': 'site',
                    'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='site_is_one_row')],
                },
            ),
            migrations.CreateModel(
                name='Case',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reference', models.CharField(max_length=20, unique=True, verbose_name='reference')),
                    ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='cases.partner', verbose_name='partner')),
                    ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases_logged', to=settings.AUTH_USER_MODEL, verbose_name='contact')),
                    ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases_assigned', to=settings.AUTH_USER_MODEL, verbose_name='assigned to')),
                    ('desk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='sla.desk', verbose_name='desk')),
                    ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='sla.policyversion', verbose_name='policy version')),
                    ('channel', models.CharField(choices=[('portal', 'Portal'), ('email', 'Email'), ('phone', 'Phone'), ('api', 'API')], max_length=10, verbose_name='channel')),
                    ('logged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='logged by')),
                    ('follow_up_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='cases.case', verbose_name='follow-up of')),
                    ('is_provisional', models.BooleanField(default=False, verbose_name='provisional')),
                    ('dismissed_at', models.DateTimeField(blank=True, null=True, verbose_name='dismissed')),
                    ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='cases.case', verbose_name='merged into')),
                    ('triage', models.CharField(blank=True, choices=[('no_severity', 'No severity was named'), ('which_partner', 'The contact writes for several partners')], max_length=20, verbose_name='to triage')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('product_area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='cases.productarea', verbose_name='product area')),
                    ('explanation', models.TextField(verbose_name='what happens')),
                    ('effect', models.TextField(verbose_name='effect on systems and business')),
                    ('error_messages', models.TextField(blank=True, verbose_name='error messages')),
                    ('steps_to_reproduce', models.TextField(blank=True, verbose_name='steps to reproduce')),
                    ('known_workarounds', models.TextField(blank=True, verbose_name='known workarounds')),
                    ('contact_phone', models.CharField(blank=True, max_length=40, verbose_name='phone number')),
                    ('contact_email', models.EmailField(max_length=254, verbose_name='email address')),
                    ('preferred_times', models.CharField(blank=True, max_length=200, verbose_name='preferred contact times')),
                    ('preferred_method', models.CharField(choices=[('email', 'Email'), ('phone', 'Phone'), ('either', 'Email or phone')], default='either', max_length=10, verbose_name='preferred contact method')),
                    ('technical_resource', models.CharField(blank=True, max_length=200, verbose_name='technical resource')),
                    ('charge_words', models.TextField(blank=True, verbose_name='accepted words on charges')),
                    ('charges_accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='charges accepted')),
                    ('charges_heard_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='acceptance heard by')),
                    ('used_after_hours', models.BooleanField(default=False, verbose_name='used emergency support after hours')),
                    ('perceived_severity', models.PositiveSmallIntegerField(verbose_name='perceived severity')),
                    ('severity', models.PositiveSmallIntegerField(verbose_name='severity')),
                    ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.severityagreement', verbose_name='severity agreement')),
                    ('status', models.CharField(choices=[('new', 'New'), ('open', 'In progress'), ('waiting', 'Waiting on the contact'), ('diagnostics', 'Waiting for diagnostics'), ('investigating', 'Under investigation'), ('closed', 'Closed')], default='new', max_length=20, verbose_name='status')),
                    ('logged_at', models.DateTimeField(verbose_name='logged')),
                    ('first_response_at', models.DateTimeField(blank=True, null=True, verbose_name='first response')),
                    ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                    ('next_due_at', models.DateTimeField(blank=True, null=True, verbose_name='next promise')),
                    ('last_event_number', models.PositiveIntegerField(default=0)),
                    ('chained_to', models.PositiveIntegerField(db_default=0, default=0)),
                    ('chain_digest', models.CharField(blank=True, db_default='', default='', max_length=64)),
                    ('last_event_at', models.DateTimeField(verbose_name='last change')),
                    ('submission_key', models.UUIDField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'case',
                    'verbose_name_plural': 'cases',
                    'indexes': [models.Index(condition=models.Q(('status', 'closed'), _negated=True), fields=['next_due_at', 'id'], name='case_queue'), models.Index(condition=models.Q(('status', 'closed'), _negated=True), fields=['assignee', 'next_due_at', 'id'], name='case_mine'), models.Index(condition=models.Q(('status', 'closed'), _negated=True), fields=['severity', 'next_due_at', 'id'], name='case_queue_severity'), models.Index(condition=models.Q(('status__in', ['diagnostics', 'waiting'])), fields=['next_due_at', 'id'], name='case_waiting'), models.Index(condition=models.Q(('status', 'diagnostics')), fields=['next_due_at', 'id'], name='case_diagnostics'), models.Index(fields=['first_response_at'], name='case_answered'), models.Index(fields=['-last_event_at', '-id'], name='case_changed'), models.Index(condition=models.Q(('dismissed_at__isnull', False)), fields=['id'], name='case_dismissed'), models.Index(fields=['id'], include=('logged_at', 'first_response_at', 'closed_at', 'dismissed_at', 'severity', 'desk', 'partner', 'assignee'), name='case_over_time'), models.Index(fields=['partner', 'status', '-last_event_at'], name='case_of_partner'), models.Index(fields=['contact_phone'], name='case_by_phone'), models.Index(fields=['-logged_at', '-id'], name='case_logged'), models.Index(condition=models.Q(('status', 'closed')), fields=['-closed_at', '-id'], name='case_closed')],
                    'constraints': [models.UniqueConstraint(fields=('contact', 'submission_key'), name='case_one_per_submission'), models.CheckConstraint(condition=models.Q(('perceived_severity__range', (1, 4)), ('severity__range', (1, 4))), name='case_severity_1_to_4'), models.CheckConstraint(condition=models.Q(('agreement__isnull', False), ('severity', models.F('perceived_severity')), _connector='OR'), name='case_severity_is_agreed'), models.CheckConstraint(condition=models.Q(('status__in', ['new', 'open', 'waiting', 'diagnostics', 'investigating', 'closed'])), name='case_status_known'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status', 'closed')), models.Q(models.Q(('status', 'closed'), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='case_closed_has_its_time'), models.CheckConstraint(condition=models.Q(models.Q(('charge_words', ''), ('charges_accepted_at__isnull', True)), models.Q(models.Q(('charge_words', ''), _negated=True), ('charges_accepted_at__isnull', False)), _connector='OR'), name='case_charge_words_with_time')],
                },
            ),
            migrations.CreateModel(
                name='Closing',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closings', to='cases.case', verbose_name='case')),
                    ('outcome', models.CharField(choices=[('fix', 'Software update or fix'), ('workaround', 'Permanent workaround'), ('environment', 'Specific to your environment'), ('feature_request', 'Feature request or customisation'), ('solved_by_contact', 'Solved by the contact'), ('not_a_request', 'Not a support request'), ('no_contact', 'No contact'), ('merged', 'Merged into another case')], max_length=30, verbose_name='outcome')),
                    ('explanation', models.TextField(verbose_name='explanation')),
                    ('detail', models.TextField(blank=True, verbose_name='release, workaround or referral')),
                    ('notice', models.TextField(blank=True, verbose_name='out-of-scope notice')),
                    ('evidence', models.JSONField(blank=True, default=list, verbose_name='evidence')),
                    ('closed_at', models.DateTimeField(verbose_name='closed')),
                    ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by')),
                    ('status_before', models.CharField(blank=True, choices=[('new', 'New'), ('open', 'In progress'), ('waiting', 'Waiting on the contact'), ('diagnostics', 'Waiting for diagnostics'), ('investigating', 'Under investigation'), ('closed', 'Closed')], max_length=20, verbose_name='status before')),
                    ('taken_back_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back')),
                    ('submission_key', models.UUIDField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'closing',
                    'verbose_name_plural': 'closings',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('taken_back_at__isnull', True)), fields=('case',), name='closing_one_in_force'), models.UniqueConstraint(fields=('closed_by', 'submission_key'), name='closing_one_per_submission'), models.CheckConstraint(condition=models.Q(('outcome__in', ['fix', 'workaround', 'environment', 'feature_request', 'solved_by_contact', 'not_a_request', 'no_contact', 'merged'])), name='closing_outcome_known'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'no_contact'), _negated=True), ('closed_by__isnull', True), _connector='OR'), name='closing_in_silence_is_the_clocks')],
                },
            ),
            migrations.CreateModel(
                name='ApiToken',
                fields=[
                    ('digest', models.CharField(max_length=128, primary_key=True, serialize=False)),
                    ('token_key', models.CharField(db_index=True, max_length=25)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='auth_token_set', to=settings.AUTH_USER_MODEL)),
                    ('created', models.DateTimeField(auto_now_add=True)),
                    ('expiry', models.DateTimeField(blank=True, null=True)),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('scopes', models.JSONField(default=list, verbose_name='scopes')),
                    ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='last used')),
                ],
                options={
                    'verbose_name': 'API token',
                    'verbose_name_plural': 'API tokens',
                    'ordering': ['-created'],
                },
            ),
            migrations.CreateModel(
                name='Receipt',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('actor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('key', models.CharField(max_length=255)),
                    ('fingerprint', models.CharField(max_length=64)),
                    ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
                    ('made', models.BigIntegerField(blank=True, null=True)),
                    ('made_at', models.DateTimeField()),
                    ('status_code', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('answer', models.JSONField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'receipt',
                    'verbose_name_plural': 'receipts',
                    'indexes': [models.Index(fields=['made_at'], name='receipt_by_age')],
                    'constraints': [models.UniqueConstraint(fields=('actor', 'key'), name='receipt_once')],
                },
            ),
            migrations.CreateModel(
                name='Article',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('slug', models.SlugField(max_length=80, unique=True, verbose_name='address')),
                    ('title', models.CharField(max_length=160, verbose_name='title')),
                    ('summary', models.CharField(max_length=300, verbose_name='summary')),
                    ('body', models.TextField(verbose_name='text')),
                    ('version', models.PositiveIntegerField(default=1)),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('written_at', models.DateTimeField(verbose_name='written')),
                    ('changed_at', models.DateTimeField(verbose_name='last changed')),
                    ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                    ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('search', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                    ('areas', models.ManyToManyField(blank=True, related_name='articles', to='cases.productarea', verbose_name='product areas')),
                ],
                options={
                    'verbose_name': 'article',
                    'verbose_name_plural': 'articles',
                    'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search'], name='article_search'), models.Index(condition=models.Q(('published_at__isnull', False)), fields=['-published_at', '-id'], name='article_list'), models.Index(fields=['-changed_at', '-id'], name='article_desk_list')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('published_by__isnull', True)), models.Q(('published_at__isnull', False), ('published_by__isnull', False)), _connector='OR'), name='article_published_by_somebody')],
                },
            ),
            migrations.CreateModel(
                name='ArticleVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='cases.article')),
                    ('number', models.PositiveIntegerField()),
                    ('title', models.CharField(max_length=160)),
                    ('summary', models.CharField(max_length=300)),
                    ('body', models.TextField()),
                    ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('written_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'version of an article',
                    'verbose_name_plural': 'versions of articles',
                    'constraints': [models.UniqueConstraint(fields=('article', 'number'), name='article_version_once')],
                },
            ),
            migrations.CreateModel(
                name='ArticleVote',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='cases.article')),
                    ('voter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('helped', models.BooleanField()),
                    ('word', models.CharField(blank=True, max_length=500, verbose_name='a word')),
                    ('voted_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'vote on an article',
                    'verbose_name_plural': 'votes on articles',
                    'constraints': [models.UniqueConstraint(fields=('article', 'voter'), name='article_vote_once')],
                },
            ),
            migrations.CreateModel(
                name='ArticleOpened',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='openings', to='cases.article')),
                    ('reader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('submission_key', models.UUIDField()),
                    ('opened_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'opened article',
                    'verbose_name_plural': 'opened articles',
                    'constraints': [models.UniqueConstraint(fields=('article', 'reader', 'submission_key'), name='article_opened_once')],
                },
            ),
            migrations.CreateModel(
                name='MissedSearch',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('words', models.CharField(max_length=100, unique=True)),
                    ('times', models.PositiveIntegerField(default=1)),
                    ('last_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'search that found nothing',
                    'verbose_name_plural': 'searches that found nothing',
                    'indexes': [models.Index(fields=['-times', '-last_at'], name='missed_search_list')],
                },
            ),
            migrations.CreateModel(
                name='WaitingEpisode',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='episodes', to='cases.case')),
                    ('started_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('next_reminder_at', models.DateTimeField(blank=True, null=True)),
                    ('closes_at', models.DateTimeField(blank=True, null=True)),
                    ('held_at', models.DateTimeField(blank=True, null=True)),
                    ('held_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('hold_reason', models.TextField(blank=True)),
                ],
                options={
                    'verbose_name': 'waiting on the contact',
                    'verbose_name_plural': 'waiting on the contact',
                    'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['next_reminder_at'], name='episode_to_remind'), models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['closes_at'], name='episode_to_close')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('case',), name='episode_one_open'), models.CheckConstraint(condition=models.Q(('next_reminder_at__isnull', True), ('closes_at__isnull', True), _connector='OR'), name='episode_reminds_or_closes'), models.CheckConstraint(condition=models.Q(('held_at__isnull', True), models.Q(('closes_at__isnull', True), ('next_reminder_at__isnull', True), models.Q(('hold_reason', ''), _negated=True)), _connector='OR'), name='episode_held_stands_still')],
                },
            ),
            migrations.CreateModel(
                name='ContactAttempt',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='cases.case')),
                    ('episode', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='cases.waitingepisode')),
                    ('method', models.CharField(choices=[('call', 'Call'), ('email', 'Email')], max_length=10)),
                    ('outcome', models.CharField(choices=[('reached', 'Reached'), ('left_message', 'Left a message'), ('no_answer', 'No answer'), ('sending', 'Being sent'), ('sent', 'Sent'), ('failed', 'Could not be delivered')], max_length=20)),
                    ('made_at', models.DateTimeField()),
                    ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('logged_at', models.DateTimeField()),
                    ('business_date', models.DateField(blank=True, null=True)),
                    ('number', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('note', models.TextField(blank=True)),
                    ('incoming', models.BooleanField(default=False)),
                    ('mail_message_id', models.CharField(blank=True, max_length=200)),
                    ('submission_key', models.UUIDField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'contact attempt',
                    'verbose_name_plural': 'contact attempts',
                    'indexes': [models.Index(fields=['case', 'made_at'], name='attempt_in_order')],
                    'constraints': [models.UniqueConstraint(fields=('episode', 'business_date'), name='attempt_one_counts_a_business_day'), models.UniqueConstraint(fields=('episode', 'number'), name='attempt_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('business_date__isnull', True), ('number__isnull', True)), models.Q(('business_date__isnull', False), ('episode__isnull', False), ('number__in', (1, 2))), _connector='OR'), name='attempt_counts_in_an_episode'), models.UniqueConstraint(condition=models.Q(('outcome', 'sending')), fields=('episode',), name='attempt_one_on_its_way'), models.UniqueConstraint(fields=('made_by', 'submission_key'), name='attempt_one_per_submission')],
                },
            ),
            migrations.CreateModel(
                name='ConsentText',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('version', models.PositiveIntegerField(unique=True, verbose_name='version')),
                    ('words', models.TextField(verbose_name='words')),
                    ('in_force_from', models.DateTimeField(verbose_name='in force from')),
                ],
                options={
                    'verbose_name': 'consent text',
                    'verbose_name_plural': 'consent texts',
                },
            ),
            migrations.CreateModel(
                name='CloudConsent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='cases.case')),
                    ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.consenttext')),
                    ('action', models.TextField()),
                    ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('asked_at', models.DateTimeField()),
                    ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('answered_at', models.DateTimeField(blank=True, null=True)),
                    ('given', models.BooleanField(blank=True, null=True)),
                    ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                    ('replaced_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'consent to public-cloud cost',
                    'verbose_name_plural': 'consents to public-cloud cost',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('answered_at__isnull', True), ('replaced_at__isnull', True)), fields=('case',), name='consent_one_asked'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('answered_by__isnull', True), ('given__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('given__isnull', False)), _connector='OR'), name='consent_answer_is_whole'), models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), ('given', True), _connector='OR'), name='consent_withdrawn_was_given')],
                },
            ),
            migrations.CreateModel(
                name='CloudAction',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cloud_actions', to='cases.case')),
                    ('consent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='cases.cloudconsent')),
                    ('action', models.TextField()),
                    ('done_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('began_at', models.DateTimeField()),
                    ('without_consent_because', models.TextField(blank=True)),
                    ('seen_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('seen_at', models.DateTimeField(blank=True, null=True)),
                    ('submission_key', models.UUIDField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'action in a public cloud',
                    'verbose_name_plural': 'actions in a public cloud',
                    'indexes': [models.Index(condition=models.Q(('consent__isnull', True), ('seen_at__isnull', True)), fields=['began_at'], name='cloud_action_to_see')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('consent__isnull', False), ('without_consent_because', '')), models.Q(('consent__isnull', True), models.Q(('without_consent_because', ''), _negated=True)), _connector='OR'), name='cloud_action_with_consent_or_a_reason'), models.UniqueConstraint(fields=('done_by', 'submission_key'), name='cloud_action_one_per_submission')],
                },
            ),
            migrations.CreateModel(
                name='Message',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='cases.case')),
                    ('kind', models.CharField(choices=[('reply', 'Reply'), ('note', 'Internal note')], max_length=10)),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('by_staff', models.BooleanField()),
                    ('channel', models.CharField(choices=[('portal', 'Portal'), ('email', 'Email'), ('phone', 'Phone'), ('api', 'API')], max_length=10)),
                    ('body', models.TextField()),
                    ('said_at', models.DateTimeField()),
                    ('taken_back_at', models.DateTimeField(blank=True, null=True)),
                    ('submission_key', models.UUIDField(blank=True, null=True)),
                    ('mentioned', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'message',
                    'verbose_name_plural': 'messages',
                    'indexes': [models.Index(fields=['case', 'said_at'], name='message_in_order')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['reply', 'note'])), name='message_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'note'), _negated=True), ('by_staff', True), _connector='OR'), name='message_notes_are_staffs'), models.UniqueConstraint(fields=('author', 'submission_key'), name='message_one_per_submission')],
                },
            ),
            migrations.CreateModel(
                name='CaseDraft',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='case_drafts', to=settings.AUTH_USER_MODEL)),
                    ('follow_up_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
                    ('fields', models.JSONField(default=dict)),
                    ('saved_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'draft',
                    'verbose_name_plural': 'drafts',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('follow_up_of__isnull', True)), fields=('user',), name='draft_one_of_a_new_case'), models.UniqueConstraint(fields=('user', 'follow_up_of'), name='draft_one_of_each_follow_up')],
                },
            ),
            migrations.CreateModel(
                name='Attachment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('draft', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='cases.casedraft')),
                    ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='cases.case')),
                    ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='cases.message')),
                    ('kept_request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='cases.keptrequest')),
                    ('name', models.CharField(max_length=200)),
                    ('size', models.PositiveBigIntegerField()),
                    ('content_type', models.CharField(max_length=100)),
                    ('sha256', models.CharField(max_length=64)),
                    ('file', models.FileField(max_length=120, upload_to=cases.models.conversation.stored_at)),
                    ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('uploaded_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'file',
                    'verbose_name_plural': 'files',
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('case__isnull', True), ('draft__isnull', False), ('kept_request', None), ('message__isnull', True)), models.Q(('case__isnull', True), ('draft__isnull', True), ('kept_request__isnull', False), ('message__isnull', True)), models.Q(('case__isnull', False), ('draft__isnull', True)), _connector='OR'), name='attachment_of_draft_or_case')],
                },
            ),
            migrations.CreateModel(
                name='Deadline',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='cases.case')),
                    ('kind', models.CharField(choices=[('first_response', 'First response'), ('update', 'Progress update'), ('severity_answer', 'Answer to a severity request'), ('manager_answer', "Manager's answer"), ('follow_up', 'Promised follow-up'), ('milestone', 'Milestone')], max_length=20)),
                    ('severity', models.PositiveSmallIntegerField()),
                    ('made_at', models.DateTimeField()),
                    ('started_at', models.DateTimeField()),
                    ('warn_at', models.DateTimeField()),
                    ('due_at', models.DateTimeField()),
                    ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.calendaredition')),
                    ('explanation', models.JSONField(blank=True, default=dict)),
                    ('named_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('milestone', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='cases.milestone')),
                    ('used_percent', models.PositiveIntegerField(blank=True, null=True)),
                    ('warned_at', models.DateTimeField(blank=True, null=True)),
                    ('breached_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_as', models.CharField(blank=True, choices=[('done', 'Done'), ('replaced', 'Replaced'), ('case_ended', 'Case ended'), ('withdrawn', 'Withdrawn')], max_length=20)),
                    ('replaced_by', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='cases.deadline')),
                    ('kept', models.BooleanField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'deadline',
                    'verbose_name_plural': 'deadlines',
                    'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True), ('warned_at__isnull', True)), fields=['warn_at'], name='deadline_to_warn'), models.Index(condition=models.Q(('breached_at__isnull', True), ('ended_at__isnull', True)), fields=['due_at'], name='deadline_to_breach'), models.Index(fields=['ended_at', 'kept'], name='deadline_verdicts'), models.Index(condition=models.Q(('kept', False)), fields=['due_at'], name='deadline_missed'), models.Index(fields=['kind', 'ended_at'], include=('kept', 'due_at', 'severity', 'case', 'id'), name='deadline_over_time'), models.Index(condition=models.Q(('kept', False), ('kind', 'first_response')), fields=['case', 'id'], name='deadline_missed_first'), models.Index(condition=models.Q(('ended_at__isnull', True), models.Q(('kind', 'update'), _negated=True)), fields=['warn_at', 'due_at', 'case'], name='deadline_at_risk'), models.Index(condition=models.Q(('ended_at__isnull', True), ('kind', 'update')), fields=['due_at', 'case'], name='deadline_update_due'), models.Index(condition=models.Q(('ended_at__isnull', True), ('kind', 'first_response')), fields=['due_at', 'id'], name='deadline_owed')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('milestone__isnull', True)), fields=('case', 'kind'), name='deadline_one_open_of_a_kind'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('milestone',), name='deadline_one_open_of_a_milestone'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'milestone'), ('milestone__isnull', False)), models.Q(models.Q(('kind', 'milestone'), _negated=True), ('milestone__isnull', True)), _connector='OR'), name='deadline_milestone_has_one'), models.CheckConstraint(condition=models.Q(models.Q(('ended_as', ''), ('ended_at__isnull', True)), models.Q(('ended_at__isnull', False), models.Q(('ended_as', ''), _negated=True)), _connector='OR'), name='deadline_end_has_a_reason'), models.CheckConstraint(condition=models.Q(('started_at__lte', models.F('warn_at')), ('warn_at__lte', models.F('due_at'))), name='deadline_start_warn_due'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', False), ('kept__isnull', True), _connector='OR'), name='deadline_verdict_at_the_end')],
                },
            ),
            migrations.CreateModel(
                name='SavedView',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
                    ('name', models.CharField(max_length=40, verbose_name='name')),
                    ('query', models.CharField(max_length=600)),
                    ('shared', models.BooleanField(default=False, verbose_name='shared with the desk')),
                    ('position', models.PositiveIntegerField()),
                ],
                options={
                    'verbose_name': 'saved view',
                    'verbose_name_plural': 'saved views',
                    'constraints': [models.UniqueConstraint(models.F('owner'), django.db.models.functions.text.Lower('name'), name='saved_view_name_once')],
                },
            ),
            migrations.CreateModel(
                name='DeskSettings',
                fields=[
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='desk_settings', serialize=False, to=settings.AUTH_USER_MODEL)),
                    ('columns', models.JSONField(blank=True, default=list)),
                    ('order', models.CharField(blank=True, max_length=20)),
                ],
                options={
                    'verbose_name': 'desk settings',
                    'verbose_name_plural': 'desk settings',
                },
            ),
            migrations.CreateModel(
                name='Presence',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presences', to='cases.case')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('writing', models.BooleanField(default=False)),
                    ('seen_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'presence',
                    'verbose_name_plural': 'presences',
                    'constraints': [models.UniqueConstraint(fields=('case', 'user'), name='presence_once')],
                },
            ),
            migrations.CreateModel(
                name='WordDraft',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='word_drafts', to='cases.case')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('kind', models.CharField(choices=[('reply', 'Reply'), ('note', 'Internal note')], max_length=10)),
                    ('body', models.TextField()),
                    ('saved_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'draft of a message',
                    'verbose_name_plural': 'drafts of messages',
                    'constraints': [models.UniqueConstraint(fields=('case', 'user', 'kind'), name='word_draft_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['reply', 'note'])), name='word_draft_kind_known')],
                },
            ),
            migrations.CreateModel(
                name='DiagnosticRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='diagnostic_requests', to='cases.case')),
                    ('wanted', models.TextField()),
                    ('wanted_by', models.DateTimeField()),
                    ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('asked_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('was_answered', models.BooleanField(default=False)),
                ],
                options={
                    'verbose_name': 'diagnostic request',
                    'verbose_name_plural': 'diagnostic requests',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('case',), name='diagnostics_one_open')],
                },
            ),
            migrations.CreateModel(
                name='Investigation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='investigations', to='cases.case')),
                    ('begun_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('begun_at', models.DateTimeField()),
                    ('note', models.TextField(blank=True)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'investigation',
                    'verbose_name_plural': 'investigations',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('case',), name='investigation_one_open')],
                },
            ),
            migrations.CreateModel(
                name='RemoteSession',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remote_sessions', to='cases.case')),
                    ('purpose', models.TextField()),
                    ('words', models.TextField()),
                    ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('asked_at', models.DateTimeField()),
                    ('consented_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('consented_at', models.DateTimeField(blank=True, null=True)),
                    ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('declined_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('declined_at', models.DateTimeField(blank=True, null=True)),
                    ('answer', models.TextField(blank=True)),
                    ('replaced_at', models.DateTimeField(blank=True, null=True)),
                    ('began_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('result', models.TextField(blank=True)),
                ],
                options={
                    'verbose_name': 'remote session',
                    'verbose_name_plural': 'remote sessions',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('declined_at__isnull', True), ('ended_at__isnull', True), ('replaced_at__isnull', True)), fields=('case',), name='session_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('consented_at__isnull', True), ('consented_by__isnull', True), ('recorded_by__isnull', True)), models.Q(('consented_at__isnull', False), ('consented_by__isnull', False)), _connector='OR'), name='session_consent_is_somebodys'), models.CheckConstraint(condition=models.Q(models.Q(('declined_at__isnull', True), ('declined_by__isnull', True)), models.Q(('began_at__isnull', True), ('declined_at__isnull', False), ('declined_by__isnull', False)), _connector='OR'), name='session_declined_by_somebody'), models.CheckConstraint(condition=models.Q(('began_at__isnull', True), ('consented_at__isnull', False), _connector='OR'), name='session_begins_with_consent'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('began_at__isnull', False), _connector='OR'), name='session_ends_after_it_began')],
                },
            ),
            migrations.CreateModel(
                name='PartialUpload',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='partial_uploads', to='cases.case')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('name', models.CharField(max_length=200)),
                    ('size', models.PositiveBigIntegerField()),
                    ('received', models.PositiveBigIntegerField(default=0)),
                    ('fingerprint', models.CharField(blank=True, max_length=200)),
                    ('began_at', models.DateTimeField()),
                    ('last_piece_at', models.DateTimeField()),
                    ('attachment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.attachment')),
                ],
                options={
                    'verbose_name': 'unfinished upload',
                    'verbose_name_plural': 'unfinished uploads',
                    'indexes': [models.Index(fields=['last_piece_at'], name='upload_to_sweep')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('received__lte', models.F('size'))), name='upload_receives_no_more_than_its_size'), models.UniqueConstraint(condition=models.Q(('attachment__isnull', True), models.Q(('fingerprint', ''), _negated=True)), fields=('case', 'user', 'fingerprint'), name='upload_one_of_a_file')],
                },
            ),
            migrations.CreateModel(
                name='ResourceAbsence',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resource_absences', to='cases.case')),
                    ('began_at', models.DateTimeField()),
                    ('began_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('reason', models.TextField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'absence of the technical resource',
                    'verbose_name_plural': 'absences of the technical resource',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('case',), name='absence_one_at_a_time'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('began_at')), _connector='OR'), name='absence_ends_after_it_began')],
                },
            ),
            migrations.CreateModel(
                name='OnCallAlert',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='cases.case')),
                    ('reason', models.CharField(choices=[('after_hours', 'Severity 1 outside business hours'), ('requested', 'Severity 1 was asked for')], max_length=20)),
                    ('raised_at', models.DateTimeField()),
                    ('rounds', models.PositiveIntegerField(default=0)),
                    ('next_round_at', models.DateTimeField(blank=True, null=True)),
                    ('taken_at', models.DateTimeField(blank=True, null=True)),
                    ('taken_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'on-call alert',
                    'verbose_name_plural': 'on-call alerts',
                    'indexes': [models.Index(fields=['next_round_at'], name='alert_next_round')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('case',), name='alert_one_open'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('next_round_at__isnull', True), _connector='OR'), name='alert_ended_is_quiet')],
                },
            ),
            migrations.CreateModel(
                name='ChargeReview',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='charge_review', to='cases.case')),
                    ('asked_at', models.DateTimeField()),
                    ('verdict', models.CharField(blank=True, choices=[('never_qualified', 'It never qualified as Severity 1'), ('impact_reduced', 'The impact was reduced')], max_length=20)),
                    ('verdict_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('verdict_at', models.DateTimeField(blank=True, null=True)),
                    ('verdict_reason', models.TextField(blank=True)),
                    ('decision', models.CharField(blank=True, choices=[('charge', 'Charge'), ('waive', 'Waive')], max_length=10)),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('decided_at', models.DateTimeField(blank=True, null=True)),
                    ('decision_reason', models.TextField(blank=True)),
                ],
                options={
                    'verbose_name': 'charge review',
                    'verbose_name_plural': 'charge reviews',
                    'constraints': [models.CheckConstraint(condition=models.Q(('decision', ''), ('verdict', 'never_qualified'), _connector='OR'), name='charge_decided_when_never_qualified')],
                },
            ),
            migrations.CreateModel(
                name='PartnerChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='cases.partner')),
                    ('changed_at', models.DateTimeField()),
                    ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('changed', models.JSONField()),
                    ('reason', models.TextField()),
                ],
                options={
                    'verbose_name': 'change of a partner',
                    'verbose_name_plural': 'changes of partners',
                    'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='partner_change_has_a_reason')],
                },
            ),
            migrations.CreateModel(
                name='KeptRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='kept_requests', to='cases.partner')),
                    ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='kept_requests', to=settings.AUTH_USER_MODEL)),
                    ('channel', models.CharField(choices=[('portal', 'Portal'), ('email', 'Email'), ('phone', 'Phone'), ('api', 'API')], max_length=10)),
                    ('details', models.JSONField()),
                    ('severity', models.PositiveSmallIntegerField()),
                    ('charge_words', models.TextField(blank=True)),
                    ('follow_up_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                    ('taken_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('asked_at', models.DateTimeField()),
                    ('submission_key', models.UUIDField(blank=True, null=True)),
                    ('decision', models.CharField(blank=True, choices=[('logged', 'Logged as a case'), ('declined', 'Declined')], max_length=10)),
                    ('decided_at', models.DateTimeField(blank=True, null=True)),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('word', models.TextField(blank=True)),
                    ('case', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='kept_request', to='cases.case')),
                ],
                options={
                    'verbose_name': 'kept request',
                    'verbose_name_plural': 'kept requests',
                    'indexes': [models.Index(condition=models.Q(('decision', '')), fields=['asked_at', 'id'], name='kept_request_waiting')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('case__isnull', True), ('decided_at__isnull', True), ('decided_by__isnull', True), ('decision', '')), models.Q(('case__isnull', False), ('decided_at__isnull', False), ('decided_by__isnull', False), ('decision', 'logged')), models.Q(('case__isnull', True), ('decided_at__isnull', False), ('decided_by__isnull', False), ('decision', 'declined')), _connector='OR'), name='kept_request_decided_whole'), models.CheckConstraint(condition=models.Q(('severity__range', (1, 4))), name='kept_request_severity_1_to_4'), models.UniqueConstraint(fields=('contact', 'submission_key'), name='kept_request_once_per_submission')],
                },
            ),
            migrations.CreateModel(
                name='CaseEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='cases.case')),
                    ('number', models.PositiveIntegerField()),
                    ('kind', models.CharField(choices=[('case_logged', 'Case logged'), ('follow_up_opened', 'Follow-up opened'), ('case_assigned', 'Assigned'), ('contact_replied', 'Contact replied'), ('specialist_replied', 'Specialist replied'), ('reply_taken_back', 'Reply taken back'), ('note_written', 'Internal note'), ('call_logged', 'Call logged'), ('reminder_made', 'Reminder written'), ('attempt_counted', 'Contact attempt counted'), ('attempt_failed', 'Reminder could not be delivered'), ('closing_held', 'Closing held back'), ('closing_released', 'Closing no longer held back'), ('promise_at_risk', 'Promise at risk'), ('promise_missed', 'Promise missed'), ('promise_moved', 'Promise moved'), ('severity_proposed', 'Severity proposed'), ('severity_agreed', 'Severity agreed'), ('severity_declined', 'Severity declined'), ('severity_proposal_withdrawn', 'Severity proposal withdrawn'), ('resource_unavailable', 'Technical resource unavailable'), ('resource_available', 'Technical resource available'), ('resource_named', 'Technical resource named'), ('on_call_alerted', 'On-call alerted'), ('alert_taken', 'On-call alert taken'), ('charges_asked', 'Asked whether it qualified'), ('charges_judged', 'Said whether it qualified'), ('charges_decided', 'Charges decided'), ('workaround_in_place', 'Workaround in place'), ('workaround_failed', 'Workaround does not hold'), ('plan_made', 'Action plan made'), ('plan_ended', 'Action plan ended'), ('milestone_added', 'Milestone added'), ('milestone_changed', 'Milestone changed'), ('milestone_due', "Contact's milestone due"), ('milestone_overdue', "Contact's milestone overdue"), ('workaround_confirmed', 'Workaround confirmed'), ('diagnostics_asked', 'Diagnostics asked for'), ('diagnostics_ended', 'Diagnostics received'), ('file_added', 'File added'), ('session_asked', 'Remote session asked for'), ('session_answered', 'Remote session answered'), ('session_began', 'Remote session began'), ('session_ended', 'Remote session ended'), ('investigation_began', 'Investigation began'), ('follow_up_moved', 'Promised follow-up moved'), ('investigation_ended', 'Investigation ended'), ('consent_asked', 'Consent asked for'), ('consent_answered', 'Consent answered'), ('consent_withdrawn', 'Consent withdrawn'), ('cloud_action_begun', 'Action in a public cloud'), ('manager_asked', 'Asked for a manager'), ('manager_answered', 'Manager answered'), ('survey_reminded', 'Survey reminder written'), ('survey_followed_up', 'Low score followed up'), ('feature_request_lodged', 'Feature request lodged'), ('cases_linked', 'Cases linked'), ('cases_unlinked', 'Link removed'), ('case_imported', 'Case brought over'), ('case_merged', 'Case merged'), ('watcher_added', 'Watcher added'), ('watcher_removed', 'Watcher removed'), ('contact_changed', 'Contact changed'), ('redacted', 'Secret removed'), ('person_erased', 'Name removed'), ('provisional_confirmed', 'Follow-up confirmed'), ('dismissed_as_thanks', 'Dismissed as thanks'), ('triaged', 'Triage settled'), ('mail_filed', 'Mail filed'), ('case_closed', 'Case closed'), ('closing_taken_back', 'Closing taken back'), ('survey_answered', 'Survey answered')], max_length=30)),
                    ('at', models.DateTimeField()),
                    ('side', models.CharField(choices=[('contact', 'Contact'), ('staff', 'Support'), ('clock', 'Automatic')], max_length=10)),
                    ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('public', models.BooleanField()),
                    ('facts', models.JSONField(default=dict)),
                    ('words_digest', models.CharField(blank=True, db_default='', default='', max_length=64)),
                    ('digest', models.CharField(blank=True, db_default='', default='', max_length=64)),
                ],
                options={
                    'verbose_name': 'event',
                    'verbose_name_plural': 'events',
                    'constraints': [models.UniqueConstraint(fields=('case', 'number'), name='event_numbered_per_case'), models.CheckConstraint(condition=models.Q(('side__in', ['contact', 'staff', 'clock'])), name='event_side_known'), models.CheckConstraint(condition=models.Q(models.Q(('actor__isnull', True), ('side', 'clock')), models.Q(models.Q(('side', 'clock'), _negated=True), ('actor__isnull', False)), _connector='OR'), name='event_actor_unless_the_clock')],
                },
            ),
            migrations.CreateModel(
                name='EventWords',
                fields=[
                    ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='wording', serialize=False, to='cases.caseevent')),
                    ('salt', models.CharField(max_length=32)),
                    ('words', models.JSONField(default=dict)),
                ],
                options={
                    'verbose_name': 'words of an event',
                    'verbose_name_plural': 'words of events',
                },
            ),
            migrations.CreateModel(
                name='Dispatch',
                fields=[
                    ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='dispatch', serialize=False, to='cases.caseevent')),
                    ('secrets', models.JSONField(default=dict)),
                ],
                options={
                    'verbose_name': 'event to tell',
                    'verbose_name_plural': 'events to tell',
                },
            ),
            migrations.CreateModel(
                name='FeatureRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('function', models.TextField(verbose_name='function')),
                    ('application', models.TextField(blank=True, verbose_name='application')),
                    ('use_case', models.TextField(verbose_name='use case')),
                    ('state', models.CharField(choices=[('lodged', 'Lodged'), ('reviewed', 'Under review'), ('planned', 'Planned'), ('released', 'Released'), ('declined', 'Declined')], default='lodged', max_length=10, verbose_name='state')),
                    ('ideas_url', models.URLField(blank=True, max_length=300, verbose_name='address in the Ideas Portal')),
                    ('lodged_at', models.DateTimeField(verbose_name='lodged')),
                    ('lodged_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='cases.featurerequest')),
                ],
                options={
                    'verbose_name': 'feature request',
                    'verbose_name_plural': 'feature requests',
                    'indexes': [models.Index(condition=models.Q(('merged_into__isnull', True)), fields=['-lodged_at', '-id'], name='feature_list')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['lodged', 'reviewed', 'planned', 'released', 'declined'])), name='feature_state_known'), models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('merged_into', models.F('pk')), _negated=True), _connector='OR'), name='feature_not_merged_into_itself')],
                },
            ),
            migrations.CreateModel(
                name='FeatureRequestCase',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('lodged_as', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links_lodged', to='cases.featurerequest')),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='cases.featurerequest')),
                    ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='feature_link', to='cases.case')),
                    ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.partner')),
                    ('linked_at', models.DateTimeField(verbose_name='linked')),
                    ('linked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'case of a feature request',
                    'verbose_name_plural': 'cases of feature requests',
                },
            ),
            migrations.CreateModel(
                name='FeatureChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='cases.featurerequest')),
                    ('kind', models.CharField(choices=[('lodged', 'lodged it'), ('linked', 'linked a case'), ('state_set', 'set the state'), ('address_set', 'set the address in the Ideas Portal'), ('merged', 'merged another request into it'), ('merged_away', 'merged it into another request')], max_length=20)),
                    ('words', models.CharField(blank=True, max_length=300)),
                    ('at', models.DateTimeField()),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'change of a feature request',
                    'verbose_name_plural': 'changes of feature requests',
                },
            ),
            migrations.CreateModel(
                name='ImportedCase',
                fields=[
                    ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='brought_over', serialize=False, to='cases.case')),
                    ('source', models.CharField(max_length=60)),
                    ('external_id', models.CharField(max_length=100)),
                    ('imported_at', models.DateTimeField()),
                    ('imported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'case brought over',
                    'verbose_name_plural': 'cases brought over',
                    'constraints': [models.UniqueConstraint(fields=('source', 'external_id'), name='imported_case_once')],
                },
            ),
            migrations.CreateModel(
                name='IncomingMail',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('identity', models.CharField(blank=True, max_length=250)),
                    ('content_hash', models.CharField(max_length=64)),
                    ('sha256', models.CharField(max_length=64)),
                    ('raw', models.FileField(max_length=120, upload_to=cases.models.incoming.stored_at)),
                    ('size', models.PositiveBigIntegerField()),
                    ('source', models.CharField(max_length=200)),
                    ('received_at', models.DateTimeField()),
                    ('stored_at', models.DateTimeField()),
                    ('fate', models.CharField(choices=[('waiting', 'To be read'), ('new_case', 'New case'), ('reply', 'Reply'), ('filed', 'Kept with the case'), ('kept', 'Kept'), ('tray', 'To sort'), ('dismissed', 'Dismissed'), ('aside', 'Put aside')], default='waiting', max_length=10)),
                    ('reason', models.CharField(blank=True, choices=[('unknown_sender', 'Nobody has this address'), ('forged', "The sender's domain says that it did not send this"), ('unproven_staff', 'It says that it is from staff, and nothing proves it'), ('staff_new', 'It is from staff and answers no case'), ('no_sender', 'It does not say who sent it'), ('no_partner', 'The sender writes for no partner'), ('closed_account', "The sender's account is closed"), ('not_entitled', "The partner's plan has ended"), ('not_their_case', 'It answers a case that the sender may not see'), ('no_words', 'It has no words of its own and no files'), ('too_many', 'The sender wrote too many mails within an hour'), ('too_many_on_case', 'Too many mails came for one case within an hour'), ('same_id', 'Another mail has the same identity and other words'), ('refused', 'The case did not take it'), ('our_own', 'One of our own mails came back'), ('automatic', 'An automatic reply'), ('list', 'Mail of a list, or in bulk'), ('bounce', 'A mail of ours could not be delivered'), ('delivery', 'A report on the way of a mail of ours'), ('too_large', 'It is too large'), ('too_many_parts', 'It has too many parts'), ('too_deep', 'Its parts are nested too deep'), ('failed', 'It could not be handled')], max_length=20)),
                    ('detail', models.TextField(blank=True)),
                    ('tries', models.PositiveSmallIntegerField(default=0)),
                    ('next_try_at', models.DateTimeField(blank=True, null=True)),
                    ('handled_at', models.DateTimeField(blank=True, null=True)),
                    ('from_address', models.CharField(blank=True, max_length=254)),
                    ('from_name', models.CharField(blank=True, max_length=200)),
                    ('to_addresses', models.TextField(blank=True)),
                    ('subject', models.CharField(blank=True, max_length=300)),
                    ('whole_text', models.TextField(blank=True)),
                    ('said', models.TextField(blank=True)),
                    ('severity', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('alerted_at', models.DateTimeField(blank=True, null=True)),
                    ('refused_files', models.JSONField(blank=True, default=list)),
                    ('sender', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mails_sent', to=settings.AUTH_USER_MODEL)),
                    ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mails_in', to='cases.case')),
                    ('message', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mail_in', to='cases.message')),
                    ('bounced_address', models.CharField(blank=True, max_length=254)),
                    ('sorted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('sorted_why', models.TextField(blank=True)),
                ],
                options={
                    'verbose_name': 'incoming mail',
                    'verbose_name_plural': 'incoming mails',
                    'indexes': [models.Index(condition=models.Q(('fate', 'waiting')), fields=['received_at', 'id'], name='mail_in_waiting'), models.Index(condition=models.Q(('fate__in', ['tray', 'aside'])), fields=['-received_at', '-id'], name='mail_in_to_sort'), models.Index(condition=models.Q(('alerted_at__isnull', True), ('fate__in', ['tray', 'aside']), ('severity', 1)), fields=['id'], name='mail_in_to_alert'), models.Index(fields=['from_address', 'handled_at'], name='mail_in_of_sender'), models.Index(fields=['case', 'handled_at'], name='mail_in_of_case')],
                    'constraints': [models.UniqueConstraint(fields=('identity', 'content_hash'), name='mail_in_once'), models.CheckConstraint(condition=models.Q(('fate__in', ['waiting', 'new_case', 'reply', 'filed', 'kept', 'tray', 'dismissed', 'aside'])), name='mail_in_fate_known'), models.CheckConstraint(condition=models.Q(models.Q(('fate', 'waiting'), ('handled_at__isnull', True)), models.Q(models.Q(('fate', 'waiting'), _negated=True), ('handled_at__isnull', False)), _connector='OR'), name='mail_in_handled_has_its_time'), models.CheckConstraint(condition=models.Q(models.Q(('fate__in', ['new_case', 'reply', 'filed']), _negated=True), ('case__isnull', False), _connector='OR'), name='mail_in_with_a_case'), models.CheckConstraint(condition=models.Q(models.Q(('fate__in', ['filed', 'kept', 'tray', 'aside']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='mail_in_kept_with_a_reason'), models.CheckConstraint(condition=models.Q(('received_at__lte', models.F('stored_at'))), name='mail_in_not_from_the_future')],
                },
            ),
            migrations.CreateModel(
                name='MailAddress',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('address', models.EmailField(max_length=254, unique=True)),
                    ('bounced_at', models.DateTimeField()),
                    ('code', models.CharField(blank=True, max_length=20)),
                    ('words', models.TextField(blank=True)),
                    ('bounces', models.PositiveIntegerField(default=1)),
                    ('stopped_at', models.DateTimeField(blank=True, null=True)),
                    ('cleared_at', models.DateTimeField(blank=True, null=True)),
                    ('cleared_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'address that bounced',
                    'verbose_name_plural': 'addresses that bounced',
                    'constraints': [models.CheckConstraint(condition=models.Q(('address', django.db.models.functions.text.Lower('address'))), name='mail_address_lower_case')],
                },
            ),
            migrations.CreateModel(
                name='Invitation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='cases.partner')),
                    ('email', models.EmailField(max_length=254)),
                    ('role', models.CharField(choices=[('contact', 'Contact'), ('administrator', 'Partner administrator')], default='contact', max_length=20)),
                    ('sees_all_cases', models.BooleanField(default=True)),
                    ('language', models.CharField(default='en', max_length=10)),
                    ('zone', models.CharField(default='UTC', max_length=60)),
                    ('token_hash', models.CharField(max_length=64, unique=True)),
                    ('secret', models.CharField(blank=True, max_length=64)),
                    ('invited_at', models.DateTimeField()),
                    ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('expires_at', models.DateTimeField()),
                    ('accepted_at', models.DateTimeField(blank=True, null=True)),
                    ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'invitation',
                    'verbose_name_plural': 'invitations',
                    'indexes': [models.Index(condition=models.Q(('secret', ''), _negated=True), fields=['invited_at'], name='invitation_to_tell')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['contact', 'administrator'])), name='invitation_role_known'), models.UniqueConstraint(django.db.models.functions.text.Lower('email'), models.F('partner'), condition=models.Q(('accepted_at__isnull', True), ('withdrawn_at__isnull', True)), name='invitation_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('accepted_by__isnull', True)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False), ('withdrawn_at__isnull', True)), _connector='OR'), name='invitation_accepted_by_somebody')],
                },
            ),
            migrations.CreateModel(
                name='MembershipChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='cases.membership')),
                    ('changed_at', models.DateTimeField()),
                    ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('before', models.JSONField(default=dict)),
                    ('after', models.JSONField(default=dict)),
                ],
                options={
                    'verbose_name': 'change of a colleague',
                    'verbose_name_plural': 'changes of colleagues',
                },
            ),
            migrations.CreateModel(
                name='KeptNumbers',
                fields=[
                    ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                    ('made_at', models.DateTimeField()),
                    ('content', models.JSONField()),
                ],
                options={
                    'verbose_name': 'kept numbers',
                    'verbose_name_plural': 'kept numbers',
                },
            ),
            migrations.CreateModel(
                name='CaseLink',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('first', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links_to_newer', to='cases.case')),
                    ('second', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links_to_older', to='cases.case')),
                    ('linked_at', models.DateTimeField()),
                    ('linked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'link between cases',
                    'verbose_name_plural': 'links between cases',
                    'constraints': [models.UniqueConstraint(fields=('first', 'second'), name='link_once'), models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='link_older_case_first')],
                },
            ),
            migrations.CreateModel(
                name='Macro',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('body', models.TextField(verbose_name='text')),
                    ('changed_at', models.DateTimeField()),
                    ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'macro',
                    'verbose_name_plural': 'macros',
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='macro_name_once')],
                },
            ),
            migrations.CreateModel(
                name='ManagerRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='manager_requests', to='cases.case')),
                    ('asked_at', models.DateTimeField()),
                    ('deadline', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='manager_request', to='cases.deadline')),
                    ('answer', models.TextField(blank=True)),
                    ('answered_at', models.DateTimeField(blank=True, null=True)),
                    ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'request for a manager',
                    'verbose_name_plural': 'requests for a manager',
                    'indexes': [models.Index(fields=['-answered_at', '-id'], name='manager_request_answered')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('answered_at__isnull', True)), fields=('case',), name='manager_request_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='manager_request_answered_whole')],
                },
            ),
            migrations.CreateModel(
                name='ManagerRequestWord',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='said', to='cases.managerrequest')),
                    ('words', models.TextField()),
                    ('said_at', models.DateTimeField()),
                    ('said_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('submission_key', models.UUIDField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'words to a manager',
                    'verbose_name_plural': 'words to a manager',
                    'indexes': [models.Index(fields=['request', 'said_at'], name='manager_word_in_order')],
                    'constraints': [models.UniqueConstraint(fields=('said_by', 'submission_key'), name='manager_word_once_per_submission')],
                },
            ),
            migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('trial_ending', 'Trial is ending'), ('trial_ended', 'Trial has ended'), ('request_kept', 'Request kept'), ('request_logged', 'Kept request logged'), ('request_declined', 'Kept request declined'), ('mail_put_aside', 'Mail put aside')], max_length=30)),
                    ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='cases.partner')),
                    ('at', models.DateTimeField()),
                    ('facts', models.JSONField(default=dict)),
                    ('told_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'notice',
                    'verbose_name_plural': 'notices',
                    'indexes': [models.Index(condition=models.Q(('told_at__isnull', True)), fields=['id'], name='notice_to_tell')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['trial_ending', 'trial_ended', 'request_kept', 'request_logged', 'request_declined', 'mail_put_aside'])), name='notice_kind_known')],
                },
            ),
            migrations.CreateModel(
                name='PhoneNumber',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(max_length=16, verbose_name='number')),
                    ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='phone_numbers', to=settings.AUTH_USER_MODEL)),
                    ('partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='phone_numbers', to='cases.partner')),
                    ('label', models.CharField(blank=True, max_length=60, verbose_name='label')),
                    ('added_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('added_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'phone number',
                    'verbose_name_plural': 'phone numbers',
                    'constraints': [models.UniqueConstraint(fields=('number', 'user'), name='phone_once_a_person'), models.UniqueConstraint(fields=('number', 'partner'), name='phone_once_a_partner'), models.CheckConstraint(condition=models.Q(models.Q(('partner__isnull', False), ('user__isnull', True)), models.Q(('partner__isnull', True), ('user__isnull', False)), _connector='OR'), name='phone_of_one'), models.CheckConstraint(condition=models.Q(('number__startswith', '+')), name='phone_e164')],
                },
            ),
            migrations.CreateModel(
                name='SupportNumber',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('region', models.CharField(max_length=80, verbose_name='region')),
                    ('country', models.CharField(help_text='ISO code, such as AU.', max_length=2, verbose_name='country')),
                    ('desk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='support_numbers', to='sla.desk', verbose_name='desk')),
                    ('number', models.CharField(max_length=16, verbose_name='number to dial')),
                    ('shown_as', models.CharField(max_length=40, verbose_name='shown as')),
                    ('is_toll_free', models.BooleanField(default=False, verbose_name='toll-free')),
                    ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                    ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ],
                options={
                    'verbose_name': 'support number',
                    'verbose_name_plural': 'support numbers',
                    'constraints': [models.UniqueConstraint(fields=('number', 'region'), name='support_number_once')],
                },
            ),
            migrations.CreateModel(
                name='Workaround',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='workarounds', to='cases.case')),
                    ('words', models.TextField()),
                    ('in_place_at', models.DateTimeField()),
                    ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('recorded_at', models.DateTimeField()),
                    ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                    ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('failed_at', models.DateTimeField(blank=True, null=True)),
                    ('failed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('failure', models.TextField(blank=True)),
                    ('submission_key', models.UUIDField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'workaround',
                    'verbose_name_plural': 'workarounds',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('failed_at__isnull', True)), fields=('case',), name='workaround_one_in_place'), models.UniqueConstraint(fields=('recorded_by', 'submission_key'), name='workaround_one_per_submission'), models.CheckConstraint(condition=models.Q(('failed_at__isnull', True), models.Q(('failure', ''), _negated=True), _connector='OR'), name='workaround_failed_with_reason')],
                },
            ),
            migrations.CreateModel(
                name='ActionPlan',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='cases.case')),
                    ('summary', models.TextField()),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('made_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('end_reason', models.TextField(blank=True)),
                    ('submission_key', models.UUIDField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'action plan',
                    'verbose_name_plural': 'action plans',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('case',), name='plan_one_in_force'), models.UniqueConstraint(fields=('made_by', 'submission_key'), name='plan_one_per_submission')],
                },
            ),
            migrations.CreateModel(
                name='Milestone',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='cases.actionplan')),
                    ('title', models.CharField(max_length=200)),
                    ('side', models.CharField(choices=[('contact', 'Contact'), ('staff', 'Support')], max_length=10)),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('due_on', models.DateField()),
                    ('due_at', models.DateTimeField()),
                    ('next_reminder_at', models.DateTimeField(blank=True, null=True)),
                    ('reminded_at', models.DateTimeField(blank=True, null=True)),
                    ('state', models.CharField(choices=[('planned', 'Planned'), ('started', 'Started'), ('done', 'Done'), ('dropped', 'Dropped')], default='planned', max_length=10)),
                    ('settled_at', models.DateTimeField(blank=True, null=True)),
                    ('submission_key', models.UUIDField(blank=True, null=True)),
                    ('after', models.ManyToManyField(blank=True, related_name='before', to='cases.milestone')),
                ],
                options={
                    'verbose_name': 'milestone',
                    'verbose_name_plural': 'milestones',
                    'indexes': [models.Index(condition=models.Q(('next_reminder_at__isnull', False)), fields=['next_reminder_at'], name='milestone_to_remind'), models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['due_at', 'id'], name='milestone_due')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('state__in', ['planned', 'started'])), models.Q(('settled_at__isnull', False), ('state__in', ['done', 'dropped'])), _connector='OR'), name='milestone_settled_has_its_time'), models.CheckConstraint(condition=models.Q(('next_reminder_at__isnull', True), models.Q(('settled_at__isnull', True), ('side', 'contact')), _connector='OR'), name='milestone_reminds_the_contact'), models.UniqueConstraint(fields=('plan', 'submission_key'), name='milestone_one_per_submission')],
                },
            ),
            migrations.CreateModel(
                name='Erasure',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='erasure', to=settings.AUTH_USER_MODEL)),
                    ('at', models.DateTimeField()),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('words_too', models.BooleanField()),
                    ('places', models.JSONField(default=dict)),
                ],
                options={
                    'verbose_name': 'erased person',
                    'verbose_name_plural': 'erased persons',
                },
            ),
            migrations.CreateModel(
                name='Redaction',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redactions', to='cases.case')),
                    ('at', models.DateTimeField()),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('reason', models.CharField(max_length=300)),
                    ('places', models.JSONField(default=dict)),
                ],
                options={
                    'verbose_name': 'removed secret',
                    'verbose_name_plural': 'removed secrets',
                    'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='redaction_has_a_reason')],
                },
            ),
            migrations.CreateModel(
                name='Skill',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='skills', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('product_area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='skilled', to='cases.productarea', verbose_name='product area')),
                ],
                options={
                    'verbose_name': 'skill',
                    'verbose_name_plural': 'skills',
                    'constraints': [models.UniqueConstraint(fields=('user', 'product_area'), name='skill_once')],
                },
            ),
            migrations.CreateModel(
                name='Rotation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('desk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rotations', to='sla.desk')),
                    ('kind', models.CharField(choices=[('shift', 'On shift'), ('on_call', 'On call')], max_length=10)),
                    ('weekday', models.PositiveSmallIntegerField()),
                    ('hands_over_at', models.TimeField()),
                    ('starts_on', models.DateField()),
                    ('next_turn', models.PositiveIntegerField(default=0)),
                    ('next_turn_at', models.DateTimeField()),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('made_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('submission_key', models.UUIDField(blank=True, null=True, unique=True)),
                ],
                options={
                    'verbose_name': 'rotation',
                    'verbose_name_plural': 'rotations',
                    'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['next_turn_at'], name='rotation_to_go_on')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('weekday__range', (0, 6))), name='rotation_weekday'), models.CheckConstraint(condition=models.Q(('kind__in', ['shift', 'on_call'])), name='rotation_kind_known')],
                },
            ),
            migrations.CreateModel(
                name='RotationPlace',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('rotation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='cases.rotation')),
                    ('position', models.PositiveSmallIntegerField()),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'place in a rotation',
                    'verbose_name_plural': 'places in rotations',
                    'constraints': [models.UniqueConstraint(fields=('rotation', 'position'), name='rotation_place_once')],
                },
            ),
            migrations.CreateModel(
                name='RosterShift',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('desk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roster', to='sla.desk')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roster', to=settings.AUTH_USER_MODEL)),
                    ('kind', models.CharField(choices=[('shift', 'On shift'), ('on_call', 'On call')], max_length=10)),
                    ('starts_at', models.DateTimeField()),
                    ('ends_at', models.DateTimeField()),
                    ('rotation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to='cases.rotation')),
                    ('turn', models.PositiveIntegerField(blank=True, null=True)),
                    ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('removed_at', models.DateTimeField(blank=True, null=True)),
                    ('removed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('remove_reason', models.TextField(blank=True)),
                ],
                options={
                    'verbose_name': 'shift of the roster',
                    'verbose_name_plural': 'shifts of the roster',
                    'indexes': [models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['desk', 'kind', 'ends_at'], name='roster_on'), models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['person', 'ends_at'], name='roster_mine')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['shift', 'on_call'])), name='roster_kind_known'), models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='roster_ends_after_start'), models.UniqueConstraint(fields=('rotation', 'turn'), name='roster_one_row_a_turn'), models.CheckConstraint(condition=models.Q(('removed_at__isnull', True), models.Q(('remove_reason', ''), _negated=True), _connector='OR'), name='roster_removed_with_a_reason')],
                },
            ),
            migrations.CreateModel(
                name='RosterSwap',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps', to='cases.rostershift')),
                    ('gives', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('takes', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('reason', models.TextField()),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('made_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'swap',
                    'verbose_name_plural': 'swaps',
                    'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='swap_has_a_reason')],
                },
            ),
            migrations.CreateModel(
                name='RosterFeed',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('token_hash', models.CharField(max_length=64, unique=True)),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roster_feeds', to=settings.AUTH_USER_MODEL)),
                    ('desk', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='roster_feeds', to='sla.desk')),
                    ('made_at', models.DateTimeField()),
                    ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'roster feed',
                    'verbose_name_plural': 'roster feeds',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('desk__isnull', True), ('revoked_at__isnull', True)), fields=('owner',), name='roster_feed_one_own'), models.UniqueConstraint(condition=models.Q(('desk__isnull', False), ('revoked_at__isnull', True)), fields=('owner', 'desk'), name='roster_feed_one_of_a_desk')],
                },
            ),
            migrations.CreateModel(
                name='SeverityProposal',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='severity_proposals', to='cases.case')),
                    ('side', models.CharField(choices=[('contact', 'Contact'), ('staff', 'Support')], max_length=10)),
                    ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('from_severity', models.PositiveSmallIntegerField()),
                    ('severity', models.PositiveSmallIntegerField()),
                    ('definition', models.TextField()),
                    ('reason', models.TextField()),
                    ('made_at', models.DateTimeField()),
                    ('submission_key', models.UUIDField(blank=True, null=True)),
                    ('technical_resource', models.CharField(blank=True, max_length=200)),
                    ('charge_words', models.TextField(blank=True)),
                    ('charges_accepted_at', models.DateTimeField(blank=True, null=True)),
                    ('charge_verdict', models.CharField(blank=True, choices=[('never_qualified', 'It never qualified as Severity 1'), ('impact_reduced', 'The impact was reduced')], max_length=20)),
                    ('charge_reason', models.TextField(blank=True)),
                    ('token_hash', models.CharField(blank=True, max_length=64)),
                    ('link_for', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('expires_at', models.DateTimeField(blank=True, null=True)),
                    ('decision', models.CharField(blank=True, choices=[('agreed', 'Agreed'), ('declined', 'Declined'), ('replaced', 'Replaced by a newer proposal'), ('withdrawn', 'Withdrawn'), ('case_ended', 'The case ended')], max_length=20)),
                    ('decided_at', models.DateTimeField(blank=True, null=True)),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('answer', models.TextField(blank=True)),
                ],
                options={
                    'verbose_name': 'severity proposal',
                    'verbose_name_plural': 'severity proposals',
                    'indexes': [models.Index(condition=models.Q(('token_hash', ''), _negated=True), fields=['token_hash'], name='proposal_by_token')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('decision', '')), fields=('case',), name='proposal_one_open'), models.UniqueConstraint(fields=('proposed_by', 'submission_key'), name='proposal_one_per_submission'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decision', '')), models.Q(models.Q(('decision', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='proposal_decision_has_its_time'), models.CheckConstraint(condition=models.Q(('severity__range', (1, 4)), models.Q(('severity', models.F('from_severity')), _negated=True)), name='proposal_changes_something')],
                },
            ),
            migrations.CreateModel(
                name='SeverityAgreement',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='severity_agreements', to='cases.case')),
                    ('severity', models.PositiveSmallIntegerField()),
                    ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='agreement', to='cases.severityproposal')),
                    ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('specialist', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('agreed_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'severity agreement',
                    'verbose_name_plural': 'severity agreements',
                    'constraints': [models.CheckConstraint(condition=models.Q(('contact', models.F('specialist')), _negated=True), name='agreement_of_two'), models.UniqueConstraint(fields=('id', 'case', 'severity'), name='agreement_referred_to')],
                },
            ),
            migrations.CreateModel(
                name='StaffChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staff_changes', to=settings.AUTH_USER_MODEL)),
                    ('role_before', models.CharField(choices=[('specialist', 'Specialist'), ('manager', 'Manager'), ('administrator', 'Administrator')], max_length=20)),
                    ('role', models.CharField(choices=[('specialist', 'Specialist'), ('manager', 'Manager'), ('administrator', 'Administrator')], max_length=20)),
                    ('desk_before', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.desk')),
                    ('desk', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.desk')),
                    ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('changed_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'change of role or desk',
                    'verbose_name_plural': 'changes of role or desk',
                    'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['specialist', 'manager', 'administrator']), ('role_before__in', ['specialist', 'manager', 'administrator'])), name='staff_change_role_known')],
                },
            ),
            migrations.CreateModel(
                name='PolicyDraft',
                fields=[
                    ('owner', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='policy_draft', serialize=False, to=settings.AUTH_USER_MODEL)),
                    ('fields', models.JSONField(default=dict)),
                    ('saved_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'draft of a policy version',
                    'verbose_name_plural': 'drafts of policy versions',
                },
            ),
            migrations.CreateModel(
                name='Survey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('closing', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='survey', to='cases.closing')),
                    ('token_hash', models.CharField(max_length=64, unique=True)),
                    ('made_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('answered_at', models.DateTimeField(blank=True, null=True)),
                    ('handling', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='how the case was managed')),
                    ('professionalism', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='professionalism and expertise')),
                    ('satisfaction', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='overall satisfaction')),
                    ('comment', models.TextField(blank=True, verbose_name='comment')),
                    ('remind_at', models.DateTimeField(blank=True, null=True)),
                    ('reminder_hash', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                    ('follow_up', models.TextField(blank=True, verbose_name='what was done')),
                    ('followed_up_at', models.DateTimeField(blank=True, null=True)),
                    ('followed_up_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'survey',
                    'verbose_name_plural': 'surveys',
                    'indexes': [models.Index(condition=models.Q(('answered_at__isnull', False)), fields=['-answered_at'], name='survey_answers'), models.Index(condition=models.Q(('remind_at__isnull', False)), fields=['remind_at'], name='survey_to_remind')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('handling__isnull', True), ('satisfaction__isnull', True)), models.Q(('answered_at__isnull', False), ('handling__range', (1, 5)), ('professionalism__range', (1, 5)), ('satisfaction__range', (1, 5))), _connector='OR'), name='survey_answered_whole'), models.CheckConstraint(condition=models.Q(('answered_at__isnull', True), ('remind_at__isnull', True), _connector='OR'), name='survey_answered_is_not_asked_again'), models.CheckConstraint(condition=models.Q(models.Q(('follow_up', ''), ('followed_up_at__isnull', True), ('followed_up_by__isnull', True)), models.Q(('answered_at__isnull', False), ('followed_up_at__isnull', False), ('followed_up_by__isnull', False), models.Q(('follow_up', ''), _negated=True)), _connector='OR'), name='survey_followed_up_whole')],
                },
            ),
            migrations.CreateModel(
                name='Viewing',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('viewer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='viewings', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='viewed', to=settings.AUTH_USER_MODEL)),
                    ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='viewings', to='cases.partner')),
                    ('because', models.TextField()),
                    ('began_at', models.DateTimeField()),
                    ('ends_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': "look through a contact's eyes",
                    'verbose_name_plural': "looks through contacts' eyes",
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('began_at'))), name='viewing_ends')],
                },
            ),
            migrations.CreateModel(
                name='Watcher',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='watchers', to='cases.case')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='watches', to=settings.AUTH_USER_MODEL)),
                    ('added_at', models.DateTimeField()),
                    ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'watcher',
                    'verbose_name_plural': 'watchers',
                    'constraints': [models.UniqueConstraint(fields=('case', 'user'), name='watcher_once')],
                },
            ),
        ),
        migrations.RunPython(hold, release),
    ]
