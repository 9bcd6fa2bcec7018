"""The company's own OpenID provider says who somebody is; it lets in people who have an account, and nobody else."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from pytest_django import Settings

from cases import actions
from cases.models import SignOn, SignOnLook, SignOnRefusal, User
from cases.rules import RuleBroken
from tests import builders, oidc
from tests.builders import Cast, all_at_once, at
from tests.cases.pages import browser_of, clock_at, forms_of, get, post, words_of
from tests.oidc import Provider, key_named

NOON = at("Tue 12:00")
DOOR = "/accounts/oidc/sso/login/"


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    with oidc.running() as running:
        settings.OIDC_URL, settings.OIDC_NAME = running.url, "Northwind ID"
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = oidc.CLIENT, oidc.SECRET
        yield running


@pytest.fixture
def browser() -> Client:
    return Client(REMOTE_ADDR="10.7.7.7")


def sign_in(browser: Client, provider: Provider, *, next_page: str = "", **claims: Any) -> Any:
    asked = post(browser, DOOR, {"next": next_page} if next_page else {}, NOON)
    assert asked.status_code == 302, words_of(asked)
    return get(browser, provider.consent(asked.url, **claims), NOON)


def is_in(browser: Client) -> bool:
    return bool(get(browser, "/account/", NOON).status_code == 200)


def test_whoever_has_an_account_is_let_in_by_their_verified_address(
    people: Cast, provider: Provider, browser: Client
) -> None:
    page = get(browser, "/accounts/login/?next=/cases/new/", NOON)
    assert "Sign in with Northwind ID" in words_of(page)
    assert forms_of(page)[DOOR]["next"] == "/cases/new/"
    answered = sign_in(
        browser, provider, next_page="/cases/new/", email=people.priya.email.upper(), email_verified=True
    )
    assert answered.url == "/cases/new/"
    assert "Priya Raman" in words_of(get(browser, "/account/", NOON))
    # What the provider says of them is not kept, but who they are there.
    assert not SocialAccount.objects.exists()
    kept = SignOn.objects.get()
    assert (kept.person, kept.issuer, kept.subject, kept.bound_at) == (people.priya, provider.url, "1", NOON)


def test_from_then_on_the_account_there_counts_and_not_its_address(
    people: Cast, provider: Provider, browser: Client
) -> None:
    sign_in(browser, provider, email=people.priya.email, email_verified=True)
    assert is_in(browser)
    # They married, and their mail is read by nobody any more.
    later = Client(REMOTE_ADDR="10.7.7.8")
    sign_in(later, provider, email="priya.kapoor@nwit.example", email_verified=False)
    assert "Priya Raman" in words_of(get(later, "/account/", NOON))
    assert SignOn.objects.count() == 1


def test_another_account_that_got_the_address_is_refused_and_shown_to_administrators(
    people: Cast, provider: Provider, browser: Client
) -> None:
    said: dict[str, Any] = {"email": people.priya.email, "email_verified": True}
    sign_in(Client(REMOTE_ADDR="10.7.7.8"), provider, **said)
    for _twice in range(2):
        refused = sign_in(browser, provider, sub="2", **said)
        assert refused.status_code == 403
        assert "signed in with another account at Northwind ID before" in words_of(refused)
        assert not is_in(browser)
    refusal = SignOnRefusal.objects.get()
    assert (refusal.person, refusal.subject) == (people.priya, "2")
    page = words_of(get(browser_of(people.ann, NOON), "/manager/sign-on/", NOON))
    assert "Not let in" in page
    assert "Priya Raman" in page


def test_administrators_are_told_of_it_on_every_page_until_somebody_looked(people: Cast) -> None:
    said: dict[str, Any] = {"issuer": "https://id.example", "addresses": [people.priya.email]}
    for subject in ("1", "2"):
        actions.sign_on(subject=subject, **said, now=NOON)
    refusal, told = SignOnRefusal.objects.get(), "Another account at the provider had the mail address of somebody here"
    ann, ruth = browser_of(people.ann, NOON), browser_of(people.ruth, NOON)
    assert told in words_of(get(ann, "/desk/", NOON))
    assert told not in words_of(get(ruth, "/desk/", NOON))
    with pytest.raises(RuleBroken, match="Only administrators can do this"):
        actions.settle_sign_on_refusal(refusal_id=refusal.pk, actor=people.ruth, now=NOON)
    for _twice in range(2):
        post(ann, f"/manager/sign-on/refused/{refusal.pk}/settle/", {}, NOON)
    assert told not in words_of(get(ann, "/desk/", NOON))
    look = SignOnLook.objects.get()
    assert (look.refusal, look.looked_by, look.looked_at) == (refusal, people.ann, NOON)
    assert "Ann Lindqvist" in words_of(get(ann, "/manager/sign-on/", NOON))


def test_an_administrator_undoes_it_on_the_record_and_the_next_account_is_theirs(
    people: Cast, provider: Provider, browser: Client
) -> None:
    said: dict[str, Any] = {"email": people.priya.email, "email_verified": True}
    sign_in(Client(REMOTE_ADDR="10.7.7.8"), provider, **said)
    sign_in(browser, provider, sub="2", **said)
    assert SignOnRefusal.objects.filter(look=None).exists()
    old = SignOn.objects.get()
    address, ann = f"/manager/sign-on/{old.pk}/", browser_of(people.ann, NOON)
    assert "Priya Raman" in words_of(get(ann, address, NOON))
    assert "Say why this account is not theirs" in words_of(post(ann, address, {"because": " "}, NOON))
    assert post(ann, address, {"because": "Made anew at the provider."}, NOON).url == "/manager/sign-on/"
    assert "Somebody has undone this before you" in words_of(post(ann, address, {"because": "Me, too."}, NOON))
    assert not SignOnRefusal.objects.filter(look=None).exists()
    old.refresh_from_db()
    assert (old.undone_by, old.undone_at, old.because) == (people.ann, NOON, "Made anew at the provider.")
    sign_in(browser, provider, sub="2", **said)
    assert is_in(browser)
    # The old account has the address no more, and is nobody's.
    assert sign_in(Client(REMOTE_ADDR="10.7.7.9"), provider, sub="1").status_code == 403
    page = words_of(get(ann, address, NOON))
    assert "Made anew at the provider." in page
    assert "Undo it" not in page


def test_who_manages_and_does_not_administer_undoes_nothing(people: Cast) -> None:
    actions.sign_on(issuer="https://id.example", subject="1", addresses=[people.priya.email], now=NOON)
    bound = SignOn.objects.get()
    with pytest.raises(RuleBroken, match="Only administrators can do this"):
        actions.undo_sign_on(sign_on_id=bound.pk, because="x", actor=people.ruth, now=NOON)
    assert get(browser_of(people.ruth, NOON), "/manager/sign-on/", NOON).status_code == 404


@pytest.mark.parametrize("subjects", ["111111", "123456"])
def test_of_first_logins_at_once_one_binds(transactional_db: None, subjects: str) -> None:
    people = builders.cast()
    said: dict[str, Any] = {"issuer": "https://id.example", "addresses": [people.priya.email], "now": NOON}
    found = all_at_once([partial(actions.sign_on, subject=subject, **said) for subject in subjects])
    bound = SignOn.objects.get()
    assert (bound.person, [one for one in found if isinstance(one, Exception)]) == (people.priya, [])
    let_in = [one.person for one in found if not isinstance(one, Exception) and one.person]
    assert let_in == [people.priya] * subjects.count(bound.subject)
    assert SignOnRefusal.objects.count() == len(set(subjects)) - 1


def test_an_account_with_two_addresses_at_once_is_one_persons(transactional_db: None) -> None:
    people = builders.cast()
    said: dict[str, Any] = {"issuer": "https://id.example", "subject": "1", "now": NOON}
    addresses = [people.priya.email, people.omar.email]
    found = all_at_once([partial(actions.sign_on, addresses=[address], **said) for address in addresses])
    assert [one for one in found if isinstance(one, Exception)] == []
    assert SignOn.objects.get().person in (people.priya, people.omar)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@northwind.example", "email_verified": True},
        {"email": "priya.raman@nwit.example", "email_verified": False},
        {"email": "priya.raman@nwit.example"},
        {},
    ],
)
def test_nobody_else_is_and_no_account_is_made(
    people: Cast, provider: Provider, browser: Client, claims: dict[str, Any]
) -> None:
    assert User.objects.filter(email="priya.raman@nwit.example").exists()
    before = User.objects.count()
    answered = sign_in(browser, provider, **claims)
    assert answered.status_code == 403
    assert "You have no account here" in words_of(answered)
    assert not is_in(browser)
    assert User.objects.count() == before


def test_an_account_that_was_closed_stays_closed(people: Cast, provider: Provider, browser: Client) -> None:
    User.objects.filter(pk=people.priya.pk).update(is_active=False)
    assert sign_in(browser, provider, email=people.priya.email, email_verified=True).status_code == 403


def test_staff_prove_their_second_factor_all_the_same(
    people: Cast, provider: Provider, browser: Client, settings: Settings
) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = True
    said: dict[str, Any] = {"email": people.lena.email, "email_verified": True}
    sign_in(browser, provider, **said)
    # Without one they are led to set one up; with one they are asked for it.
    assert get(browser, "/desk/", NOON).url == "/accounts/2fa/"
    TOTP.activate(people.lena, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    second = Client(REMOTE_ADDR="10.7.7.8")
    assert sign_in(second, provider, **said).url == "/accounts/2fa/authenticate/"
    assert not is_in(second)


def test_a_code_is_good_once_and_in_its_own_browser(people: Cast, provider: Provider, browser: Client) -> None:
    asked = post(browser, DOOR, {}, NOON)
    back = provider.consent(asked.url, email=people.priya.email, email_verified=True)
    other = Client(REMOTE_ADDR="10.7.7.9")
    get(other, back, NOON)
    assert not is_in(other)
    get(browser, back, NOON)
    assert is_in(browser)
    post(browser, "/accounts/logout/", {}, NOON)
    get(browser, back, NOON)
    assert not is_in(browser)


def signed_otherwise(name: str, algorithm: str, key: Any) -> Callable[[dict[str, Any]], str]:
    """Return somebody who signs with another key, under a name of their own choice."""
    return lambda claims: jwt.encode(claims, key, algorithm, headers={"kid": name})


def forged(claims: dict[str, Any]) -> str:
    """Return a token that is "signed" by HMAC with the provider's public key."""
    parts = ({"alg": "HS256", "typ": "JWT", "kid": "first"}, claims)
    said = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    proof = base64.urlsafe_b64encode(hmac.new(PUBLIC, said, hashlib.sha256).digest()).rstrip(b"=")
    return (said + b"." + proof).decode()


