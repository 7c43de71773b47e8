"""What is shown of an answer: why a model is trained again or not, and how its last retrainings ended."""

from components.retraining.begin import Answer
from components.retraining.record import Attempt, moment

_ROWS = 10


def page(name: str, answer: Answer) -> str:
    """Return the page as Markdown."""
    verb = "is trained again" if answer.begins else "is not trained again"
    lines = [f"# {name} {verb}", "", answer.why, ""]
    attempts = answer.record.attempts[-_ROWS:]
    if attempts:
        lines += ["| began | run | reason | ended | hours | what it failed of |", "|---|---|---|---|---|---|"]
        lines += [_row(attempt) for attempt in reversed(attempts)]
    return "\n".join(lines) + "\n"


def _row(attempt: Attempt) -> str:
    end = attempt.end
    ended = [end.how, f"{end.seconds / 3600:.2f}", end.why] if end else ["under way", "", ""]
    cells = [moment(attempt.time), attempt.run, attempt.reason, *ended]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
