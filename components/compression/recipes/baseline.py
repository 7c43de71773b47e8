"""Recipe `baseline`: the tuned model itself, by reference; what every other candidate is measured against."""

from components.compression.job import Job, Made


def make(job: Job) -> Made:
    """Write nothing: the candidate names the tuned model, which torch runs."""
    return Made(runtime="torch", applied="left as it is")