PUBLIC = key_named("first").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
LIES: dict[str, dict[str, Any]] = {
    "of another provider": {"claimed": {"iss": "https://evil.example"}},
    "for another portal": {"claimed": {"aud": "another portal"}},
    "for another portal, handed on": {"claimed": {"azp": "another portal"}},
    "expired": {"claimed": {"exp": int(NOON.timestamp()) - 120}},
    "that never ends": {"claimed": {"exp": None}},
    "for another question": {"claimed": {"nonce": "x"}},
    "for no question": {"claimed": {"nonce": None}},
    "of another person than the rest": {"claimed": {"sub": "2"}},
    "of a login of last week": {"claimed": {"auth_time": int(NOON.timestamp()) - 7 * 86400}},
    "of a login of no time": {"claimed": {"auth_time": "today"}},
    "signed by another key": {"signed": signed_otherwise("first", "RS256", key_named("a thief's"))},
    "signed by a key that is unknown": {"signed": signed_otherwise("third", "RS256", key_named("a thief's"))},
    "signed by nobody": {"signed": signed_otherwise("first", "none", None)},
    "signed by what both know": {"signed": signed_otherwise("first", "HS256", oidc.SECRET.ljust(32))},
    "that is no token": {"signed": lambda _claims: "x.y.z"},
    "that is not there": {"signed": lambda _claims: None},
    "beside a configuration of another": {"configured": {"issuer": "https://evil.example"}},
    "beside half a configuration": {"configured": {"jwks_uri": None}},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_token_is_no_proof(people: Cast, provider: Provider, browser: Client, lie: dict[str, Any]) -> None:
    asked = post(browser, DOOR, {}, NOON)
    for name, said in lie.items():
        setattr(provider, name, said)
    answered = get(browser, provider.consent(asked.url, email=people.priya.email, email_verified=True), NOON)
    assert "Signing in did not work" in words_of(answered)
    assert not is_in(browser)
    assert not SignOn.objects.exists()


def test_no_token_is_signed_with_the_public_key_as_a_secret(people: Cast, provider: Provider, browser: Client) -> None:
    # A library that let a token choose how it is looked at would take the key that everybody knows for a secret.
    provider.signed = forged
    answered = sign_in(browser, provider, email=people.priya.email, email_verified=True)
    assert "Signing in did not work" in words_of(answered)
    assert not is_in(browser)


def test_keys_are_kept_and_asked_for_anew_when_the_provider_has_another(people: Cast, provider: Provider) -> None:
    said: dict[str, Any] = {"email": people.priya.email, "email_verified": True}
    for asked, keys in ((1, ["first"]), (1, ["first"]), (2, ["first", "second"]), (2, ["first", "second"])):
        provider.keys = keys
        browser = Client(REMOTE_ADDR="10.7.7.7")
        sign_in(browser, provider, **said)
        assert is_in(browser)
        assert provider.keys_asked == asked


def test_the_provider_is_asked_for_a_login_of_today_and_nothing_that_the_address_says(
    people: Cast, provider: Provider, browser: Client
) -> None:
    address = f"{DOOR}?process=connect&scope=everything&auth_params=max_age%3D9999999%26prompt%3Dnone"
    asked = post(browser, address, {}, NOON).url
    said = {name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()}
    assert said["max_age"] == "86400"
    assert "prompt" not in said
    assert set(said["scope"].split()) == {"openid", "profile", "email"}
    when = int(NOON.timestamp()) - 86400
    get(browser, provider.consent(asked, email=people.priya.email, email_verified=True, auth_time=when), NOON)
    assert is_in(browser)


def came_in(browser: Client, provider: Provider, person: User) -> None:
    """Let somebody in by the provider who has nothing of their own here."""
    person.set_unusable_password()
    person.save()
    sign_in(browser, provider, email=person.email, email_verified=True)
    sign_in(Client(REMOTE_ADDR="10.7.7.8"), provider)


def asked_once_more(browser: Client) -> str:
    """Try to end the other logins, and return where one is sent at the provider to prove who one is."""
    led = post(browser, SESSIONS, {}, NOON)
    assert led.url == f"{DOOR}?next=%2Faccounts%2Fsessions%2F&again=1"
    page = get(browser, led.url, NOON)
    assert "Prove once more who you are." in words_of(page)
    asked = str(post(browser, led.url, {}, NOON).url)
    said = {name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()}
    assert (said["max_age"], said["prompt"]) == ("0", "login")
    return asked


SESSIONS = "/accounts/sessions/"


def test_who_has_nothing_else_proves_there_once_more_who_they_are(
    people: Cast, provider: Provider, browser: Client
) -> None:
    came_in(browser, provider, people.priya)
    places = UserSession.objects.filter(user=people.priya)
    back = provider.consent(asked_once_more(browser), auth_time=int(NOON.timestamp()))
    assert places.count() == 2
    assert get(browser, back, NOON).url == SESSIONS
    assert "Choose again what you wanted to do." in words_of(get(browser, SESSIONS, NOON))
    post(browser, SESSIONS, {}, NOON)
    assert places.count() == 1
    assert is_in(browser)


@pytest.mark.parametrize("said", [{"auth_time": int(NOON.timestamp()) - 3600}, {"sub": "2"}])
def test_neither_a_login_of_before_nor_somebody_else_proves_it(
    people: Cast, provider: Provider, browser: Client, said: dict[str, Any]
) -> None:
    came_in(browser, provider, people.priya)
    sign_in(Client(REMOTE_ADDR="10.7.7.9"), provider, sub="2", email=people.omar.email, email_verified=True)
    get(browser, provider.consent(asked_once_more(browser), **said), NOON)
    assert post(browser, SESSIONS, {}, NOON).url.startswith(DOOR)
    assert UserSession.objects.filter(user=people.priya).count() == 2
    assert "Priya Raman" in words_of(get(browser, "/account/", NOON))


def test_nobody_new_comes_in_by_proving_once_more(people: Cast, provider: Provider, browser: Client) -> None:
    asked = post(browser, f"{DOOR}?again=1", {}, NOON).url
    assert "prompt" not in parse_qs(urlsplit(asked).query)
    came_in(browser, provider, people.priya)
    back = provider.consent(asked_once_more(browser))
    post(browser, "/accounts/logout/", {}, NOON)
    get(browser, back, NOON)
    assert not is_in(browser)


@pytest.mark.parametrize(("listed", "comes_in"), [([], True), (["localhost"], True), (["elsewhere.example"], False)])
def test_the_provider_points_to_no_host_that_is_not_listed(
    people: Cast, provider: Provider, browser: Client, settings: Settings, listed: list[str], comes_in: bool
) -> None:
    settings.OUTGOING_HOSTS = listed
    provider.configured = {"jwks_uri": provider.url.replace("127.0.0.1", "localhost") + "/keys"}
    sign_in(browser, provider, email=people.priya.email, email_verified=True)
    assert is_in(browser) is comes_in
    assert provider.keys_asked == comes_in


def test_it_leads_nowhere_else_afterwards(people: Cast, provider: Provider, browser: Client) -> None:
    said: dict[str, Any] = {"email": people.priya.email, "email_verified": True}
    assert sign_in(browser, provider, next_page="https://evil.example/", **said).url == "/"


def test_a_provider_that_is_gone_is_told_and_the_password_works_on(
    people: Cast, browser: Client, settings: Settings
) -> None:
    settings.OIDC_URL, settings.OIDC_CLIENT_ID = "http://127.0.0.1:1", oidc.CLIENT
    assert "Signing in did not work" in words_of(post(browser, DOOR, {}, NOON))
    assert get(browser, "/accounts/login/", NOON).status_code == 200


def test_whoever_stops_on_the_way_is_told_so(people: Cast, provider: Provider, browser: Client) -> None:
    asked = post(browser, DOOR, {}, NOON)
    state = provider.consent(asked.url).rpartition("state=")[2]
    answered = get(browser, f"{DOOR}callback/?error=access_denied&state={state}", NOON)
    assert "You did not sign in" in words_of(browser.get(answered.url) if answered.status_code == 302 else answered)


def test_without_a_provider_there_is_no_such_door(people: Cast, browser: Client) -> None:
    assert "Sign in with single" not in words_of(get(browser, "/accounts/login/", NOON))
    with clock_at(NOON):
        assert browser.get(DOOR).status_code == 404
        assert browser.post(DOOR).status_code == 404
