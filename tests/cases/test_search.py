"""Search finds everything that the reader may see, and nothing else; the same on both databases."""

from collections.abc import Callable

import pytest
from django.db import connection

from cases import actions, case_search
from cases.case_search import SAMPLE
from cases.models import Case, Message, User
from cases.web.hits import marks_of
from tests.builders import Cast, answer, at, logged_case, new_partner, say, upload

NOON = at("Tue 12:00")
Find = Callable[[str], set[str]]


@pytest.fixture
def cases(people: Cast) -> None:
    """Three cases that share few words."""
    disk = logged_case(people.priya, at("Tue 9:00"), title="Disk of BK-02 is full", error_messages="VSS 0x80042306")
    slow = logged_case(people.omar, at("Tue 9:10"), title="Restore läuft langsam", explanation="100% CPU_load on SQL.")
    logged_case(people.zoe, at("Tue 9:20"), title="Mails arrive twice", effect="Nobody reads them.")
    say(disk, people.priya, at("Tue 9:30"), body="The agent says error-1603 again.")
    answer(slow, people.lena, at("Tue 9:40"), body="Please send us the logfile of Übernacht.")
    actions.write_note(case_id=slow.pk, body="They never patch.", actor=people.lena, now=at("Tue 9:50"))
    actions.reply_as_contact(
        case_id=slow.pk, body="Here.", uploads=[upload("agent_2026.log")], actor=people.omar, now=at("Tue 10:00")
    )


def finder(reader: User) -> Find:
    def find(words: str) -> set[str]:
        return set(Case.objects.visible_to(reader).matching(words, reader, NOON).values_list("reference", flat=True))

    return find


DISK, SLOW, TWICE = "NWIT-1", "NWIT-2", "BHMS-1"
FOUND = {
    "nwit": {DISK, SLOW},
    "NWIT-2": {SLOW},
    "disk": {DISK},
    "dis": {DISK},
    "isk": set(),
    "bk-02": {DISK},
    "BK 02": {DISK},
    "02-bk": set(),
    "0x8004": {DISK},
    "error 1603": {DISK},
    "error-1603": {DISK},
    "1603-error": set(),
    "LÄUFT": {SLOW},
    "übernacht": {SLOW},
    "cpu": {SLOW},
    "load": {SLOW},
    "patch": {SLOW},
    "agent": {DISK, SLOW},
    "agent_2026.log": {SLOW},
    "agent disk": {DISK},
    "omar": {SLOW},
    "omar patch": {SLOW},
    "omar disk": set(),
    "zoe.keller@bhms": {TWICE},
    "blue harbor": {TWICE},
    "them twice": {TWICE},
    "%": set(),
    "' | x": set(),
    "'); --": set(),
    "": set(),
}


@pytest.mark.usefixtures("cases")
def test_staff_find_words_wherever_they_stand(people: Cast) -> None:
    find = finder(people.lena)
    assert {words: find(words) for words in FOUND} == FOUND


@pytest.mark.usefixtures("cases")
def test_a_contact_finds_nothing_by_what_they_may_not_read(people: Cast) -> None:
    find = finder(people.omar)
    assert find("patch") == set()
    assert find("twice") == set()
    # Our reply of twenty past can no longer be taken back, so it is theirs to read.
    assert find("übernacht") == {SLOW}
    people.omar.memberships.update(sees_all_cases=False)
    assert find("agent") == {SLOW}


@pytest.mark.usefixtures("cases")
def test_a_removed_secret_is_found_no_more(people: Cast) -> None:
    case = Case.objects.get(reference=DISK)
    actions.redact_text(case_id=case.pk, secret="error-1603", reason="x", actor=people.lena, now=NOON)
    assert finder(people.lena)("1603") == set()


