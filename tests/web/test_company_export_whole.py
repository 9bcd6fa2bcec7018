"""Whatever a partner gave, was promised or agreed to is in its export: every table that leads to it, or why not."""

import json
from typing import Any

import pytest
from django.apps import apps

from cases import actions
from cases.models import Case, ChargeReview, FeatureRequest, Membership, Partner, Plan, Survey, User
from tests import builders
from tests.builders import Cast, at, close, logged_case
from tests.fullest import fullest_case
from tests.web.test_company_export import NOON, cases_in, downloaded

pytestmark = pytest.mark.django_db

# By the noun under which a case tells of them.
OF_A_CASE = {
    "cases.ActionPlan": "plans",
    "cases.Attachment": "files",
    "cases.CaseEvent": "events",
    "cases.ChargeReview": "charges",
    "cases.Closing": "closings",
    "cases.CloudAction": "cloud_actions",
    "cases.CloudConsent": "consents",
    "cases.Deadline": "deadlines",
    "cases.DiagnosticRequest": "diagnostics",
    "cases.FeatureRequestCase": "feature_requests",
    "cases.Investigation": "investigations",
    "cases.ManagerRequest": "manager_requests",
    "cases.Message": "messages",
    "cases.RemoteSession": "remote_sessions",
    "cases.ResourceAbsence": "resource_absences",
    "cases.SeverityAgreement": "severity_agreements",
    "cases.SeverityProposal": "severity_proposals",
    "cases.Watcher": "watchers",
    "cases.Workaround": "workarounds",
}
OF_THE_COMPANY = {
    "cases.Invitation": "invitations",
    "cases.KeptRequest": "requests_without_a_plan",
    "cases.Membership": "people",
    "cases.PhoneNumber": "office_numbers",
    "cases.ViewedPage": "pages_seen_through_their_eyes",
    "cases.Viewing": "looks_through_their_eyes",
}
# Told within another: a case's number elsewhere, steps of a plan, words to a manager, answers beside their closing.
WITHIN = ["cases.Case", "cases.ImportedCase", "cases.Milestone", "cases.ManagerRequestWord", "cases.Survey"]
LEFT_OUT = {
    "It is one person's own, and in the export of what is kept about them.": """
        cases.ApiToken cases.ArticleOpened cases.ArticleVote cases.CaseDraft cases.PartialUpload cases.Receipt
        cases.FactorRemoval cases.RosterFeed cases.SignOn cases.SignOnRefusal notifications.MailChoice
        notifications.MailTimes
        notifications.OutgoingMail cases.IncomingMail
        """,
    "It is how staff work on a case; what of it the contact was told stands in the events.": """
        cases.CaseLink cases.ContactAttempt cases.OnCallAlert cases.Presence cases.Redaction cases.WaitingEpisode
        cases.WordDraft notifications.OutgoingAlert
        """,
    "It is about the portal and its own people.": """
        cases.Article cases.ArticleVersion cases.DeskSettings cases.Erasure cases.FeatureChange cases.FeatureRequest
        cases.Macro cases.MailAddress cases.MembershipChange cases.PolicyDraft cases.RecordDifference
        cases.RosterShift cases.RosterSwap cases.Rotation cases.RotationPlace cases.SavedView cases.Skill
        cases.SignOnLook cases.StaffChange notifications.AlertChannel notifications.WarningStep
        """,
    "It says why we changed a plan, in words for us; the plan as it stands is told.": "cases.PartnerChange",
    "It was a mail, and says nothing that the rest does not.": "cases.AccountNotice cases.Notice",
    "It is set on the page of the partner's own systems, with the key that opens it.": "notifications.Webhook",
}


def test_every_table_that_leads_to_a_partner_is_told_or_left_out_for_a_reason() -> None:
    leads = {
        model._meta.label
        for model in apps.get_models()
        if model.__module__.partition(".")[0] in ("cases", "notifications", "sla")
        and {field.related_model for field in model._meta.concrete_fields} & {Case, Partner, User}
    }
    left_out = {name for names in LEFT_OUT.values() for name in names.split()}
    assert leads == {*OF_A_CASE, *OF_THE_COMPANY, *WITHIN} | left_out
    assert not left_out & {*OF_A_CASE, *OF_THE_COMPANY, *WITHIN}


