"""The files under deploy/, the image and the compose file, held against what the product really is."""

import json
import platform
import re
import shutil
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships without types
import pytest
import yaml
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from probax_support import metrics
from tests.portal import ROOT, clean_environment
from tests.servers import free_port

DEPLOY = ROOT / "deploy"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
ALERTS: list[dict[str, Any]] = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "portal.json").read_text())
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
OURS = ("migrate", "web", "worker", "reader", "beat")


def named(expression: str) -> set[str]:
    return set(re.findall(r"\bportal_\w+", expression))


def headings(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.fixture
def known(db: None) -> set[str]:
    """Every number that /metrics tells."""
    metrics.count_request(view="x", method="GET", status=200, seconds=0.1)
    text = metrics.exposition(timezone.now()).decode()
    return {s.name for family in text_string_to_metric_families(text) for s in family.samples} | {
        family.name + ending
        for family in text_string_to_metric_families(text)
        for ending in (("_total",) if family.type == "counter" else ("",))
    }


def test_every_number_of_an_alert_is_told(known: set[str]) -> None:
    assert not {name for alert in ALERTS for name in named(alert["expr"])} - known


def test_every_number_of_the_dashboard_is_told_and_every_number_told_is_on_it(known: set[str]) -> None:
    shown = {name for query in QUERIES for name in named(query)}
    assert not shown - known
    # Constants to divide or compare by, and what histograms are made of, are no pictures of their own.
    aside = {"portal_sweep_interval_seconds", "portal_disk_size_bytes", "portal_request_seconds"}
    of_histograms = {name for name in known if name.startswith("portal_request_seconds")}
    assert not {name for name in known if not name.endswith("_created")} - shown - aside - of_histograms


def test_an_operator_is_told_of_requests_mail_promises_sweeps_and_queues(known: set[str]) -> None:
    assert known >= {
        "portal_requests_total",
        "portal_outbox_oldest_due_seconds",
        "portal_sweep_age_seconds",
        "portal_promises_due_soon",
        "portal_incoming_mails",
        "portal_mails_total",
        "portal_queue_length",
    }


def test_every_alert_says_how_bad_it_is_and_points_to_its_drill() -> None:
    assert len({alert["alert"] for alert in ALERTS}) == len(ALERTS)
    for alert in ALERTS:
        assert alert["labels"]["severity"] in ("page", "ticket")
        assert alert["for"]
        assert alert["annotations"]["summary"]
        page, _, anchor = alert["annotations"]["drill"].partition("#")
        assert page == "docs/operations.md"
        assert anchor in headings(OPERATIONS), anchor
        assert f"`{alert['alert']}`" in OPERATIONS


# --- The compose file -----------------------------------------------------------------------------------------------


def test_the_compose_file_is_what_its_specification_allows() -> None:
    schema = json.loads((DEPLOY / "schemas" / "compose-spec.json").read_text())
    jsonschema.validate(COMPOSE, schema)


def test_every_service_is_watched_limited_and_started_again() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["restart"] in ("unless-stopped", "on-failure"), name
        if name != "migrate":
            assert "healthcheck" in service, name
            assert "mem_limit" in service, name


def test_our_services_cannot_write_or_gain_rights() -> None:
    for name in (*OURS, "proxy"):
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]


def test_the_stores_are_reached_by_our_services_alone_and_by_a_password() -> None:
    assert COMPOSE["networks"]["stores"] == {"internal": True}
    near = {name for name, service in COMPOSE["services"].items() if "stores" in service.get("networks", [])}
    assert near == {*OURS, "postgres", "redis"}
    assert [COMPOSE["services"][name]["networks"] for name in ("postgres", "redis")] == [["stores"], ["stores"]]
    assert "--requirepass" in COMPOSE["services"]["redis"]["command"]
    addresses = [COMPOSE["x-portal"]["environment"][name] for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL")]
    assert all("PASSWORD:?" in address for address in addresses)


def test_everything_waits_for_the_migration_and_every_volume_is_declared() -> None:
    for name in ("web", "worker", "beat"):
        assert COMPOSE["services"][name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    used = {
        volume.partition(":")[0]
        for service in COMPOSE["services"].values()
        for volume in service.get("volumes", [])
        if not volume.startswith((".", "/"))
    }
    assert used == set(COMPOSE["volumes"])


def test_the_environment_names_settings_that_there_are() -> None:
    read = (ROOT / "probax_support" / "settings.py").read_text() + (
        ROOT / "probax_support" / "web_server.py"
    ).read_text()
    for name in COMPOSE["x-portal"]["environment"]:
        assert f'"{name}"' in read or name == "PGCONNECT_TIMEOUT", name


def test_every_file_that_is_mounted_is_there() -> None:
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            if volume.startswith("."):
                assert (ROOT / volume.partition(":")[0]).is_file()


# --- The image ------------------------------------------------------------------------------------------------------


def test_the_image_is_linted_and_runs_as_nobody() -> None:
    image = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^USER (.+)$", image, re.MULTILINE) == ["10001"]
    assert len(re.findall(r"^FROM ", image, re.MULTILINE)) == 2
    program = shutil.which("hadolint") or shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if program is None and (sys.platform, platform.machine()) != ("linux", "x86_64"):
        return  # there is no such program for this machine
    assert program is not None, "hadolint is in the dev requirements: run bin/setup --dev"
    done = subprocess.run([program, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_gunicorn_takes_its_configuration() -> None:
    command = [sys.executable, "-m", "gunicorn", "--check-config", "--config", "probax_support/web_server.py"]
    environment = {"PATH": "/usr/bin:/bin", "SECRET_KEY": "x" * 50, "DATA_DIR": "/nowhere"}
    done = subprocess.run(
        [*command, "probax_support.wsgi:application"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_no_request_says_where_the_portal_stands(tmp_path: Path) -> None:
    """A template keeps the addresses that it was first drawn with: one request would name them for everybody."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "probax_support/web_server.py"]
    # The program of Python's own that answers with what it was told.
    with subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "wsgiref.simple_server:demo_app"],
        cwd=ROOT,
        env=clean_environment() | {"DATA_DIR": str(tmp_path)},
    ) as web:
        try:
            said = asked(port, "/elsewhere/cases/", SCRIPT_NAME="/elsewhere")
        finally:
            web.terminate()
    assert "\nPATH_INFO = '/elsewhere/cases/'\n" in said
    assert "\nSCRIPT_NAME = ''\n" in said


def asked(port: int, path: str, **headers: str) -> str:
    """Ask a server that is starting, and return its answer."""
    until = time.monotonic() + 60
    while True:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as line:
                line.request("GET", path, headers=headers)
                return line.getresponse().read().decode()
        except ConnectionRefusedError:
            assert time.monotonic() < until
            time.sleep(0.05)
