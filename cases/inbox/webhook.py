"""Mail that a mail server hands over by itself: raw, signed, and not older than five minutes."""

import hashlib
import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cases.inbox.storing import MOST_KEPT, store

FRESH_SECONDS = 300
SHORTEST_KEY = 32
SOURCE = "webhook"


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
    return JsonResponse({"new": store(raw, source=SOURCE, received_at=now, now=now)}, status=202)
