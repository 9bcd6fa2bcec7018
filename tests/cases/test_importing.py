"""Partners, people and cases of another help desk: looked through whole, brought over once, and nobody is told."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command

from cases import actions
from cases.api import partner_export
from cases.lifecycle import Status
from cases.models import (
    Case,
    CaseEvent,
    Closing,
    DeadlineKind,
    Dispatch,
    ImportedCase,
    MailFate,
    Membership,
    Notice,
    Partner,
    Survey,
    User,
)
from cases.rules import RuleBroken
from notifications import sweeps
from notifications.models import OutgoingMail
from tests.api.machine import Machine
from tests.builders import Cast, answer, at, deadline_of, details, fresh
from tests.cases.pages import browser_of, clock_at, get, words_of
from tests.inbox.post import case_of, deliver, letter

pytestmark = pytest.mark.django_db

NOON = at("Tue 12:00")
EXAMPLES = Path(__file__).resolve().parent.parent.parent / "docs" / "import"
RUTH = "ruth.adeyemi@probax.example"


def brought(noun: str, file: Path, *more: Any) -> str:
    """Run the command at noon and return what it says."""
    said = io.StringIO()
    with clock_at(NOON):
        call_command("import_records", noun, file, "--by", RUTH, *more, stdout=said)
    return said.getvalue()


def refused(noun: str, file: Path, *more: Any) -> list[str]:
    """Run the command, which finds something wrong, and return what it says, line by line."""
    said = io.StringIO()
    with clock_at(NOON), pytest.raises(CommandError) as found:
        call_command("import_records", noun, file, "--by", RUTH, *more, stdout=said)
    return [*said.getvalue().splitlines(), str(found.value)]


def bring_the_examples() -> list[str]:
    messages = ("--messages", EXAMPLES / "messages.csv", "--source", "Zendesk")
    return [
        brought("partners", EXAMPLES / "partners.csv"),
        brought("people", EXAMPLES / "people.csv"),
        brought("cases", EXAMPLES / "cases.csv", *messages),
    ]


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_the_examples_of_the_documentation_come_over_once(people: Cast) -> None:
    assert bring_the_examples() == [
        "2 partners brought over; 0 were here already.\n",
        "4 people brought over; 0 were here already.\n",
        "4 cases brought over; 0 were here already.\n",
    ]
    before = (Partner.objects.count(), User.objects.count(), Membership.objects.count(), Case.objects.count())
    assert [said.split(" brought")[0] for said in bring_the_examples()] == ["0 partners", "0 people", "0 cases"]
    assert "0 cases" in brought("cases", EXAMPLES / "cases.json", "--source", "Zendesk")
    assert before == (Partner.objects.count(), User.objects.count(), Membership.objects.count(), Case.objects.count())
    mia = User.objects.get(email="mia@hilltop.example")
    assert not mia.has_usable_password()
    assert mia.memberships.get().role == "administrator"
    assert not User.objects.get(email="sam@probax.example").works_here
    assert not Membership.objects.get(user__email="ada@cedar.example").is_active


def test_an_old_case_keeps_its_words_dates_and_end_and_has_no_promise(people: Cast) -> None:
    bring_the_examples()
    case = ImportedCase.objects.get(source="Zendesk", external_id="4711").case
    assert (case.reference, case.status, case.severity) == ("HLTR-1", Status.CLOSED, 2)
    assert case.logged_at == datetime(2025, 3, 3, 22, 12, tzinfo=UTC)
    assert case.first_response_at == datetime(2025, 3, 3, 23, 30, tzinfo=UTC)
    assert case.last_event_at == case.closed_at == datetime(2025, 3, 6, 4, 40, tzinfo=UTC)
    assert case.explanation.splitlines() == ["The nightly job stops at 98 %.", "It began on Tuesday."]
    words = list(case.messages.order_by("said_at").values_list("author__email", "kind", "by_staff"))
    assert words == [
        ("sam@probax.example", "reply", True),
        ("mia@hilltop.example", "reply", False),
        ("sam@probax.example", "note", True),
    ]
    assert Closing.objects.get(case=case).outcome == "fix"
    assert not case.deadlines.exists()
    assert not Survey.objects.exists()
    mia = browser_of(User.objects.get(email="mia@hilltop.example"), NOON)
    shown = words_of(get(mia, "/cases/HLTR-1/", NOON))
    assert "brought the case over from Zendesk, where it was 4711" in shown
    assert "Here it is: error 1603" in shown
    assert "gateway" not in shown
    # One that was closed without a word opens too, on either side.
    for reference in ("CEDR-1", "HLTR-1"):
        assert get(browser_of(people.lena, NOON), f"/desk/cases/{reference}/", NOON).status_code == 200


@pytest.mark.clause("P2.5")
def test_an_open_case_is_promised_from_the_import_on_and_lives_on(people: Cast) -> None:
    bring_the_examples()
    unanswered, answered = Case.objects.get(reference="HLTR-3"), Case.objects.get(reference="HLTR-2")
    assert (unanswered.status, answered.status) == (Status.NEW, Status.OPEN)
    promise = deadline_of(unanswered)
    assert (promise.kind, promise.started_at) == (DeadlineKind.FIRST_RESPONSE, NOON)
    assert unanswered.next_due_at == promise.due_at > NOON
    # What staff set themselves, and no promise to the contact.
    assert list(answered.deadlines.values_list("kind", flat=True)) == [DeadlineKind.UPDATE]
    answer(unanswered, people.lena, at("Tue 13:00"))
    assert deadline_of(fresh(unanswered)).kept is True
    jon = User.objects.get(email="jon@hilltop.example")
    actions.submit_case(
        partner_id=jon.memberships.get().partner_id, details=details(), severity=3, actor=jon, now=at("Tue 13:00")
    )
    assert Case.objects.latest("pk").reference == "HLTR-4"


def test_nobody_is_told_of_what_was_brought_over(people: Cast) -> None:
    bring_the_examples()
    assert not Dispatch.objects.exists()
    sweeps.dispatch_events(now=NOON)
    sweeps.warn_and_breach(now=NOON)
    assert not OutgoingMail.objects.exists()
    assert not Notice.objects.exists()
    assert set(CaseEvent.objects.values_list("kind", flat=True)) == {"case_imported"}


def test_every_problem_is_named_with_its_line_and_nothing_is_written(people: Cast, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "partners.csv",
        "code,name,home_desk,plan,trial_ends_at\n"
        "hltr,Hilltop,au,paid,\n"
        "OKAY,Okay,au,,\n"
        "TRYS,Try,mars,trial,\n"
        "OKAY,Northwind IT,au,gold,\n",
    )
    assert refused("partners", file, "--dry-run") == [
        "partners.csv, line 5, code: the same stands at partners.csv, line 3.",
        "partners.csv, line 2, code: This value does not match the required pattern.",
        "partners.csv, line 4, home_desk: There is nothing here that is called “mars”.",
        'partners.csv, line 5, plan: "gold" is not a valid choice.',
        "4 problems in 4 partners. Nothing was written.",
    ]
    refused("partners", file)
    assert not Partner.objects.filter(code="OKAY").exists()
    file = written(tmp_path, "p.csv", "code,name,home_desk,plan\nOKAY,Northwind IT,au,\nTRYS,Try,au,trial\n")
    assert refused("partners", file)[:2] == [
        "p.csv, line 2, name: Another partner has this name.",
        "p.csv, line 3, trial_ends_at: A trial needs the moment at which it ends.",
    ]


def test_problems_of_people_are_named(people: Cast, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "people.csv",
        "email,name,partner,role,zone\n"
        "a@x.example,A,HLTX,,\n"
        "b@x.example,B,,contact,\n"
        "lena.fischer@probax.example,Lena,NWIT,,\n"
        "c@x.example,C,NWIT,boss,\n"
        "d@x.example,D,NWIT,,Sydney\n"
        "priya.raman@nwit.example,P,,specialist,\n",
    )
    assert refused("people", file)[:-1] == [
        "people.csv, line 2, partner: There is nothing here that is called “HLTX”.",
        "people.csv, line 3, partner: A contact has a partner, a specialist has none.",
        "people.csv, line 4, email: This is the address of one of our own people.",
        'people.csv, line 5, role: "boss" is not a valid choice.',
        "people.csv, line 6, zone: There is no such time zone. Write it like Australia/Sydney.",
        "people.csv, line 7, email: This is a contact's address.",
    ]


def test_problems_of_cases_and_their_messages_are_named(people: Cast, tmp_path: Path) -> None:
    right = {
        "external_id": "1", "partner": "NWIT", "contact": "priya.raman@nwit.example", "title": "x", "explanation": "y",
        "severity": 3, "logged_at": "2026-11-20T10:00:00+11:00",
    }  # fmt: skip
    word = {"author": "priya.raman@nwit.example", "said_at": "2026-11-20T11:00:00+11:00", "body": "z"}
    file = tmp_path / "cases.json"
    cases = [
        right | {"contact": "zoe.keller@bhms.example", "severity": 5},
        right | {"external_id": "2", "contact": "zoe.keller@bhms.example"},
        right | {"external_id": "3", "closed_at": "2026-11-19T10:00:00Z", "outcome": "merged"},
        right | {"external_id": "4", "closed_at": "2026-11-19T10:00:00Z", "assignee": "priya.raman@nwit.example"},
        right | {"external_id": "5", "outcome": "fix", "logged_at": "2026-11-20T10:00:00Z"},
        right | {"external_id": "6", "messages": [word, word | {"internal": True}, word | {"author": "no@x.example"}]},
        right | {"external_id": "7", "logged_at": "2027-01-01T00:00:00Z", "messages": ["Hello"]},
    ]
    file.write_text(json.dumps(cases))
    said = [line.removeprefix("cases.json, ") for line in refused("cases", file)]
    assert said == [
        "record 1, severity: Ensure this value is less than or equal to 4.",
        "record 2, contact: This person does not write for the partner. Bring people over first.",
        'record 3, outcome: "merged" is not a valid choice.',
        "record 4, assignee: A case is assigned to one of our own people who may log in.",
        "record 4, closed_at: This is before the case was logged.",
        "record 5, closed_at: A case with an outcome has the moment at which it was closed.",
        "record 6, message 2, internal: Only our own people write internal notes.",
        "record 6, message 3, author: There is nothing here that is called “no@x.example”.",
        "record 7, logged_at: This has not come yet.",
        "record 7, message 1, non_field_errors: Invalid data. Expected a dictionary, but got str.",
        "10 problems in 7 cases. Nothing was written.",
    ]
    assert not Case.objects.exists()


def test_messages_of_a_file_are_named_by_their_own_lines(people: Cast, tmp_path: Path) -> None:
    cases = written(
        tmp_path,
        "cases.csv",
        "external_id,partner,contact,title,explanation,severity,logged_at\n"
        '1,NWIT,priya.raman@nwit.example,x,"two\nlines",3,2026-11-20T10:00:00Z\n'
        "2,NWIT,priya.raman@nwit.example,x,y,high,2026-11-20T10:00:00Z\n",
    )
    messages = written(
        tmp_path,
        "words.csv",
        "case,author,said_at,body\n9,priya.raman@nwit.example,2026-11-20T10:00:00Z,x\n1,omar@x.example,yesterday,x\n",
    )
    said = refused("cases", cases, "--messages", messages)
    assert [line.partition(" has wrong format")[0] for line in said[:3]] == [
        "words.csv, line 2, case: there is no such case in the file of cases.",
        "words.csv, line 3, author: There is nothing here that is called “omar@x.example”.",
        "words.csv, line 3, said_at: Datetime",
    ]
    assert said[3] == "cases.csv, line 4, severity: A valid integer is required."


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("p.csv", b"code,nome\n", "p.csv, line 1: there is no field “nome”. Fields are code, name,"),
        ("p.csv", b"code,name\nA,B,C\n", "p.csv, line 2: it has 3 cells, and there are 2 columns."),
        ("p.csv", b'code,name\nA,"B"x\n', "p.csv, line 2: "),
        ("p.csv", b"code\n\xff\n", "p.csv: byte 6 is not UTF-8."),
        ("p.csv", b"code\n\0\n", "p.csv: there is a zero byte in it"),
        ("p.json", b'[{"code": }]', "p.json, line 1, column 11: this is no JSON."),
        ("p.json", b"{}", "p.json: a list of records is wanted"),
        ("p.json", b"[1]", "p.json, record 1: an object is wanted"),
        ("p.json", b'[{"kode": "A"}]', "p.json, record 1: there is no field “kode”."),
        ("p.xls", b"", "p.xls: a file ends in .csv or .json."),
    ],
)
def test_a_file_that_is_no_list_of_records_is_refused(
    people: Cast, tmp_path: Path, name: str, text: bytes, words: str
) -> None:
    file = tmp_path / name
    file.write_bytes(text)
    assert refused("partners", file)[-1].startswith(words)


def test_a_dry_run_writes_nothing(people: Cast) -> None:
    assert (
        brought("partners", EXAMPLES / "partners.csv", "--dry-run")
        == "All 2 partners are right. Nothing was written.\n"
    )
    assert Partner.objects.count() == 2


def test_only_managers_bring_over(people: Cast) -> None:
    for name in ("lena.fischer@probax.example", "nobody@x.example"):
        with pytest.raises(CommandError, match="is no manager here"):
            call_command("import_records", "partners", EXAMPLES / "partners.csv", "--by", name)
    with pytest.raises(CommandError, match="belongs to cases"):
        call_command("import_records", "people", EXAMPLES / "people.csv", "--by", RUTH, "--messages", "x.csv")
    person = actions.ImportedPerson("x@x.example", "X", people.northwind.pk, "contact")
    with pytest.raises(RuleBroken, match="Only managers"):
        actions.import_person(person=person, actor=people.lena, now=NOON)


# --- The number a case had there --------------------------------------------------------------------------------------


def test_the_old_number_finds_the_case_on_every_list_and_stands_on_its_page(people: Cast) -> None:
    bring_the_examples()
    mia = User.objects.get(email="mia@hilltop.example")
    for person, listed, page in (
        (people.lena, "/desk/cases/?q=%234711", "/desk/cases/HLTR-1/"),
        (mia, "/cases/?q=4711", "/cases/HLTR-1/"),
    ):
        browser = browser_of(person, NOON)
        found = words_of(get(browser, listed, NOON))
        assert "HLTR-1" in found
        assert "HLTR-3" not in found
        assert "Ticket number 4711 Zendesk" in words_of(get(browser, page, NOON))
    # An open one, in the queue.
    assert "HLTR-3" in words_of(get(browser_of(people.lena, NOON), "/desk/?q=4714", NOON))
    zoe = browser_of(people.zoe, NOON)
    assert "HLTR-1" not in words_of(get(zoe, "/cases/?q=4711", NOON))


def test_the_old_number_filters_the_api_and_is_told_there_and_in_the_export(people: Cast) -> None:
    bring_the_examples()
    lena = Machine(people.lena, NOON)
    found = lena.get("cases/?ticket_number=4711").json()["results"]
    assert [case["reference"] for case in found] == ["HLTR-1"]
    assert lena.get("cases/HLTR-1/").json()["ticket_number"] == "4711"
    hilltop = Partner.objects.get(code="HLTR")
    parts = partner_export.parts_of(hilltop, Case.objects.all(), now=NOON)
    told = json.loads(ZipFile(io.BytesIO(b"".join(parts))).read("cases.json"))
    assert sorted((case["reference"], case["ticket_number"]) for case in told) == [
        ("HLTR-1", "4711"),
        ("HLTR-2", "4713"),
        ("HLTR-3", "4714"),
    ]


@pytest.mark.parametrize(
    ("subject", "answers"),
    [
        ("Re: [#4714] New server does not show", True),
        ("Re: Ticket 4714: New server", True),
        ("RE: case no. 4714", True),
        # A number that nothing marks is any number.
        ("4714 files are missing", False),
        ("Port 4714 is closed", False),
        ("In case 4714 fails again", False),
        ("Backup (4714 files) fails", False),
        # Of a case of another partner.
        ("Re: [#4712] Slow restores", False),
    ],
)
def test_the_old_number_in_a_subject_answers_its_case(people: Cast, subject: str, answers: bool) -> None:
    bring_the_examples()
    mia = User.objects.get(email="mia@hilltop.example")
    came = deliver(letter(mia, subject), NOON)
    if answers:
        assert (came.fate, case_of(came).reference) == (MailFate.REPLY, "HLTR-3")
    else:
        assert came.fate == MailFate.NEW_CASE


def test_a_number_of_letters_and_digits_needs_no_mark_and_one_of_two_cases_is_none(people: Cast) -> None:
    bring_the_examples()
    mia = User.objects.get(email="mia@hilltop.example")
    ImportedCase.objects.filter(external_id="4714").update(external_id="INC0042")
    assert case_of(deliver(letter(mia, "About inc0042"), NOON)).reference == "HLTR-3"
    ImportedCase.objects.filter(external_id="4713").update(external_id="INC0042", source="Remedy")
    assert deliver(letter(mia, "Again INC0042"), NOON).fate == MailFate.NEW_CASE
