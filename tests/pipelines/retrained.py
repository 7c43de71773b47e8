"""`bessemer retrain` again and again, as a schedule would: made once, for all tests that look at what came of it."""

from dataclasses import dataclass
from pathlib import Path

from tests.conftest import labelled_texts
from tests.pipelines import runs

PAIRS = labelled_texts(400, seed=1)


@dataclass(frozen=True)
class Retrained:
    """A home in which a model was built, left alone, asked for, and trained further on other data."""

    home: Path
    reviews: Path
    first: runs.Ended
    """There was no version yet."""
    idle: runs.Ended
    """There was no reason."""
    forced: runs.Ended
    """Somebody asked for it, and nothing had changed."""
    further: runs.Ended
    """A row had changed; trained from the champion on."""


def arguments(reviews: Path, *more: str) -> list[str]:
    """Return the preset's name and its settings."""
    fixed = [f"data_ingestion.source={reviews}", "data_ingestion.max_rows=0", "evaluation.threads=1"]
    values = [*fixed, "retraining.cooldown_hours=0", *more]
    return ["smoke", *(word for value in values for word in ("--set", value))]


def retrain_again_and_again(folder: Path) -> Retrained:
    """Let `smoke` be retrained four times."""
    home, reviews = folder / "home", folder / "reviews.csv"
    runs.write_reviews(reviews, PAIRS)
    first = runs.run(home, *arguments(reviews), command="retrain")
    idle = runs.run(home, *arguments(reviews), command="retrain")
    forced = runs.run(home, *arguments(reviews), "--force", "a look", command="retrain")
    runs.write_reviews(reviews, [(PAIRS[0][0] + " indeed", PAIRS[0][1]), *PAIRS[1:]])
    further = runs.run(home, *arguments(reviews, "retraining.start_from=champion"), command="retrain")
    return Retrained(home, reviews, first, idle, forced, further)
