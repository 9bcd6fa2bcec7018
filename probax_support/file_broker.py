"""Celery's file broker, with messages that are never seen half written.

Kombu opens a message's file under its final name and writes it afterwards. A worker that looks in between reads
nothing and ends with an error. Here a message gets its name once it is whole.
"""

import logging
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Puts whole messages, and throws away what a power cut left of one."""

    def _put(self, queue: str, payload: dict[str, Any], **_: Any) -> None:  # type: ignore[override]  # as in its base
        name = f"{time.monotonic_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        being_written = Path(self.data_folder_out, f"{name}.part")
        being_written.write_text(dumps(payload), encoding="utf-8")
        being_written.rename(being_written.with_suffix(""))

    def _get(self, queue: str) -> Any:  # type: ignore[override]  # as in its base
        try:
            return super()._get(queue)
        except ValueError:
            # It is off the disk by now, and what it was to wake is in the database.
            logger.warning("A broken message was thrown away.")
            raise Empty from None


class Transport(filesystem.Transport):
    """The transport behind the address files://."""

    Channel = Channel


TRANSPORT_ALIASES["files"] = f"{__name__}:Transport"
