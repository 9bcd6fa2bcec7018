"""Mail that is handed over instead of fetched: by a mail server of ours, or by a mail provider. Kept raw, then 202."""

import hashlib
import hmac
import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cases.inbox.providers import PROVIDERS, Delivery, NotAMail, NotProven
from cases.inbox.storing import MOST_KEPT, store, wake

logger = logging.getLogger(__name__)

FRESH_SECONDS = 300
SHORTEST_KEY = 32
SHORTEST_SECRET = 16
SOURCE = "webhook"
# With what a provider says about a mail.
MOST_POSTED = MOST_KEPT + 4 * 1024 * 1024


@csrf_exempt
@require_POST
def inbound_mail(request: HttpRequest) -> HttpResponse:
    """Keep one raw mail: 202 when we have it, also for the second time. Anything else: bring it again.

    Signed are the time and the bytes: hex HMAC-SHA256 with INBOUND_KEY over `<unix seconds>.<body>`.
    """
    key = settings.INBOUND_KEY
    if len(key) < SHORTEST_KEY:
        return HttpResponse(status=404)
    now = timezone.now()
    told, signature = request.headers.get("X-Inbound-Timestamp", ""), request.headers.get("X-Inbound-Signature", "")
    if not (told.isascii() and told.isdigit() and len(told) < 12) or abs(now.timestamp() - int(told)) > FRESH_SECONDS:
        return HttpResponse("X-Inbound-Timestamp is missing or old.\n", status=403, content_type="text/plain")
    raw = request.read(MOST_KEPT + 1)
    if len(raw) > MOST_KEPT:
        return HttpResponse("This mail is too large.\n", status=413, content_type="text/plain")
    wanted = hmac.new(key.encode(), told.encode() + b"." + raw, hashlib.sha256).hexdigest()
    if not constant_time_compare(wanted, signature.strip().lower()):
        return HttpResponse("X-Inbound-Signature does not fit.\n", status=403, content_type="text/plain")
    if not raw.strip():
        return HttpResponse("There is no mail in it.\n", status=400, content_type="text/plain")
    new = store(raw, source=SOURCE, received_at=now, now=now)
    wake()
    return JsonResponse({"new": new}, status=202)


@csrf_exempt
@require_POST
def provider_mail(request: HttpRequest, provider: str) -> HttpResponse:
    """Keep what a mail provider brings: 202 when we have it, also for the second time.

    Only INBOUND_PROVIDER may, once it proves itself by INBOUND_SECRET. What it sends without a mail in it is answered
    by 503, so that it comes again once the provider is set as the answer says.
    """
    known, secret = PROVIDERS.get(provider), settings.INBOUND_SECRET
    if known is None or provider != settings.INBOUND_PROVIDER or len(secret) < SHORTEST_SECRET:
        return HttpResponse(status=404)
    try:
        if known.by_password:
            known.prove(Delivery(request.META, b""), secret)
        body = request.read(MOST_POSTED + 1)
        if len(body) > MOST_POSTED:
            return HttpResponse("This mail is too large.\n", status=413, content_type="text/plain")
        delivery = Delivery(request.META, body)
        known.prove(delivery, secret)
        mails = known.mails_in(delivery)
    except NotProven:
        return HttpResponse("This is not signed with INBOUND_SECRET.\n", status=403, content_type="text/plain")
    except NotAMail as why:
        logger.exception("%s brought no mail", provider)
        return HttpResponse(f"There is no mail in it. {why}\n", status=503, content_type="text/plain")
    now = timezone.now()
    new = [store(raw, source=provider, received_at=now, now=now) for raw in mails if raw.strip()]
    wake()
    return JsonResponse({"new": sum(new)}, status=202)