def test_a_very_long_text_is_kept_and_found_by_its_beginning(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    say(case, people.priya, at("Tue 9:30"), body="beginning " + " ".join(f"word{n}" for n in range(30_000)))
    assert finder(people.lena)("beginning") == {"NWIT-1"}


def test_a_new_name_finds_the_case_of_before(people: Cast) -> None:
    partner, person = new_partner(1)
    logged_case(person, at("Tue 9:00"))
    type(partner).objects.filter(pk=partner.pk).update(name="Renamed Company")
    assert len(finder(people.lena)("renamed")) == 1


@pytest.mark.parametrize("typed", ["+61 2 7251 7944", "(02) 7251-7944", "0272517944"])
def test_a_telephone_number_finds_the_cases_of_whoever_has_it(people: Cast, typed: str) -> None:
    logged_case(people.priya, at("Tue 9:00"), contact_phone="02 7251 7944")
    logged_case(people.omar, at("Tue 9:10"))
    User.objects.filter(pk=people.omar.pk).update(phone="+61272517944")
    logged_case(people.zoe, at("Tue 9:20"), contact_phone="02 7251 7955")
    assert finder(people.lena)(typed) == {"NWIT-1", "NWIT-2"}
    # What is known of a colleague is for staff; what stands in the case is for whoever sees it.
    assert finder(people.priya)(typed) == {"NWIT-1"}
    assert finder(people.zoe)(typed) == set()


def said_often(case_of: User, by: User, body: str, *, kind: str = "reply") -> None:
    """Make a word common: most of the messages hold it."""
    case = Case.objects.filter(contact=case_of).latest("pk")
    Message.objects.bulk_create(
        Message(case=case, kind=kind, author=by, by_staff=by.works_here, channel="portal", body=body, said_at=NOON)
        for _ in range(SAMPLE)
    )


@pytest.mark.usefixtures("cases")
def test_common_words_are_found_like_rare_ones(people: Cast) -> None:
    find = finder(people.lena)
    said_often(people.omar, people.omar, "Agent, CPU and load of NWIT.")
    assert {words: find(words) for words in FOUND} == FOUND
    said_often(people.priya, people.priya, "Disk.")
    assert find("disk agent") == find("agent disk") == {DISK}


TEXTS = [
    "BK-02 is full", "XBK 02, then bk 02", "bk_02", "bkü 02", "bk-029", "BK\n02.", "xbackup", "übackup, backups",
    "Die Straße läuft", "DIE STRASSE LÄUFT", "Übernacht", "It is drive E.", "Or else", "else: eé, e", "сбой СБОЙ",
    "backup<b>02</b>", "10backup", "नमस्ते दुनिया", "สวัสดี", "Übersicht.pdf", "U\u0308BERSICHT.PDF", "",
]  # fmt: skip
WORDS = [
    "bk-02", "bk", "02", "backup", "backups", "straße", "läuft", "übernacht", "e", "else", "сбой", "e 02", "नमस्ते",
    "สวัส", "❤\ufe0f backup", "none",
]  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_a_text_that_is_read_holds_what_it_is_looked_up_by(people: Cast, words: str) -> None:
    case, terms = logged_case(people.priya, at("Tue 9:00")), case_search.terms_in(words)
    Message.objects.bulk_create(
        Message(case=case, author=people.priya, by_staff=False, kind="reply", channel="portal", body=body, said_at=NOON)
        for body in TEXTS
    )
    looked_up, read = (
        set(Message.objects.filter(ways(["body"], terms)).values_list("body", flat=True))
        for ways in (case_search.holds, case_search.holds_here)
    )
    assert read == looked_up
    assert bool(read) == (words != "none")


@pytest.mark.parametrize("typed", ["übersicht", "U\u0308bersicht.pdf", "ÜBER"])
def test_a_letter_with_a_mark_is_found_in_one_and_apart(people: Cast, typed: str) -> None:
    """A Mac names files with the marks apart."""
    for body in ("Übersicht.pdf", "u\u0308bersicht.pdf", "Ubersicht.pdf"):
        say(logged_case(people.priya, at("Tue 9:00")), people.priya, at("Tue 9:30"), body)
    assert finder(people.lena)(typed) == {"NWIT-1", "NWIT-2"}
    marks = marks_of(typed)
    assert marks is not None
    assert marks.search("Die U\u0308bersicht.pdf")


# The locale of the PostgreSQL that tests have is C, in which no letter but those of ASCII is small or capital.
@pytest.mark.sqlite
@pytest.mark.parametrize("typed", ["İstanbul", "istanbul", "ISTANBUL"])
def test_a_turkish_name_is_found_as_it_is_written(people: Cast, typed: str) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    type(people.northwind).objects.filter(pk=people.northwind.pk).update(name="İstanbul Bilişim")
    assert finder(people.lena)(typed) == {"NWIT-1"}


@pytest.mark.usefixtures("cases")
def test_a_common_word_is_known_as_one_while_the_newest_messages_tell_of_something_else(people: Cast) -> None:
    said_often(people.omar, people.omar, "The agent stops.")
    said_often(people.priya, people.priya, "The disk is full.")
    agent, disk, printer = case_search.terms_in("agent disk printer")
    found = case_search.common_among_messages([agent, disk, printer])
    assert found == {agent, disk}


@pytest.mark.usefixtures("cases")
def test_a_contact_finds_nothing_by_common_words_of_notes(people: Cast) -> None:
    said_often(people.omar, people.lena, "They never patch.", kind="note")
    assert finder(people.omar)("patch") == set()
    assert finder(people.lena)("patch") == {SLOW}


@pytest.mark.postgres
@pytest.mark.usefixtures("cases")
def test_a_word_is_looked_up_without_helpers_however_cheap_they_seem() -> None:
    with connection.cursor() as cursor:
        for cost in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"):
            cursor.execute(f"SET LOCAL {cost} = 0")
    messages, disk = Message.objects.all(), case_search.terms_in("disk")
    assert "Gather" in messages.filter(case_search.holds(["body"], disk)).explain()
    assert "Gather" not in case_search.holding(messages, ["body"], disk).explain()


@pytest.mark.usefixtures("cases")
def test_a_number_that_everybody_writes_still_finds_whoever_has_it(people: Cast) -> None:
    said_often(people.omar, people.omar, "Call us on 02 7251 7944.")
    Case.objects.filter(reference=TWICE).update(contact_phone="+61272517944")
    assert finder(people.lena)("02 7251 7944") == {SLOW, TWICE}


@pytest.mark.usefixtures("cases")
def test_one_letter_is_a_word_and_no_beginning(people: Cast) -> None:
    say(Case.objects.get(reference=DISK), people.priya, at("Tue 11:00"), body="It is drive E.")
    find = finder(people.lena)
    assert find("e") == {DISK}
    assert find("e 1603") == {DISK}
    marks = marks_of("e")
    assert marks is not None
    assert marks.findall("Drive E, else none; e.") == ["E", "e"]
