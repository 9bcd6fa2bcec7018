"""A machine that speaks to the API with a person's token."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client

from cases import actions
from cases.models import Scope, User
from tests.cases.pages import clock_at

A_YEAR = timedelta(days=365)


class Machine:
    """Requests of one token; the clock stands at `now` for each."""

    def __init__(self, person: User, now: datetime, *, scopes: tuple[str, ...] = tuple(Scope.values)) -> None:
        self.now, self.person = now, person
        with clock_at(now):
            _token, self.text = actions.make_token(
                name=f"integration {uuid4()}", scopes=scopes, lives_for=A_YEAR, actor=person, now=now
            )
        self.client = Client()

    def get(self, address: str, **headers: str) -> Any:
        with clock_at(self.now):
            return self.client.get(f"/api/v1/{address}", headers=self._headers(headers))

    def head(self, address: str) -> Any:
        with clock_at(self.now):
            return self.client.head(f"/api/v1/{address}", headers=self._headers({}))

    def post(self, address: str, said: Any = None, **headers: str) -> Any:
        with clock_at(self.now):
            return self.client.post(
                f"/api/v1/{address}",
                json.dumps(said or {}),
                content_type="application/json",
                headers=self._headers(headers),
            )

    def put(self, address: str, said: Any = None) -> Any:
        with clock_at(self.now):
            return self.client.put(
                f"/api/v1/{address}",
                json.dumps(said or {}),
                content_type="application/json",
                headers=self._headers({}),
            )

    def delete(self, address: str) -> Any:
        with clock_at(self.now):
            return self.client.delete(f"/api/v1/{address}", headers=self._headers({}))

    def send_file(self, address: str, said: dict[str, Any], **headers: str) -> Any:
        with clock_at(self.now):
            return self.client.post(f"/api/v1/{address}", said, headers=self._headers(headers))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}"} | {name.replace("_", "-"): text for name, text in more.items()}
