"""Logs: one JSON object a line, or lines for a person at a terminal. No personal text, no secrets, no forged lines.

The code logs by the standard library; structlog adds who, where and which request, and writes it down. What a line may
say beside its sentence stands in `FIELDS`. Addresses of pages are never written: links of surveys and of new passwords
are secrets.
"""

import logging
import re
import sys
from http import HTTPStatus
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

FORMATS = ("json", "lines")
# What `extra=` may add to a line; anything else is left out.
FIELDS = ("method", "route", "view", "status", "milliseconds", "refused", "asked_for")

_CREDENTIALS = re.compile(r"(?<=://)[^\s/@]+@")
_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*")
_SECRET = re.compile(r"(?i)\b(bearer\s+|(?:password|passwd|secret|token|key)\s*[=:]\s*)[^\s,;)]+")
# PostgreSQL repeats the row that it refused.
_ROW = re.compile(r"^(DETAIL|CONTEXT|LINE \d+):.*$", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def configuration(level: str, form: str) -> dict[str, Any]:
    """Return the LOGGING setting: everything from `level` on goes to standard error, in the format `form`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": formatter(form)},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "ours"},
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # A line for each tick of the timetable would hide everything else.
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            # Each request has a line of ours; Django's own speaks up where a page broke.
            "django.request": {"level": "ERROR"},
            # It may name the keys of a chat. What it says is kept, without them, with the alert that it is about.
            "apprise": {"level": "WARNING", "handlers": ["nowhere"], "propagate": False},
            # The printer of reports tells its steps, and each style that paper does not have.
            "weasyprint": {"level": "ERROR"},
        },
    }


def formatter(form: str) -> dict[str, Any]:
    """Return the formatter of the format `form`, as `logging.config` takes it."""
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(allow=FIELDS),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_address,
        ],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            scrubbed,
            *_renderers(form),
        ],
    }


def default_format() -> str:
    """Return the format that suits whoever reads standard error: a person, or a program."""
    return "lines" if sys.stderr.isatty() else "json"


def _renderers(form: str) -> list[Processor]:
    if form == "json":
        return [structlog.processors.JSONRenderer()]
    return [on_one_line, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)]


def without_address(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Leave the address of a page out of what Django says about a request: the route stands beside it."""
    record = line.get("_record")
    status = getattr(record, "status_code", None)
    if isinstance(record, logging.LogRecord) and hasattr(record, "request") and isinstance(status, int):
        reason = str(record.args[0]) if isinstance(record.args, tuple) and len(record.args) > 1 else ""
        line["event"] = f"{status} {reason or HTTPStatus(status).phrase}"
    return line


def scrubbed(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Take mail addresses, passwords and rows of the database out of every text of a line."""
    return {name: _scrub(value) if isinstance(value, str) else value for name, value in line.items()}


def _scrub(text: str) -> str:
    text = _CREDENTIALS.sub("***@", text)
    text = _SECRET.sub(r"\1***", text)
    text = _ADDRESS.sub(lambda found: found[0] if found[0].startswith("***@") else "***", text)
    return _ROW.sub(r"\1: ***", text)


def on_one_line(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Keep a stranger's text from beginning a line of its own; a traceback is set in, so that it is seen to be one."""
    for name, value in line.items():
        if isinstance(value, str):
            if name == "exception":
                line[name] = "\n".join(f"    {_visible(part)}" for part in value.splitlines())
            else:
                line[name] = _visible(value)
    return line


def _visible(text: str) -> str:
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
