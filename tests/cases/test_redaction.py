"""A pasted secret is gone from everything that is kept, with a trace of who removed it and why."""

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage

from cases import actions
from cases.models import Attachment, Case, CaseDraft, EventKind, Redaction, User
from cases.rules import Outcome, RuleBroken
from notifications import sweeps
from notifications.models import OutgoingMail
from tests import builders
from tests.api.machine import Machine
from tests.builders import Cast, all_at_once, answer, at, call, close, events_of, fresh, last_event, logged_case, upload

pytestmark = pytest.mark.clause("P7.1")

SECRET = "hunter2&<admin>"
NOON = at("Tue 12:00")


@pytest.fixture
def case(people: Cast) -> Case:
    """A case in which the secret stands wherever somebody can paste it."""
    case = logged_case(
        people.priya, at("Tue 9:00"), title=f"Login {SECRET}", explanation=f"It is {SECRET}, twice {SECRET}."
    )
    actions.reply_as_contact(case_id=case.pk, body=f"The password is {SECRET}.", actor=people.priya, now=at("Tue 9:30"))
    answer(case, people.lena, at("Tue 10:00"), f"I logged in with {SECRET}.")
    actions.write_note(case_id=case.pk, body=f"Works: {SECRET}", actor=people.lena, now=at("Tue 10:10"))
    actions.log_call(
        case_id=case.pk,
        outcome="reached",
        note=f"Spelled {SECRET}",
        made_at=at("Tue 10:20"),
        actor=people.lena,
        now=at("Tue 10:20"),
    )
    actions.keep_draft(fields={"title": f"More {SECRET}"}, submission_key=None, actor=people.priya, now=at("Tue 10:30"))
    sweeps.dispatch_events(now=at("Tue 10:40"))
    return case


def remove(case: Case, by: object, secret: str = SECRET, reason: str = "A password was pasted.") -> Case:
    return actions.redact_text(case_id=case.pk, secret=secret, reason=reason, actor=by, now=NOON)  # type: ignore[arg-type]


def everything_kept() -> str:
    """Return every text in every table, as one."""
    rows = [model._default_manager.values() for model in apps.get_models() if model._meta.app_label != "sessions"]
    return json.dumps([list(each) for each in rows], default=str, ensure_ascii=False)


def test_it_is_gone_from_every_table(people: Cast, case: Case) -> None:
    escaped = "hunter2&amp;&lt;admin&gt;"
    before = everything_kept()
    assert SECRET in before
    assert escaped in before
    remove(case, people.lena)
    after = everything_kept()
    assert SECRET not in after
    assert escaped not in after
    assert "hunter2" not in after
    assert "The password is [removed]." in after


def test_the_trace_says_who_when_why_and_where_but_not_what(people: Cast, case: Case) -> None:
    remove(case, people.lena, reason=f"Somebody pasted {SECRET} here")
    kept = Redaction.objects.get()
    assert (kept.by, kept.at, kept.reason) == (people.lena, NOON, "Somebody pasted [removed] here")
    assert {"message", "note", "case", "mail", "draft", "contact attempt"} <= set(kept.places)
    event = last_event(case)
    assert (event.kind, event.public, event.actor) == (EventKind.REDACTED, True, people.lena)
    assert SECRET not in json.dumps(event.whole)


def test_search_finds_it_no_more(people: Cast, case: Case) -> None:
    assert Case.objects.matching("hunter2", people.lena, at("Tue 12:00")).exists()
    remove(case, people.lena)
    assert not Case.objects.matching("hunter2", people.lena, at("Tue 12:00")).exists()


def test_another_case_keeps_its_words(people: Cast, case: Case) -> None:
    other = logged_case(people.omar, at("Tue 9:00"), explanation=f"Also {SECRET}.")
    remove(case, people.lena)
    assert SECRET in fresh(other).explanation


def test_it_goes_from_closings_and_the_record(people: Cast, case: Case) -> None:
    close(case, people.lena, at("Tue 11:00"), Outcome.FIX, f"Set {SECRET}")
    remove(case, people.max)
    assert case.closings.get().detail == "Set [removed]"
    assert events_of(case)[-1] == EventKind.REDACTED


def test_a_secret_of_several_lines_goes_from_quoting_mails_too(people: Cast) -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n-----END KEY-----"
    case = logged_case(people.priya, at("Tue 9:00"))
    builders.ask(case, people.lena, at("Tue 10:00"), f"Is this it?\n{key}")
    actions.make_reminder(episode_id=builders.episode_of(case).pk, now=at("Thu 10:00"))
    sweeps.dispatch_events(now=at("Thu 10:00"))
    assert "> MIIEvQIBADANBgkq" in OutgoingMail.objects.get(kind="reminder_one").body_text
    remove(case, people.lena, key)
    assert "MIIEvQIBADANBgkq" not in everything_kept()


@pytest.mark.parametrize("name", ["priya", "lena", "max"])
def test_its_author_and_staff_remove_it(people: Cast, case: Case, name: str) -> None:
    remove(case, getattr(people, name))
    assert "hunter2" not in fresh(case).explanation


