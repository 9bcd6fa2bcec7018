"""What every view of the API has: scopes, who asks and when, the case that is asked about, rate headers."""

from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, Serializer
from rest_framework.views import APIView

from cases.api.serializers import CaseSerializer
from cases.models import Case, Scope, User
from cases.web.request import NO_ROLE


class ApiView(APIView):
    """One address of the API. `scopes` names what a token must have, by method."""

    scopes: ClassVar[dict[str, Scope]] = {
        "GET": Scope.CASES_READ,
        "HEAD": Scope.CASES_READ,
        "POST": Scope.CASES_WRITE,
        "PUT": Scope.CASES_WRITE,
        "DELETE": Scope.CASES_WRITE,
    }

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Tell how many requests are left."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        limit = getattr(getattr(request, "_request", None), "rate_limit", None)
        if limit is not None:
            most, left, seconds = limit
            answer["RateLimit-Policy"] = f"{most};w={seconds}"
            answer["RateLimit"] = f"limit={most}, remaining={left}, reset={seconds}"
        return answer


def person(request: Request) -> User:
    """Return who asks; the permission let nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101 - HasScope saw a token
    return request.user


def moment(request: Request) -> datetime:
    """Return the instant of the request, read from the clock once by ReaderMiddleware."""
    now: datetime = request._request.now  # type: ignore[attr-defined]
    return now


def checked(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the body of a request as `serializer` has it.

    Raises:
        ValidationError: something is missing or makes no sense; each field says what.
    """
    found = serializer(data=request.data)
    _require_texts(found, request.data)
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


def _require_texts(found: Serializer[Any], said: Any) -> None:
    """Refuse a number where a text belongs: it would be kept as 2.0 where somebody meant 2."""
    values = said if isinstance(said, dict) else {}
    texts = (name for name, field in found.fields.items() if isinstance(field, CharField))
    wrong = [name for name in texts if isinstance(values.get(name), (int, float))]
    if wrong:
        raise ValidationError({name: [_("This is no text.")] for name in wrong})


def asked_of(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the query of a request as `serializer` has it: nothing is filtered by but what it names.

    Raises:
        ValidationError: a value is none of those it may be.
    """
    # A plain dictionary: an empty value is a value, and wrong, where a form would leave it out.
    found = serializer(data=request.query_params.dict())
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


def by(request: Request) -> dict[str, Any]:
    """Return who acts and when, as every action takes them last."""
    return {"actor": person(request), "now": moment(request)}


def for_staff(request: Request) -> None:
    """Let staff alone go on; to others the address is not there.

    Raises:
        NotFound: as for an address that does not exist.
    """
    let_in(request, may=person(request).works_here)


def for_managers(request: Request) -> None:
    """Let managers alone go on; to others the address is not there.

    Raises:
        NotFound: as for an address that does not exist.
    """
    let_in(request, may=person(request).manages)


def for_administrators(request: Request) -> None:
    """Let administrators alone go on; to others the address is not there.

    Raises:
        NotFound: as for an address that does not exist.
    """
    let_in(request, may=person(request).is_staff)


def let_in(request: Request, *, may: bool) -> None:
    """Let whoever may go on; to others the address is not there, and the log says that their role is another.

    Raises:
        NotFound: as for an address that does not exist.
    """
    if not may:
        request._request.refused = NO_ROLE  # type: ignore[attr-defined] # for the log
        raise NotFound


def case_of(request: Request, reference: str) -> Case:
    """Return a case that the asker may know of.

    Raises:
        NotFound: there is none, or it is somebody else's; nobody can tell which.
    """
    visible = Case.objects.visible_to(person(request)).with_people()
    found = visible.select_related("product_area", "follow_up_of").filter(reference=reference).first()
    if found is None:
        raise NotFound
    return found


def etag_of(case: Case) -> str:
    """Return the entity tag of a case: it changes with every event."""
    return f'"{case.reference}-{case.last_event_number}"'


def answer_case(request: Request, reference: str, status_code: int = 200) -> Response:
    """Answer with a case as it stands now."""
    found = case_of(request, reference)
    body = CaseSerializer(found, context={"request": request}).data
    return Response(body, status=status_code, headers={"ETag": etag_of(found)})
