"""What it was measured on."""

import platform

from joblib import cpu_count

from components.contracts.faults import BadInput, Fault
from components.contracts.made_with import processor
from components.contracts.scorecard import Machine


def describe_machine(threads: int) -> Machine:
    """Return this machine, with the threads that each measured model gets.

    Cores are the physical ones that this process may use: affinity and cgroup quotas are heeded (joblib).

    Args:
        threads: as configured; 0 takes every core.

    Raises:
        BadInput: more threads than cores, which would measure their quarrel instead of the model.

    """
    cores = int(cpu_count(only_physical_cores=True))
    if threads > cores:
        way_out = "Set it to 0 to take every core, or give the step more cores."
        raise BadInput(Fault("evaluation.threads", str(threads), f"at most the {cores} cores of this machine", way_out))
    return Machine(processor(), cores, threads or cores, platform.platform())
