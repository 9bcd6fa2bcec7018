"""What a contact has typed and attached before the case is sent (P5.1)."""

from uuid import uuid4

from django.core.files.storage import default_storage

from cases import actions
from cases.models import Attachment, CaseDraft
from tests.builders import Cast, at, logged_case, say, upload


def keep(people: Cast, when: str, title: str, key: object = None) -> CaseDraft | None:
    return actions.keep_draft(
        fields={"title": title},
        submission_key=key,  # type: ignore[arg-type]
        actor=people.priya,
        now=at(when),
    )


def test_the_last_state_of_a_draft_wins(people: Cast) -> None:
    keep(people, "Tue 9:00", "Slo")
    keep(people, "Tue 9:01", "Slow restores")
    draft = CaseDraft.objects.get(user=people.priya)
    assert (draft.fields, draft.saved_at) == ({"title": "Slow restores"}, at("Tue 9:01"))


def test_a_logged_case_uses_its_draft_up(people: Cast) -> None:
    keep(people, "Tue 9:00", "Slow")
    logged_case(people.priya, at("Tue 9:01"))
    assert not CaseDraft.objects.exists()


def test_a_draft_that_arrives_after_its_case_is_not_kept(people: Cast) -> None:
    # The page saves while somebody types; the last save may come after the case.
    key = uuid4()
    logged_case(people.priya, at("Tue 9:00"), key=key)
    assert keep(people, "Tue 9:00:01", "Slow", key) is None
    assert not CaseDraft.objects.exists()


def test_a_submission_that_arrives_again_leaves_no_draft_behind(people: Cast) -> None:
    key = uuid4()
    first = logged_case(people.priya, at("Tue 9:00"), key=key)
    actions.attach_to_draft(upload=upload(), actor=people.priya, now=at("Tue 9:00:01"))
    assert logged_case(people.priya, at("Tue 9:00:01"), key=key) == first
    assert not CaseDraft.objects.exists()
    assert not first.attachments.exists()


def test_the_draft_of_one_person_is_untouched_by_anothers_case(people: Cast) -> None:
    keep(people, "Tue 9:00", "Slow")
    logged_case(people.omar, at("Tue 9:01"))
    assert CaseDraft.objects.get().user == people.priya


def test_throwing_a_draft_away_takes_its_files_along(people: Cast) -> None:
    actions.attach_to_draft(upload=upload(), actor=people.priya, now=at("Tue 9:00"))
    actions.discard_draft(actor=people.priya, now=at("Tue 9:01"))
    assert not CaseDraft.objects.exists()
    assert not Attachment.objects.exists()


def test_throwing_ones_own_draft_away_leaves_others_alone(people: Cast) -> None:
    keep(people, "Tue 9:00", "Slow")
    actions.discard_draft(actor=people.omar, now=at("Tue 9:01"))
    assert CaseDraft.objects.filter(user=people.priya).exists()


def test_files_of_the_draft_become_files_of_the_case(people: Cast) -> None:
    actions.attach_to_draft(upload=upload("a.log"), actor=people.priya, now=at("Tue 9:00"))
    actions.attach_to_draft(upload=upload("b.log", "other"), actor=people.priya, now=at("Tue 9:00"))
    case = logged_case(people.priya, at("Tue 9:01"))
    assert sorted(case.attachments.values_list("name", flat=True)) == ["a.log", "b.log"]
    assert not case.attachments.exclude(draft=None, message=None).exists()


def test_files_of_somebody_elses_draft_stay_there(people: Cast) -> None:
    actions.attach_to_draft(upload=upload(), actor=people.omar, now=at("Tue 9:00"))
    assert not logged_case(people.priya, at("Tue 9:01")).attachments.exists()
    assert Attachment.objects.get().draft == people.omar.case_drafts.get()


def test_the_same_file_twice_is_kept_once(people: Cast) -> None:
    first = actions.attach_to_draft(upload=upload(), actor=people.priya, now=at("Tue 9:00"))
    again = actions.attach_to_draft(upload=upload(), actor=people.priya, now=at("Tue 9:01"))
    assert again == first
    assert Attachment.objects.count() == 1


def test_two_files_of_one_name_are_both_kept(people: Cast) -> None:
    for content in ("Monday", "Tuesday"):
        actions.attach_to_draft(upload=upload("support.log", content), actor=people.priya, now=at("Tue 9:00"))
    assert Attachment.objects.count() == 2


def test_a_file_is_taken_off_ones_own_draft_only(people: Cast) -> None:
    attached = actions.attach_to_draft(upload=upload(), actor=people.priya, now=at("Tue 9:00"))
    actions.detach_from_draft(attachment_id=attached.pk, actor=people.omar, now=at("Tue 9:01"))
    assert Attachment.objects.exists()
    actions.detach_from_draft(attachment_id=attached.pk, actor=people.priya, now=at("Tue 9:01"))
    assert not Attachment.objects.exists()


def test_a_file_of_a_case_is_never_taken_off(people: Cast) -> None:
    attached = actions.attach_to_draft(upload=upload(), actor=people.priya, now=at("Tue 9:00"))
    logged_case(people.priya, at("Tue 9:01"))
    actions.detach_from_draft(attachment_id=attached.pk, actor=people.priya, now=at("Tue 9:02"))
    assert Attachment.objects.filter(pk=attached.pk).exists()


def test_no_name_that_a_person_chose_reaches_the_disk(people: Cast) -> None:
    attached = actions.attach_to_draft(
        upload=upload("../../etc/passwd\n.log", "hello"), actor=people.priya, now=at("Tue 9:00")
    )
    stored_at = attached.file.name or ""
    assert stored_at.startswith(f"{attached.sha256[:2]}/{attached.sha256}")
    with default_storage.open(stored_at) as stored:
        assert stored.read() == b"hello"


def test_a_file_sent_with_a_reply_belongs_to_that_reply(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    actions.reply_as_contact(
        case_id=case.pk, body="Here it is.", uploads=[upload()], actor=people.priya, now=at("Tue 9:30")
    )
    say(case, people.priya, at("Tue 9:31"))
    attachment = case.attachments.get()
    assert attachment.message is not None
    assert (attachment.message.body, attachment.size) == ("Here it is.", len("error 1603"))