def test_a_colleague_who_did_not_write_it_does_not(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken, match="None of your own words"):
        remove(case, people.omar)


def test_a_contact_removes_nothing_that_we_alone_wrote(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken, match="None of your own words"):
        remove(case, people.priya, "I logged in with")


def test_another_partner_removes_nothing(people: Cast, case: Case) -> None:
    with pytest.raises(Case.DoesNotExist):
        remove(case, people.zoe)


@pytest.mark.parametrize(
    ("secret", "reason", "words"),
    [
        ("nowhere to be found", "Why not", "stands nowhere in this case"),
        ("hun", "Why not", "at least four characters"),
        ("   ", "Why not", "at least four characters"),
        (SECRET, " ", "Say why it is removed"),
    ],
)
def test_what_cannot_be_removed_is_told(people: Cast, case: Case, secret: str, reason: str, words: str) -> None:
    with pytest.raises(RuleBroken, match=words):
        remove(case, people.lena, secret, reason)
    assert not Redaction.objects.exists()


# --- Files ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(people: Cast, case: Case) -> Attachment:
    actions.reply_as_contact(
        case_id=case.pk, body="Here.", uploads=[upload("keys.txt", "key 7")], actor=people.priya, now=at("Tue 10:00")
    )
    return case.attachments.get()


def remove_file(file: Attachment, by: object) -> Case:
    assert file.case_id is not None
    return actions.redact_file(
        case_id=file.case_id,
        attachment_id=file.pk,
        reason="A key.",
        actor=by,  # type: ignore[arg-type]
        now=NOON,
    )


def on_disk(file: Attachment) -> bool:
    return (Path(settings.MEDIA_ROOT) / str(file.file.name)).exists()


@pytest.mark.parametrize("name", ["priya", "lena"])
def test_a_file_goes_from_the_case_and_the_disk(
    people: Cast, file: Attachment, name: str, django_capture_on_commit_callbacks: object
) -> None:
    assert on_disk(file)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        remove_file(file, getattr(people, name))
    assert not Attachment.objects.exists()
    assert not on_disk(file)
    assert Redaction.objects.get().places == {"file": 1}


def test_a_file_that_somebody_else_has_too_stays_on_the_disk(
    people: Cast, file: Attachment, django_capture_on_commit_callbacks: object
) -> None:
    other = logged_case(people.omar, at("Tue 9:00"))
    actions.reply_as_contact(
        case_id=other.pk, body="Same.", uploads=[upload("keys.txt", "key 7")], actor=people.omar, now=at("Tue 10:00")
    )
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        remove_file(file, people.lena)
    assert default_storage.exists(str(other.attachments.get().file.name))


def test_a_colleague_removes_no_file_of_somebody_else(people: Cast, file: Attachment) -> None:
    with pytest.raises(RuleBroken, match="Only whoever sent a file"):
        remove_file(file, people.omar)


def test_a_file_that_is_gone_is_told(people: Cast, file: Attachment) -> None:
    remove_file(file, people.lena)
    with pytest.raises(RuleBroken, match="not there any more"):
        remove_file(file, people.max)


# --- Two at once ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_who_remove_it_at_once_one_is_told_it_is_gone() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"), explanation=f"It is {SECRET}.")
    answers = all_at_once([lambda: remove(case, people.lena), lambda: remove(case, people.max)])
    (refused,) = [given for given in answers if isinstance(given, Exception)]
    assert isinstance(refused, RuleBroken)
    assert refused.code == "secret_nowhere"
    assert events_of(case).count(EventKind.REDACTED) == 1
    assert call(case, people.lena, at("Tue 12:30")).is_open


def test_draft_of_the_same_words_is_cleaned(people: Cast, case: Case) -> None:
    remove(case, people.lena)
    assert CaseDraft.objects.get().fields["title"] == "More [removed]"


# --- What contacts hear of it -----------------------------------------------------------------------------------------


def told_to(person: User) -> list[dict[str, object]]:
    told = Machine(person, at("Tue 12:01")).get("cases/NWIT-1/redactions/").json()["results"]
    return [{"places": row["places"]} for row in told]


def test_a_contact_hears_of_the_places_that_contacts_read_and_of_no_others(people: Cast, case: Case) -> None:
    remove(case, people.lena)
    assert told_to(people.priya) == [{"places": {"case": 3, "message": 2}}]
    [staff] = told_to(people.lena)
    assert staff["places"] == Redaction.objects.get().places


def test_a_contact_hears_nothing_of_what_stood_in_notes_alone(people: Cast, case: Case) -> None:
    actions.write_note(
        case_id=case.pk,
        body="The router takes s3cr3t-of-ours.",
        uploads=[upload("ours.txt", "key 8")],
        actor=people.lena,
        now=at("Tue 11:00"),
    )
    remove(case, people.lena, "s3cr3t-of-ours")
    remove_file(case.attachments.get(), people.lena)
    assert [set(row.places) for row in Redaction.objects.order_by("pk")] == [{"note"}, {"file of a note"}]
    assert told_to(people.priya) == []
    assert not case.events.filter(kind=EventKind.REDACTED, public=True).exists()
