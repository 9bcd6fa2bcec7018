"""Large files come piece by piece, go on where they stopped, and become part of a case once (P7.1)."""

import errno
import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from cases import actions, pieces
from cases.lifecycle import Status
from cases.models import Attachment, Case, EventKind, PartialUpload
from notifications import sweeps
from tests import builders
from tests.builders import Cast, all_at_once, at, events_of, fresh, last_event, logged_case, upload
from tests.diagnostics import ask_for_logs, refusal_of, request_of
from tests.uploads import begun, finish, put, sent

pytestmark = pytest.mark.clause("P7.1")
LOG = b"error 1603\n" * 1000


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def lying_about() -> list[str]:
    return [path.name for path in pieces.folder().iterdir()]


# --- Pieces ---------------------------------------------------------------------------------------------------------


def test_pieces_become_a_file_of_the_case(people: Cast, case: Case, django_capture_on_commit_callbacks: Any) -> None:
    file = begun(case, people.priya, "Tue 10:00", len(LOG))
    file = put(file, people.priya, "Tue 10:01", LOG[:4000])
    file = put(file, people.priya, "Tue 10:02", LOG[4000:])
    with django_capture_on_commit_callbacks(execute=True):
        finish(case, people.priya, "Tue 10:03", (file, LOG))
    kept = case.attachments.get()
    assert (kept.name, kept.size, kept.sha256) == ("trace.log", len(LOG), hashlib.sha256(LOG).hexdigest())
    with default_storage.open(kept.file.name or "") as stored:
        assert stored.read() == LOG
    event = last_event(case)
    assert (event.kind, event.public, event.whole["names"]) == (EventKind.FILE_ADDED, True, ["trace.log"])
    assert lying_about() == []


def test_no_name_reaches_the_disk(people: Cast, case: Case) -> None:
    file = begun(case, people.priya, "Tue 10:00", 5, name="../../etc/passwd.log")
    put(file, people.priya, "Tue 10:01", b"hello")
    assert lying_about() == [file.pk.hex]
    finish(case, people.priya, "Tue 10:03", (file, b"hello"))
    kept = case.attachments.get()
    assert kept.file.name == f"{kept.sha256[:2]}/{kept.sha256}"


def test_a_file_goes_on_where_it_stopped(people: Cast, case: Case) -> None:
    file = begun(case, people.priya, "Tue 10:00", len(LOG), fingerprint="f1")
    put(file, people.priya, "Tue 10:01", LOG[:4000])
    again = begun(case, people.priya, "Tue 11:00", len(LOG), fingerprint="f1")
    assert (again.pk, again.received) == (file.pk, 4000)
    assert begun(case, people.omar, "Tue 11:00", len(LOG), fingerprint="f1").pk != file.pk


def test_a_piece_that_begins_elsewhere_is_told_where_to_go_on(people: Cast, case: Case) -> None:
    file = put(begun(case, people.priya, "Tue 10:00", 100), people.priya, "Tue 10:01", b"x" * 40)
    for offset in (0, 39, 41):
        told = refusal_of(partial(put, file, people.priya, "Tue 10:02", b"y" * 10, offset=offset))
        assert told == "40 bytes of this file are here. Go on from there."
    assert "more than the file was said to hold" in refusal_of(partial(put, file, people.priya, "Tue 10:02", b"y" * 61))


def test_bytes_of_a_write_that_broke_off_are_overwritten(people: Cast, case: Case) -> None:
    file = put(begun(case, people.priya, "Tue 10:00", 10), people.priya, "Tue 10:01", b"12345")
    with pieces.path_of(file.pk).open("ab") as written:
        written.write(b"garbage")
    put(file, people.priya, "Tue 10:02", b"67890")
    assert pieces.path_of(file.pk).read_bytes() == b"1234567890"


def test_a_full_disk_is_told_and_keeps_what_is_there(people: Cast, case: Case, monkeypatch: Any) -> None:
    file = put(begun(case, people.priya, "Tue 10:00", 10), people.priya, "Tue 10:01", b"12345")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    assert "There is no room for this file" in refusal_of(partial(put, file, people.priya, "Tue 10:02", b"67890"))
    file.refresh_from_db()
    assert file.received == 5


