"""The five outcomes, each as a case that lives through its days with its mails (P9.7)."""

from datetime import date

import pytest

from cases import actions
from cases.models import Case, Milestone, Workaround
from cases.rules import Outcome
from tests.builders import Cast, answer, at, deadline_of, fresh, logged_case, update_of
from tests.cases.test_plans import add, set_state
from tests.journeys.test_two_weeks import LENA, PRIYA, RUTH, Postbox

pytestmark = pytest.mark.clause("P9.7")

OMAR = "omar.haddad@nwit.example"
TITLE = "Restores are slow"


@pytest.fixture
def post_box() -> Postbox:
    return Postbox()


def opened(people: Cast, post_box: Postbox, *, severity: int = 3) -> Case:
    """Log a case on Thursday morning that Lena takes and answers within the hour."""
    case = logged_case(people.priya, at("Thu 15 Jan 9:00"), severity=severity)
    actions.assign_case(
        case_id=case.pk, assignee_id=people.lena.pk, expected_id=None, actor=people.lena, now=at("Thu 15 Jan 9:20")
    )
    answer(case, people.lena, at("Thu 15 Jan 9:30"), "We look into it.")
    post_box.at(at("Thu 15 Jan 9:30:30"))
    return case


def closed(case: Case, people: Cast, outcome: Outcome, detail: str, when: str) -> Case:
    return actions.close_case(
        case_id=case.pk,
        outcome=outcome,
        explanation="We found the cause.",
        detail=detail,
        actor=people.lena,
        now=at(when),
    )


@pytest.mark.parametrize(
    ("outcome", "detail", "says"),
    [
        (Outcome.FIX, "Agent 6.2", "How it ended: Software update or fix"),
        (Outcome.WORKAROUND, "Restart the agent at 5:00.", "How it ended: Permanent workaround"),
        (Outcome.ENVIRONMENT, "Your network team.", "Changing it is out of the scope of our support policy."),
        (Outcome.FEATURE_REQUEST, "The Ideas Portal.", "How it ended: Feature request or customisation"),
    ],
)
def test_what_closes_a_case_tells_the_contact_what_it_needs(
    people: Cast, post_box: Postbox, outcome: Outcome, detail: str, says: str
) -> None:
    case = opened(people, post_box)
    # On Friday morning an update is due, and Lena gives it.
    due = (LENA, f"[NWIT-1] Update due by Fri 16 Jan, 17:00 Sydney: {TITLE}")
    assert post_box.at(at("Fri 16 Jan 8:00")) == [due]
    answer(case, people.lena, at("Fri 16 Jan 16:00"), "We know more on Monday.")
    assert post_box.at(at("Fri 16 Jan 16:00:30")) == [(PRIYA, f"[NWIT-1] Lena Fischer replied: {TITLE}")]
    closed(case, people, outcome, detail, "Mon 19 Jan 10:00")
    # Of an update that was due that day nothing is said any more; the mail waits out its minute.
    assert post_box.at(at("Mon 19 Jan 10:00:30")) == []
    mail = (PRIYA, f"[NWIT-1] Closed: {TITLE}")
    assert post_box.at(at("Mon 19 Jan 10:01")) == [mail]
    text = post_box.texts[mail]
    assert says in text
    assert detail in text
    assert "We found the cause." in text
    assert "/survey/" in text
    assert post_box.at(at("Fri 27 Feb 9:00")) == []


