"""Processes for work on untrusted bytes: each task can be killed, and loses nothing but itself.

`pool` hands out the tasks, `processes` starts and ends what they run in, `task` is what happens in
a worker and how its outcome comes back.
"""

from digest.adapters.workers.pool import MEMORY_MB, ProcessWorkers, usable_cores

__all__ = ["MEMORY_MB", "ProcessWorkers", "usable_cores"]
