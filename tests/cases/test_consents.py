"""Consent to the possible cost of work in a public cloud (P12.1)."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, CloudAction, CloudConsent, ConsentText, EventKind
from tests import builders
from tests.builders import Cast, at, events_of, fresh, last_event
from tests.diagnostics import asked_consent, given_consent, refusal_of

pytestmark = pytest.mark.clause("P12.1")


def begin(case: Case, people: Cast, when: str = "Tue 11:00") -> CloudAction:
    return actions.begin_cloud_action(case_id=case.pk, action="Copy 40 GB.", actor=people.lena, now=at(when))


def test_version_1_says_both(people: Cast, case: Case) -> None:
    consent = asked_consent(case, people.lena, "Tue 10:00")
    assert consent.text.version == 1
    assert "may charge us" in consent.text.words
    assert "not liable for extra costs, nor for harm" in consent.text.words


@pytest.mark.clause("P2.5", "P9.5")
def test_asking_is_a_word_to_the_contact_and_waits_for_them(people: Cast, case: Case) -> None:
    consent = asked_consent(case, people.lena, "Tue 10:00")
    assert fresh(case).status == Status.WAITING
    assert fresh(case).first_response_at == at("Tue 10:00")
    assert case.messages.get().body == consent.action
    assert last_event(case).facts["version"] == 1


def test_yes_says_who_when_and_to_which_words(people: Cast, case: Case) -> None:
    consent = given_consent(case, people.lena, "Tue 10:00", people.omar)
    assert (consent.answered_by, consent.answered_at, consent.given) == (people.omar, at("Tue 10:01"), True)
    assert fresh(case).status == Status.OPEN
    begun = begin(case, people)
    assert (begun.consent, begun.done_by, begun.began_at) == (consent, people.lena, at("Tue 11:00"))
    assert last_event(case).whole == {"action": begun.pk, "what": "Copy 40 GB.", "with_consent": True}


def test_without_a_request_no_work_begins(people: Cast, case: Case) -> None:
    assert "Ask first" in refusal_of(lambda: begin(case, people))
    assert not CloudAction.objects.exists()


def test_without_an_answer_no_work_begins(people: Cast, case: Case) -> None:
    asked_consent(case, people.lena, "Tue 10:00")
    assert "has not answered yet" in refusal_of(lambda: begin(case, people))


def test_after_a_no_no_work_begins(people: Cast, case: Case) -> None:
    asked = asked_consent(case, people.lena, "Tue 10:00")
    actions.answer_cloud_consent(consent_id=asked.pk, given=False, actor=people.priya, now=at("Tue 10:05"))
    assert "The contact declined" in refusal_of(lambda: begin(case, people))


def test_withdrawing_blocks_further_work(people: Cast, case: Case) -> None:
    consent = given_consent(case, people.lena, "Tue 10:00", people.priya)
    begin(case, people)
    actions.withdraw_cloud_consent(consent_id=consent.pk, actor=people.omar, now=at("Tue 11:30"))
    consent.refresh_from_db()
    assert (consent.withdrawn_by, consent.withdrawn_at) == (people.omar, at("Tue 11:30"))
    assert "withdrew their consent" in refusal_of(lambda: begin(case, people, "Tue 12:00"))
    before = events_of(case)
    actions.withdraw_cloud_consent(consent_id=consent.pk, actor=people.priya, now=at("Tue 11:31"))
    assert events_of(case) == before


def test_what_was_not_given_is_not_withdrawn(people: Cast, case: Case) -> None:
    asked = asked_consent(case, people.lena, "Tue 10:00")
    take = partial(actions.withdraw_cloud_consent, consent_id=asked.pk, now=at("Tue 10:05"))
    assert "no consent to take back" in refusal_of(partial(take, actor=people.priya))
    assert "Only the contact" in refusal_of(partial(take, actor=people.lena))


def test_new_words_need_a_new_consent_for_further_work(people: Cast, case: Case) -> None:
    old = given_consent(case, people.lena, "Tue 10:00", people.priya)
    begin(case, people)
    publish(people, "Charges may apply. No liability for harm.", 1, "Tue 12:00")
    assert "older words" in refusal_of(lambda: begin(case, people, "Tue 12:30"))
    new = given_consent(case, people.lena, "Tue 13:00", people.priya)
    assert (old.text.version, new.text.version) == (1, 2)
    assert begin(case, people, "Tue 14:00").consent == new


def publish(people: Cast, words: str, shown: int, when: str = "Tue 12:00") -> ConsentText:
    return actions.publish_consent_text(words=words, expected_version=shown, actor=people.ruth, now=at(when))


def test_words_are_published_by_managers_once(people: Cast) -> None:
    assert publish(people, "New words.", 1).version == 2
    assert publish(people, "New words.", 1).version == 2
    assert "Version 2 was published meanwhile" in refusal_of(lambda: publish(people, "Other words.", 1))
    assert "Write the words first" in refusal_of(lambda: publish(people, " ", 2))
    as_lena = partial(actions.publish_consent_text, words="Mine.", expected_version=2, now=at("Tue 12:00"))
    assert "Only managers" in refusal_of(partial(as_lena, actor=people.lena))
    assert ConsentText.objects.count() == 2


def test_a_second_answer_is_told_of_the_first(people: Cast, case: Case) -> None:
    consent = given_consent(case, people.lena, "Tue 10:00", people.priya)
    no = partial(actions.answer_cloud_consent, consent_id=consent.pk, given=False, now=at("Tue 10:10"))
    assert "Priya Raman agreed already" in refusal_of(partial(no, actor=people.omar))
    with pytest.raises(Case.DoesNotExist):
        no(actor=people.zoe)
    assert "Only the contact" in refusal_of(partial(no, actor=people.lena))


def test_a_new_request_takes_the_place_of_an_unanswered_one(people: Cast, case: Case) -> None:
    first = asked_consent(case, people.lena, "Tue 10:00")
    again = partial(
        actions.ask_for_cloud_consent, case_id=case.pk, action="Copy 80 GB.", actor=people.max, now=at("Tue 10:30")
    )
    assert "Lena Fischer asked the contact for consent meanwhile" in refusal_of(again)
    again(expected_id=first.pk)
    yes = partial(actions.answer_cloud_consent, consent_id=first.pk, given=True, now=at("Tue 10:35"))
    assert "was replaced by a newer one" in refusal_of(partial(yes, actor=people.priya))
    newest = CloudConsent.objects.latest("pk")
    actions.answer_cloud_consent(consent_id=newest.pk, given=True, actor=people.priya, now=at("Tue 10:36"))
    assert begin(case, people).consent == newest


# --- Done all the same ----------------------------------------------------------------------------------------------


def done_anyway(case: Case, people: Cast, **changed: object) -> CloudAction:
    said = {"action": "Deleted an old snapshot.", "because": "The volume ran full.", "done_at": at("Tue 10:30")}
    return actions.record_cloud_action_without_consent(
        case_id=case.pk,
        actor=people.lena,
        now=at("Tue 11:00"),
        **(said | changed),  # type: ignore[arg-type]
    )


def test_what_was_done_all_the_same_is_on_the_record_with_its_reason(people: Cast, case: Case) -> None:
    done = done_anyway(case, people)
    assert (done.consent, done.without_consent_because, done.began_at) == (
        None,
        "The volume ran full.",
        at("Tue 10:30"),
    )
    event = last_event(case)
    assert (event.kind, event.public) == (EventKind.CLOUD_ACTION_BEGUN, True)
    assert event.whole == {"action": done.pk, "what": "Deleted an old snapshot.", "with_consent": False}


def test_it_needs_a_reason_and_a_true_time(people: Cast, case: Case) -> None:
    assert "Say why it was done" in refusal_of(lambda: done_anyway(case, people, because=" "))
    for wrong in ("Tue 8:59", "Tue 11:01"):
        assert "Correct it" in refusal_of(lambda wrong=wrong: done_anyway(case, people, done_at=at(wrong)))
    with pytest.raises(IntegrityError), transaction.atomic():
        CloudAction.objects.create(case=case, action="x", done_by=people.lena, began_at=at("Tue 10:00"))


def test_a_manager_looks_at_it_once(people: Cast, case: Case) -> None:
    done = done_anyway(case, people)
    see = partial(actions.see_cloud_action, action_id=done.pk, now=at("Tue 12:00"))
    assert "Only managers" in refusal_of(partial(see, actor=people.lena))
    assert see(actor=people.ruth).seen_by == people.ruth
    assert see(actor=people.ruth).seen_at == at("Tue 12:00")
    assert "Ruth Adeyemi looked at this already" in refusal_of(partial(see, actor=people.ann))


@pytest.mark.clause("P9.6")
def test_a_closed_case_begins_no_work_but_tells_of_what_was_done(people: Cast, case: Case) -> None:
    given_consent(case, people.lena, "Tue 10:00", people.priya)
    builders.close(case, people.lena, at("Tue 10:45"))
    assert "closed cases stay closed" in refusal_of(lambda: begin(case, people))
    assert done_anyway(case, people).without_consent_because