@pytest.mark.clause("P2.6", "P9.2")
def test_a_temporary_workaround_lets_the_night_be_quiet(people: Cast, post_box: Postbox) -> None:
    case = opened(people, post_box, severity=1)
    assert update_of(case).due_at == at("Thu 15 Jan 10:30")
    actions.record_workaround(
        case_id=case.pk, words="Use the second repository.", actor=people.lena, now=at("Thu 15 Jan 16:40")
    )
    late = f"[NWIT-1] Update overdue since Thu 15 Jan, 10:30 Sydney: {TITLE}"
    sent = post_box.at(at("Thu 15 Jan 16:40:30"))
    told = (PRIYA, f"[NWIT-1] Workaround in place: {TITLE}")
    assert told in sent
    assert (LENA, late) not in sent
    assert "Use the second repository." in post_box.texts[told]
    # Twenty minutes until the desk closes, forty on Friday: nobody is woken in between.
    assert post_box.at(at("Thu 15 Jan 23:00")) == []
    assert post_box.at(at("Fri 16 Jan 8:25")) == [(LENA, f"[NWIT-1] Update due by Fri 16 Jan, 08:40 Sydney: {TITLE}")]
    workaround = Workaround.objects.get()
    actions.workaround_failed(
        case_id=case.pk,
        workaround_id=workaround.pk,
        failure="It stops.",
        actor=people.priya,
        now=at("Fri 16 Jan 8:30"),
    )
    assert (LENA, f"[NWIT-1] The workaround does not hold: {TITLE}") in post_box.at(at("Fri 16 Jan 8:30:30"))
    assert fresh(case).is_open


def test_an_action_plan_is_lived_through_by_both_sides(people: Cast, post_box: Postbox) -> None:
    case = opened(people, post_box)
    actions.make_plan(case_id=case.pk, summary="Move to the new agent.", actor=people.lena, now=at("Thu 15 Jan 10:00"))
    disk = add(case, "Free some disk", people.omar, people.lena, due_on=date(2026, 1, 16), when="Thu 15 Jan 10:05")
    install = add(
        case,
        "Install",
        people.lena,
        people.lena,
        due_on=date(2026, 1, 27),
        when="Thu 15 Jan 10:06",
        after=[disk.pk],
    )
    assert post_box.at(at("Thu 15 Jan 10:10")) == [
        (PRIYA, f"[NWIT-1] An action plan: {TITLE}"),
        (OMAR, "[NWIT-1] For you to do: Free some disk"),
    ]
    # Friday: Omar is reminded in the morning, and on Friday evening his step is overdue.
    assert (OMAR, "[NWIT-1] Due today on your side: Free some disk") in post_box.at(at("Fri 16 Jan 8:00"))
    assert (OMAR, "[NWIT-1] Overdue on your side: Free some disk") in post_box.at(at("Fri 16 Jan 17:00:01"))
    set_state(disk, "done", people.omar, "Mon 19 Jan 9:00")
    assert (LENA, "[NWIT-1] Done: Free some disk") in post_box.at(at("Mon 19 Jan 9:00:30"))
    # Monday 26 January is a holiday; ours is due on Tuesday and is missed.
    assert deadline_of(case).due_at == at("Tue 27 Jan 17:00")
    due = (LENA, "[NWIT-1] Due by Tue 27 Jan, 17:00 Sydney: Install")
    assert due in post_box.at(at("Tue 27 Jan 8:00"))
    sent = post_box.at(at("Tue 27 Jan 17:00:01"))
    overdue = "[NWIT-1] Overdue since Tue 27 Jan, 17:00 Sydney: Install"
    assert [(to, subject) for to, subject in sent if subject == overdue] == [(LENA, overdue), (RUTH, overdue)]
    set_state(install, "done", people.lena, "Wed 28 Jan 9:00")
    assert (PRIYA, "[NWIT-1] Done: Install") in post_box.at(at("Wed 28 Jan 9:00:30"))
    assert deadline_of(case).kept is False
    assert not Milestone.objects.filter(settled_at=None).exists()
    # The plan closed nothing; a fix does.
    assert fresh(case).is_open
    closed(case, people, Outcome.FIX, "Agent 6.2", "Wed 28 Jan 10:00")
    assert post_box.at(at("Wed 28 Jan 10:01")) == [(PRIYA, f"[NWIT-1] Closed: {TITLE}")]
