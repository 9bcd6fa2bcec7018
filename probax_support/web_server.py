"""Gunicorn's configuration, read by path: `gunicorn --config probax_support/web_server.py probax_support.wsgi`.

The master process loads nothing of the project, so that SIGHUP starts workers on the new code while the old ones finish
what they have. Only structlog is imported here, for the master's own lines.
"""

import gc
import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import structlog

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
worker_class = "gthread"
# A worker that was told to go takes nothing new and finishes what it has.
graceful_timeout = 30
# No header says under which path the portal stands: a proxy on this machine may pass on what anybody sends.
forwarder_headers = ""
# Longer than the proxy in front keeps a line open, so that it is never the one who is cut off.
keepalive = 75
loglevel = "warning"
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn's own files, by name unknown
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        },
        "lines": {"format": "%(asctime)s [%(levelname)s] %(message)s"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "lines" if os.environ.get("LOG_FORMAT") == "lines" else "json",
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"gunicorn.error": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}


def on_starting(server: Any) -> None:
    """Begin to count requests anew, unless this master takes over from another one.

    The workers count together, in one folder for each place that is listened on. It is kept over a restart by SIGHUP,
    and handed to the next master by SIGUSR2.
    """
    place = str(server.cfg.bind[0]).rpartition(":")[2].replace("/", "_")
    data = os.environ.get("DATA_DIR") or tempfile.gettempdir()
    folder = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(Path(data, "metrics", place))))
    if "GUNICORN_PID" not in os.environ:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def post_worker_init(_worker: Any) -> None:
    """Have gunicorn's lines look like all others, now that the project is loaded, and what was loaded left alone.

    Python looks for garbage among all that there is now and then: it held an answer up for 155 ms, and for 30 without
    what stays anyway. It looks at what is new once a page, and not ten times while the page still holds it all.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
    logging.getLogger("gunicorn.error").handlers = logging.getLogger().handlers[:]
