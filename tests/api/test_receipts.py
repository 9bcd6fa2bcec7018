"""One act for one key: the same request again, from anywhere and after anything, does nothing twice."""

import os

import pytest
from django.db import connections
from pytest_django import Settings

from cases import actions
from cases.models import Case, KeptRequest, MembershipRole, Message, Partner, Plan, Receipt
from notifications import sweeps
from notifications.models import Webhook
from tests import builders
from tests.api.machine import Machine
from tests.api.operations import NEW
from tests.api.world import NOON
from tests.builders import Cast, all_at_once, answer, at, close
from tests.cases.pages import clock_at

# How a process ends that dies on purpose.
DIED = 7


def test_the_same_key_again_gets_the_same_answer(people: Cast, priyas: Machine) -> None:
    first = priyas.post("cases/", NEW, Idempotency_Key="k-1")
    answer(Case.objects.get(), people.lena, NOON)
    again = priyas.post("cases/", NEW, Idempotency_Key="k-1")
    assert Case.objects.count() == 1
    assert (again.status_code, again.json(), again["ETag"]) == (201, first.json(), first["ETag"])
    assert again["Idempotent-Replayed"] == "true"


def test_a_key_with_another_body_is_a_mistake(people: Cast, priyas: Machine) -> None:
    priyas.post("cases/", NEW, Idempotency_Key="k-1")
    refused = priyas.post("cases/", NEW | {"title": "Another"}, Idempotency_Key="k-1")
    assert (refused.status_code, refused.json()["code"]) == (422, "key_used_for_another_request")
    assert Case.objects.count() == 1


def test_a_key_without_end_is_refused(people: Cast, priyas: Machine) -> None:
    refused = priyas.post("cases/", NEW, Idempotency_Key="k" * 256)
    assert (refused.status_code, refused.json()["code"]) == (422, "key_too_long")


def test_two_people_may_use_the_same_key(people: Cast, case: Case, priyas: Machine) -> None:
    omars = Machine(people.omar, NOON)
    for machine in (priyas, omars):
        assert machine.post("cases/NWIT-1/messages/", {"body": "Yes."}, Idempotency_Key="k").status_code == 201
    assert Message.objects.count() == 2


def test_an_act_whose_answer_was_lost_is_answered_as_the_case_stands(people: Cast, case: Case, priyas: Machine) -> None:
    said = {"body": "It is version 6.1."}
    priyas.post("cases/NWIT-1/messages/", said, Idempotency_Key="k-2")
    # As if the process had died after the commit.
    Receipt.objects.update(status_code=None, answer=None)
    again = priyas.post("cases/NWIT-1/messages/", said, Idempotency_Key="k-2")
    assert (again.status_code, again["Idempotent-Replayed"]) == (201, "true")
    assert Message.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["cases/", "manager-requests/"])
def test_a_process_that_dies_between_commit_and_answer_did_it_once(transactional_db: None, address: str) -> None:
    machine = Machine(builders.cast().priya, NOON)
    said = NEW if address == "cases/" else {"partner": "NWIT", "words": "About our plan."}
    # Each process opens its own connection.
    connections.close_all()
    dying = os.fork()
    if not dying:
        # Whoever is woken is woken right after the commit.
        actions.wake_on_commit(lambda: os._exit(DIED))
        machine.post(address, said, Idempotency_Key="k")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(dying, 0)[1]) == DIED
    assert Receipt.objects.get().answer is None
    again = machine.post(address, said, Idempotency_Key="k")
    assert (again.status_code, again["Idempotent-Replayed"]) == (201, "true")
    assert Case.objects.get().reference == again.json()["reference"]


def test_a_refused_act_leaves_no_receipt(people: Cast, case: Case, priyas: Machine) -> None:
    close(case, people.lena, at("Tue 11:00"))
    refused = priyas.post("cases/NWIT-1/messages/", {"body": "Hello"}, Idempotency_Key="k-3")
    assert refused.status_code == 422
    assert not Receipt.objects.exists()