@pytest.fixture
def people(db: None) -> Cast:
    """Everything happened to Northwind's cases that can happen, and it gave all that can be given beside them."""
    people = builders.cast()
    case = fullest_case(people)
    review = ChargeReview.objects.create(case=case, asked_at=NOON)
    said: dict[str, Any] = {"verdict": "never_qualified", "verdict_by": people.lena, "verdict_at": NOON}
    told: dict[str, Any] = {"decision": "waive", "decision_reason": "A good customer.", "decided_by": people.ruth}
    ChargeReview.objects.filter(pk=review.pk).update(**said, **told, decided_at=NOON)
    _judged(people)
    _beside_any_case(people)
    return people


def _judged(people: Cast) -> None:
    """Have a case closed and its survey answered, and another lodged as a feature request."""
    close(logged_case(people.priya, at("Mon 9:00")), people.lena, at("Mon 10:00"))
    survey = Survey.objects.latest("pk")
    scores = {"handling": 5, "professionalism": 4, "satisfaction": 3}
    actions.answer_survey(survey_id=survey.pk, comment="Quick!", **scores, actor=people.priya, now=at("Mon 11:00"))
    Survey.objects.filter(pk=survey.pk).update(follow_up="Rang them.", followed_up_at=NOON, followed_up_by=people.ruth)
    wish = FeatureRequest.objects.create(
        title="Dark reports", function="They sting.", use_case="Nights.", lodged_at=NOON, lodged_by=people.lena
    )
    asking = logged_case(people.priya, at("Mon 9:00"), title="Dark reports, please")
    wish.links.create(lodged_as=wish, case=asking, partner=people.northwind, linked_at=NOON, linked_by=people.lena)


def _beside_any_case(people: Cast) -> None:
    northwind = people.northwind
    northwind.invitations.create(
        email="new@nwit.example", token_hash="x", invited_at=NOON, invited_by=people.priya, expires_at=NOON
    )
    northwind.phone_numbers.create(number="+61272517944", label="Office", added_at=NOON)
    look = northwind.viewings.create(
        viewer=people.ann, person=people.omar, because="The page was empty.", began_at=NOON, ends_at=at("Tue 12:30")
    )
    look.pages.create(partner=northwind, address="/cases/NWIT-1/", opened_at=NOON)
    Partner.objects.filter(pk=northwind.pk).update(plan=Plan.LAPSED)
    for person in (people.priya, people.omar):
        actions.submit_or_keep(
            partner_id=northwind.pk,
            details=builders.details(title=f"Kept for {person}"),
            severity=3,
            actor=person,
            now=NOON,
        )


def test_the_export_tells_of_every_noun(people: Cast) -> None:
    archive = downloaded(people.priya)
    cases = cases_in(archive)
    company = json.loads(archive.read("partner.json"))
    assert not [noun for noun in OF_A_CASE.values() if not any(case[noun] for case in cases.values())]
    assert not [noun for noun in OF_THE_COMPANY.values() if not company[noun]]
    answers = [closing["survey"] for case in cases.values() for closing in case["closings"] if closing["survey"]]
    assert [(one["comment"], one["handling"]) for one in answers if one["answered_at"]] == [("Quick!", 5)]
    whole = json.dumps([cases, company])
    for word in ("It takes long.", "Dark reports", "A good customer.", "Asleep.", "Copy 40 GB.", "The page was empty."):
        assert word in whole
    # What a manager did about a score, what staff wish for themselves, and the other half of a link.
    for secret in ("Rang them.", "They sting.", "token", "Odd."):
        assert secret not in whole


def test_whoever_sees_their_own_cases_alone_reads_of_their_own_requests_alone(people: Cast) -> None:
    def kept() -> list[str]:
        company = json.loads(downloaded(people.priya).read("partner.json"))
        return [one["details"]["title"] for one in company["requests_without_a_plan"]]

    assert kept() == ["Kept for Priya Raman", "Kept for Omar Haddad"]
    Membership.objects.filter(user=people.priya).update(sees_all_cases=False)
    assert kept() == ["Kept for Priya Raman"]
