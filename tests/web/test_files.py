"""Files leave as downloads and run nothing in our name."""

from uuid import uuid4

import pytest

from cases.models import Attachment
from tests.builders import Cast, at, logged_case, text_file
from tests.cases.pages import browser_of, get, post, read

NOON = at("Tue 12:00")


def attached(people: Cast, name: str, content: str = "error 1603") -> Attachment:
    """Return a file that Priya sent with a reply."""
    logged_case(people.priya, at("Tue 9:00"))
    said = {"submission_key": str(uuid4()), "body": "Here.", "files": [text_file(name, content)]}
    assert post(browser_of(people.priya, NOON), "/cases/NWIT-1/reply/", said, NOON).status_code == 302
    return Attachment.objects.get()


@pytest.mark.parametrize("reader", ["priya", "omar", "lena"])
def test_a_file_is_downloaded_whole_under_its_name(people: Cast, reader: str) -> None:
    file = attached(people, "support.log")
    response = get(browser_of(getattr(people, reader), NOON), f"/files/{file.pk}/", NOON)
    assert read(response) == b"error 1603"
    assert response["Content-Disposition"] == 'attachment; filename="support.log"'
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["page.xml", "page.txt"])
def test_markup_in_a_file_stays_a_download(people: Cast, name: str) -> None:
    file = attached(people, name, "<html><script>alert(1)</script></html>")
    response = get(browser_of(people.lena, NOON), f"/files/{file.pk}/", NOON)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"
    read(response)


@pytest.mark.parametrize(
    ("sent_as", "kept_as"),
    [
        ("..\\..\\boot.log", "boot.log"),
        ("C:\\logs\\größe.txt", "größe.txt"),
        ('quote".log', 'quote".log'),
        ("x" * 250 + ".log", "x" * 196 + ".log"),
    ],
)
def test_a_name_keeps_no_path_and_cannot_break_the_header(people: Cast, sent_as: str, kept_as: str) -> None:
    file = attached(people, sent_as)
    assert file.name == kept_as
    response = get(browser_of(people.lena, NOON), f"/files/{file.pk}/", NOON)
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in response["Content-Disposition"]
    read(response)
