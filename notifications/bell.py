"""Wakes a worker without making anybody wait.

The database holds what is due; the bell only saves the time to the next tick.
"""

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

# Seconds between two answers. A word to the broker takes as long as a third of an act, and one brings all there is.
REST = 0.1


class Bell:
    """Calls `wake` soon after `ring`, in a thread of its own: a broker that is down or hangs holds up no request.

    The first ring is answered at once. Those that come meanwhile, or within `rest` seconds, are answered together.
    """

    def __init__(self, wake: Callable[[], None], *, rest: float = REST) -> None:
        self._wake, self._rest = wake, rest
        self._rung = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._answered = True

    def ring(self) -> None:
        """Ask for a wake-up. It never raises and never waits; if it fails, the timetable finds the work."""
        self._rung.set()
        try:
            self._start()
        except RuntimeError:
            # No thread can be started, as when the process is ending.
            logger.warning("The worker could not be woken; the timetable will find the work.", exc_info=True)

    def _start(self) -> None:
        # In a forked child the thread of the parent counts as dead, so each process has its own.
        if self._thread is not None and self._thread.is_alive():
            return
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._answer, name="bell", daemon=True)
                self._thread.start()

    def _answer(self) -> None:
        while True:
            self._rung.wait()
            self._rung.clear()
            try:
                self._wake()
            except Exception:
                # Whatever the broker's client raises. Said once for each outage.
                if self._answered:
                    logger.warning("The broker does not answer; the timetable will find the work.", exc_info=True)
                self._answered = False
            else:
                self._answered = True
            time.sleep(self._rest)
