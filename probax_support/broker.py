"""How the broker hands tasks over: Redis, or files where there is none."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def redis_options(visibility_timeout: int, waits: Mapping[str, float]) -> dict[str, Any]:
    """Return how tasks go through Redis. Nobody waits longer than `waits` for an answer of it."""
    return {
        "visibility_timeout": visibility_timeout,
        # With the defaults the task of a killed worker did not come back within 45 seconds.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # The timetable rings again anyway.
        **waits,
        "max_retries": 0,
    }


def file_options(data_dir: Path) -> dict[str, Any]:
    """Return how tasks go through files."""
    return {
        "data_folder_in": str(data_dir / "broker" / "queue"),
        "data_folder_out": str(data_dir / "broker" / "queue"),
        "processed_folder": str(data_dir / "broker"),
        "control_folder": str(data_dir / "broker" / "control"),
        "polling_interval": 0.05,
    }