def test_after_a_day_a_key_is_free_again(people: Cast, priyas: Machine) -> None:
    priyas.post("cases/", NEW, Idempotency_Key="k-1")
    priyas.now = at("Wed 12:01")
    assert priyas.post("cases/", NEW | {"title": "Another"}, Idempotency_Key="k-1").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_one_key_from_ten_connections_at_once_is_one_case(transactional_db: None) -> None:
    machine = Machine(builders.cast().priya, NOON)
    with clock_at(NOON):
        answers = all_at_once([lambda: machine.post("cases/", NEW, Idempotency_Key="k")] * 10)
    assert {answered.status_code for answered in answers} == {201}  # type: ignore[union-attr]
    assert Case.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_key_from_ten_connections_at_once_is_one_word_on_the_case_as_it_was_read(transactional_db: None) -> None:
    machine = Machine(builders.cast().priya, NOON)
    tag = machine.post("cases/", NEW)["ETag"]
    with clock_at(NOON):
        answers = all_at_once(
            [lambda: machine.post("cases/NWIT-1/messages/", {"body": "Yes."}, Idempotency_Key="k", If_Match=tag)] * 10
        )
    assert {answered.status_code for answered in answers} == {201}  # type: ignore[union-attr]
    assert Message.objects.count() == 1


def test_the_key_of_a_kept_request_is_no_other_requests(people: Cast, priyas: Machine) -> None:
    Partner.objects.update(plan=Plan.LAPSED)
    priyas.post("cases/", NEW, Idempotency_Key="k-1")
    refused = priyas.post("cases/", NEW | {"title": "Another"}, Idempotency_Key="k-1")
    assert (refused.status_code, refused.json()["code"]) == (422, "key_used_for_another_request")
    assert KeptRequest.objects.count() == 1


def test_a_webhook_is_made_once_and_its_secret_told_again(people: Cast, priyas: Machine, settings: Settings) -> None:
    settings.REACH_PRIVATE_NETWORK = True
    said = {"partner": "NWIT", "name": "tickets", "url": "http://127.0.0.1:9/hook"}
    first, again = (priyas.post("webhooks/", said, Idempotency_Key="k-1") for _time in range(2))
    assert (again.status_code, again.json()) == (201, first.json())
    assert Webhook.objects.count() == 1
    # A secret lies nowhere in clear.
    assert Receipt.objects.get().answer is None


def test_whoever_leads_the_company_no_more_is_told_no_secret_again(
    people: Cast, priyas: Machine, settings: Settings
) -> None:
    settings.REACH_PRIVATE_NETWORK = True
    said = {"partner": "NWIT", "name": "tickets", "url": "http://127.0.0.1:9/hook"}
    made = priyas.post("webhooks/", said, Idempotency_Key="k-1").json()
    people.priya.memberships.update(role=MembershipRole.CONTACT)
    people.omar.memberships.update(role=MembershipRole.ADMINISTRATOR)
    # So that whoever knows the old one knows nothing any more.
    Machine(people.omar, NOON).post(f"webhooks/{made['id']}/secret/")
    again = priyas.post("webhooks/", said, Idempotency_Key="k-1")
    assert (again.status_code, "secret" in again.json()) == (404, False)


def test_the_same_words_with_another_file_are_another_request(people: Cast, case: Case, priyas: Machine) -> None:
    def send(content: str) -> int:
        said = {"body": "The log.", "file": builders.text_file(content=content)}
        return int(priyas.send_file("cases/NWIT-1/files/", said, Idempotency_Key="k-1").status_code)

    assert [send("error 1603"), send("error 1603"), send("error 1604")] == [201, 201, 422]
    assert case.attachments.count() == 1


def test_receipts_are_thrown_away_after_a_day(people: Cast, case: Case, priyas: Machine) -> None:
    priyas.post("cases/NWIT-1/messages/", {"body": "It is 6.1."}, Idempotency_Key="k-1")
    assert sweeps.forget_receipts(now=at("Wed 12:00")) == 0
    assert sweeps.forget_receipts(now=at("Wed 12:01")) == 1
    assert not Receipt.objects.exists()
