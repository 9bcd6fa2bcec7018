"""The services of docker-compose.yml as processes of this machine: the same commands, environment and order.

For a rehearsal, and for a machine without Docker. PostgreSQL and Redis are there already; a proxy in front is yours.

    .venv/bin/python deploy/without_docker.py --env .env --folder /srv/portal --port 8000 \
        --database postgres://portal:secret@127.0.0.1/portal --redis redis://127.0.0.1/0 --cache redis://127.0.0.1/1

Commands and environment are read from docker-compose.yml and the Dockerfile. What is different here is the place of
things: /data and /tmp are in --folder, port 8000 is --port. It runs until SIGTERM, Ctrl-C or the end of a service.
"""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SECONDS = {"s": 1, "m": 60}
# What stands for itself: the servers that are there, and the proxy in front.
NOT_OURS = {"postgres", "redis", "proxy"}


class Stopped(Exception):
    """A service, or whoever runs all of them, came to an end; why, in a sentence."""


@dataclass(frozen=True)
class Service:
    """One process: what it runs, how it is asked whether it lives, how long it may take to live and to end."""

    name: str
    command: list[str]
    environment: dict[str, str]
    alive: list[str] | None
    patience: int
    grace: int


def services(options: argparse.Namespace) -> list[Service]:
    """Read our services, in the order in which they stand, with everything in its place on this machine."""
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    given = settings_in(options.env)
    folder = options.folder.resolve()
    places = {"/data": str(folder), "/tmp": str(folder / "tmp"), "0.0.0.0": "127.0.0.1", ":8000": f":{options.port}"}

    def here(text: object) -> str:
        words = re.sub(r"\$\{(\w+)[^}]*\}", lambda found: given.get(found[1], ""), str(text))
        # In one go: --folder itself may lie under /tmp or /data.
        words = re.sub("|".join(map(re.escape, places)), lambda found: places[found[0]], words)
        return words.replace("$$", "$")

    default, image = of_the_image()
    servers = {"DATABASE_URL": options.database, "REDIS_URL": options.redis, "CACHE_URL": options.cache}
    found = []
    for name, said in composed["services"].items():
        if name in NOT_OURS:
            continue
        told = {key: here(value) for key, value in {**image, **given, **said["environment"]}.items()}
        path = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOSTNAME": socket.gethostname()}
        check = said.get("healthcheck", {})
        found.append(
            Service(
                name,
                [here(part) for part in said.get("command", default)],
                {**told, **servers, **path},
                [here(part) for part in check["test"]] if check else None,
                seconds(check.get("start_period", "0s"))
                + check.get("retries", 1) * seconds(check.get("timeout", "0s")),
                seconds(said.get("stop_grace_period", "10s")),
            )
        )
    return found


def settings_in(file: Path) -> dict[str, str]:
    """Return the settings of a file as Docker reads it."""
    lines = (line.strip() for line in file.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def of_the_image() -> tuple[list[str], dict[str, str]]:
    """Return the command and the environment that the Dockerfile gives."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    told = " ".join(re.findall(r"^ENV (.+)$", text, re.MULTILINE))
    environment = dict(re.findall(r"(\w+)=(\S+)", told))
    environment.pop("PATH")
    return json.loads(re.findall(r"^CMD (.+)$", text, re.MULTILINE)[-1]), environment


def seconds(text: str) -> int:
    """Return a duration such as 20s."""
    return int(text[:-1]) * SECONDS[text[-1]]


class Running:
    """All services that were started."""

    def __init__(self) -> None:
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, service: Service) -> None:
        """Start a service, and wait until it lives, or has ended well where others wait for that."""
        process = subprocess.Popen(service.command, cwd=ROOT, env=service.environment)
        self.processes[service.name] = process
        if service.name == "migrate":
            if process.wait() != 0:
                raise Stopped(f"migrate ended with {process.returncode}: nothing else was started.")
            del self.processes["migrate"]
            print("migrate is done", flush=True)
            return
        if service.alive is not None:
            self._wait_until_alive(service)
        print(f"{service.name} lives", flush=True)

    def _wait_until_alive(self, service: Service) -> None:
        kind, *question = service.alive or []
        command: list[str] = ["sh", "-c", *question] if kind == "CMD-SHELL" else question
        until = time.monotonic() + 2 * service.patience
        while subprocess.run(command, cwd=ROOT, env=service.environment, capture_output=True, check=False).returncode:
            self.look()
            if time.monotonic() > until:
                raise Stopped(f"{service.name} does not answer its health check.")
            time.sleep(0.5)

    def look(self) -> None:
        """Find whoever ended."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise Stopped(f"{name} ended with {process.returncode}.")

    def stop(self, of: list[Service]) -> int:
        """Ask all to end, in the time that each is given. Returns how many had to be killed."""
        grace, killed = {service.name: service.grace for service in of}, 0
        for process in self.processes.values():
            process.terminate()
        for name, process in self.processes.items():
            try:
                process.wait(timeout=grace[name])
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
                print(f"{name} had to be killed", flush=True)
        return killed


def main(arguments: list[str]) -> int:
    """Run until somebody says otherwise. Returns 0 if all ended well."""
    parser = argparse.ArgumentParser(description="Run the services of docker-compose.yml without Docker.")
    parser.add_argument("--env", type=Path, default=ROOT / ".env", help="the settings (.env)")
    parser.add_argument("--folder", type=Path, required=True, help="what /data and /tmp are there")
    parser.add_argument("--port", type=int, default=8000, help="where web answers (8000)")
    for name in ("database", "redis", "cache"):
        parser.add_argument(f"--{name}", required=True, help="its address")
    options = parser.parse_args(arguments)
    (options.folder / "tmp").mkdir(parents=True, exist_ok=True)
    everything, running = services(options), Running()

    def stop(number: int, frame: FrameType | None) -> Any:
        raise Stopped("")

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        for service in everything:
            running.start(service)
        print("All services run.", flush=True)
        while True:
            running.look()
            time.sleep(0.5)
    except Stopped as why:
        print(why, file=sys.stderr)
        return 1 if running.stop(everything) or str(why) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
