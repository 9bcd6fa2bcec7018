"""Large files through the API: by the tus protocol with a token, then part of the case."""

import base64
from typing import Any

import pytest

from cases.models import Attachment, PartialUpload, Scope
from tests.api.machine import Machine
from tests.api.world import NOON, World
from tests.cases.pages import clock_at


def tus(machine: Machine, method: str, address: str, content: bytes = b"", **headers: str) -> Any:
    sent = {name.replace("_", "-"): text for name, text in headers.items()}
    with clock_at(NOON):
        return machine.client.generic(
            method,
            address,
            content,
            content_type="application/offset+octet-stream",
            headers={"Authorization": f"Bearer {machine.text}", "Tus-Resumable": "1.0.0", **sent},
        )


def begin(machine: Machine, case: str) -> Any:
    named = f"filename {base64.b64encode(b'trace.log').decode()}"
    return tus(machine, "POST", f"/api/v1/{case}uploads/", Upload_Length="10", Upload_Metadata=named)


@pytest.mark.clause("P7.1")
def test_a_large_file_comes_in_pieces_and_goes_on_where_it_stopped(world: World) -> None:
    case = world.case()
    begun = begin(world.priya, case)
    assert begun.status_code == 201
    address = begun["Location"]
    assert address.startswith(f"/api/v1/{case}uploads/")
    assert tus(world.priya, "PATCH", address, b"12345", Upload_Offset="0")["Upload-Offset"] == "5"
    finishing = f"{address.removeprefix('/api/v1/')}finishing/"
    early = world.priya.post(finishing)
    assert (early.status_code, early.json()["code"]) == (422, "file_not_taken")
    assert tus(world.priya, "HEAD", address)["Upload-Offset"] == "5"
    assert tus(world.priya, "PATCH", address, b"67890", Upload_Offset="5").status_code == 204
    assert world.priya.post(finishing).status_code == 201
    [file] = world.lena.get(f"{case}files/").json()["results"]
    assert (file["name"], file["size"]) == ("trace.log", 10)
    with Attachment.objects.get().file.open("rb") as content:
        assert content.read() == b"1234567890"


def test_a_file_on_its_way_is_its_senders_alone(world: World) -> None:
    case = world.case()
    reader = Machine(world.people.priya, NOON, scopes=(Scope.CASES_READ,))
    assert begin(reader, case).status_code == 403
    assert begin(world.zoe, case).status_code == 404
    address = begin(world.priya, case)["Location"]
    assert tus(reader, "HEAD", address).status_code == 403
    sender = Machine(world.people.priya, NOON, scopes=(Scope.CASES_WRITE,))
    assert tus(sender, "HEAD", address).status_code == 200
    for other in (world.lena, world.zoe):
        assert tus(other, "HEAD", address).status_code == 404
        assert tus(other, "DELETE", address).status_code == 404
    assert tus(world.priya, "DELETE", address).status_code == 204
    assert not PartialUpload.objects.exists()


def test_a_file_that_can_never_be_taken_is_thrown_away_with_the_reason(world: World) -> None:
    case = world.case()
    named = f"filename {base64.b64encode(b'logs.gz').decode()}"
    sent = b"\x1f\x8b\x08\0\0\0\0\0\0\0"
    begun = tus(world.priya, "POST", f"/api/v1/{case}uploads/", Upload_Length="10", Upload_Metadata=named)
    address = begun["Location"]
    assert tus(world.priya, "PATCH", address, sent, Upload_Offset="0").status_code == 204
    refused = world.priya.post(f"{address.removeprefix('/api/v1/')}finishing/")
    assert (refused.status_code, refused.json()["code"]) == (422, "file_not_taken")
    assert "cannot be read to its end" in refused.json()["detail"]
    assert tus(world.priya, "HEAD", address).status_code == 404