def test_a_file_that_the_disk_cannot_hold_is_refused_at_once(people: Cast, case: Case, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 10**18
    assert "no room" in refusal_of(partial(begun, case, people.priya, "Tue 10:00", 10**17))


def test_sizes_have_limits(people: Cast, case: Case, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    assert "larger than 1000" in refusal_of(partial(begun, case, people.priya, "Tue 10:00", 1001)).replace("\xa0", " ")
    assert "is empty" in refusal_of(partial(begun, case, people.priya, "Tue 10:00", 0))


def test_nobody_piles_unfinished_files_up(people: Cast, case: Case) -> None:
    for _ in range(20):
        begun(case, people.priya, "Tue 10:00", 10)
    assert "Too many files are unfinished" in refusal_of(partial(begun, case, people.priya, "Tue 10:00", 10))
    begun(case, people.omar, "Tue 10:00", 10)


# --- Whose ----------------------------------------------------------------------------------------------------------


def test_only_who_sees_the_case_adds_and_only_who_began_goes_on(people: Cast, case: Case) -> None:
    with pytest.raises(Case.DoesNotExist):
        begun(case, people.zoe, "Tue 10:00", 10)
    file = begun(case, people.priya, "Tue 10:00", 10)
    for other in (people.omar, people.lena):
        with pytest.raises(PartialUpload.DoesNotExist):
            put(file, other, "Tue 10:01", b"x")
        with pytest.raises(PartialUpload.DoesNotExist):
            finish(case, other, "Tue 10:01", (file, b""))
    people.priya.memberships.update(is_active=False)
    with pytest.raises(PartialUpload.DoesNotExist):
        put(file, people.priya, "Tue 10:01", b"x")


def test_staff_add_files_too_and_nothing_else_moves(people: Cast, case: Case) -> None:
    file = sent(case, people.lena, "Tue 10:00", LOG)
    finish(case, people.lena, "Tue 10:01", (file, LOG))
    assert (fresh(case).status, fresh(case).first_response_at) == (Status.NEW, None)
    assert case.attachments.get().uploaded_by == people.lena


# --- What it does to the case -----------------------------------------------------------------------------------------


def test_the_contacts_files_answer_a_request_for_diagnostics(people: Cast, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    file = sent(case, people.priya, "Tue 10:30", LOG)
    assert fresh(case).status == Status.DIAGNOSTICS
    finish(case, people.priya, "Tue 10:31", (file, LOG))
    assert fresh(case).status == Status.OPEN
    assert (request_of(case).ended_at, request_of(case).was_answered) == (at("Tue 10:31"), True)
    assert not case.episodes.filter(ended_at=None).exists()


def test_files_added_together_are_one_event(people: Cast, case: Case) -> None:
    files = [
        (sent(case, people.priya, "Tue 10:00", body, name=f"{n}.log"), body) for n, body in enumerate([b"a", b"b"])
    ]
    finish(case, people.priya, "Tue 10:01", *files)
    assert last_event(case).whole["names"] == ["0.log", "1.log"]
    assert events_of(case).count(EventKind.FILE_ADDED) == 1


def test_finishing_again_changes_nothing(people: Cast, case: Case) -> None:
    file = sent(case, people.priya, "Tue 10:00", LOG)
    finish(case, people.priya, "Tue 10:01", (file, LOG))
    before = events_of(case)
    finish(case, people.priya, "Tue 10:02", (file, LOG))
    assert events_of(case) == before
    assert case.attachments.count() == 1


def test_the_same_content_is_in_a_case_once(people: Cast, case: Case) -> None:
    for name in ("a.log", "b.log"):
        finish(case, people.priya, "Tue 10:01", (sent(case, people.priya, "Tue 10:00", LOG, name=name), LOG))
    assert case.attachments.get().name == "a.log"
    assert events_of(case).count(EventKind.FILE_ADDED) == 1
    other = logged_case(people.omar, at("Tue 9:00"))
    finish(other, people.omar, "Tue 10:01", (sent(other, people.omar, "Tue 10:00", LOG), LOG))
    assert other.attachments.count() == 1


def test_sent_again_while_the_case_waits_it_is_a_word(people: Cast, case: Case) -> None:
    finish(case, people.priya, "Tue 9:31", (sent(case, people.priya, "Tue 9:30", LOG), LOG))
    ask_for_logs(case, people.lena, "Tue 10:00")
    finish(case, people.priya, "Tue 10:31", (sent(case, people.priya, "Tue 10:30", LOG), LOG))
    assert fresh(case).status == Status.OPEN
    assert last_event(case).facts["again"] is True
    assert case.attachments.count() == 1


def test_a_file_of_a_note_is_not_given_away(people: Cast, case: Case) -> None:
    inside = upload("note.log", LOG.decode())
    actions.write_note(case_id=case.pk, body="Odd.", uploads=[inside], actor=people.lena, now=at("Tue 9:30"))
    finish(case, people.priya, "Tue 10:01", (sent(case, people.priya, "Tue 10:00", LOG), LOG))
    assert Attachment.objects.visible_to(people.priya).filter(case=case).count() == 1


@pytest.mark.clause("P9.6")
def test_a_closed_case_takes_no_file_and_what_arrived_is_kept(people: Cast, case: Case) -> None:
    file = sent(case, people.priya, "Tue 10:00", LOG)
    builders.close(case, people.lena, at("Tue 10:01"))
    assert "closed cases stay closed" in refusal_of(partial(finish, case, people.priya, "Tue 10:02", (file, LOG)))
    assert "closed cases stay closed" in refusal_of(partial(begun, case, people.priya, "Tue 10:02", 10))
    assert lying_about() == [file.pk.hex]


@pytest.mark.clause("P9.5")
def test_a_file_within_the_minute_takes_a_closing_in_silence_back(people: Cast, case: Case) -> None:
    builders.reminded_twice(case, people.lena)
    file = sent(case, people.priya, "Tue 1 Dec 16:59", LOG)
    builders.close_in_silence(case, at("Tue 1 Dec 17:00"))
    finish(case, people.priya, "Tue 1 Dec 17:00:30", (file, LOG))
    assert fresh(case).status == Status.OPEN


def test_a_file_that_is_not_whole_is_refused(people: Cast, case: Case) -> None:
    file = put(begun(case, people.priya, "Tue 10:00", 10), people.priya, "Tue 10:01", b"12345")
    assert "not whole yet" in refusal_of(partial(finish, case, people.priya, "Tue 10:02", (file, b"12345")))


def test_small_files_come_by_the_form_and_are_kept_once(people: Cast, case: Case) -> None:
    for _ in range(2):
        actions.add_files(
            case_id=case.pk, uploads=[upload("a.log"), upload("b.log", "b")], actor=people.priya, now=at("Tue 10:00")
        )
    assert case.attachments.count() == 2
    assert events_of(case).count(EventKind.FILE_ADDED) == 1


# --- Given up -------------------------------------------------------------------------------------------------------


def test_who_sends_it_may_throw_it_away(people: Cast, case: Case, django_capture_on_commit_callbacks: Any) -> None:
    file = sent(case, people.priya, "Tue 10:00", LOG)
    actions.discard_upload(upload_id=file.pk, actor=people.omar, now=at("Tue 10:01"))
    assert PartialUpload.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        actions.discard_upload(upload_id=file.pk, actor=people.priya, now=at("Tue 10:01"))
    assert not PartialUpload.objects.exists()
    assert lying_about() == []


def test_what_nobody_goes_on_with_for_a_week_is_thrown_away(
    people: Cast, case: Case, django_capture_on_commit_callbacks: Any
) -> None:
    file = sent(case, people.priya, "Tue 10:00", LOG)
    assert sweeps.forget_uploads(now=at("Tue 1 Dec 9:59")) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert sweeps.forget_uploads(now=at("Tue 1 Dec 10:00")) == 1
    assert lying_about() == []
    assert actions.forget_upload(upload_id=file.pk, now=at("Tue 1 Dec 10:00")) is None


def test_forgetting_a_finished_upload_leaves_its_file(people: Cast, case: Case) -> None:
    file = sent(case, people.priya, "Tue 10:00", LOG)
    finish(case, people.priya, "Tue 10:01", (file, LOG))
    assert sweeps.forget_uploads(now=at("Tue 1 Dec 10:01")) == 1
    with default_storage.open(case.attachments.get().file.name or "") as stored:
        assert stored.read() == LOG


# --- Two at once ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_send_the_same_piece_write_it_once() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    file = begun(case, people.priya, "Tue 10:00", len(LOG))
    answers = all_at_once([partial(put, file, people.priya, "Tue 10:01", LOG[:4000], offset=0)] * 3)
    refused = [str(given) for given in answers if isinstance(given, Exception)]
    assert refused == ["4000 bytes of this file are here. Go on from there."] * 2
    assert pieces.path_of(file.pk).read_bytes() == LOG[:4000]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_the_same_content_one_keeps_it() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    mine, theirs = sent(case, people.priya, "Tue 10:00", LOG), sent(case, people.omar, "Tue 10:00", LOG)
    answers = all_at_once(
        [
            partial(finish, case, people.priya, "Tue 10:01", (mine, LOG)),
            partial(finish, case, people.omar, "Tue 10:01", (theirs, LOG)),
        ]
    )
    assert [given for given in answers if isinstance(given, Exception)] == []
    assert case.attachments.count() == 1
    assert events_of(case).count(EventKind.FILE_ADDED) == 1
