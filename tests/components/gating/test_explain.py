from components.gating.config import GatingSettings
from components.gating.explain import explain
from components.gating.judge import judge
from components.gating.pairs import Pairs
from tests.components.gating.conftest import Contender, Contest, answers, contest

DEFAULTS = GatingSettings(resamples=1000)


def explained(pairs: Pairs, **more: object) -> list[str]:
    return explain(judge(contest(pairs, **more).answered(), DEFAULTS))


def test_a_test_set_that_is_too_small_is_said_to_be_with_the_rows_that_it_takes() -> None:
    assert explained(Pairs(1066, 22, 26))[1] == (
        "The test set of 1,066 rows is too small to decide a margin of 1 point of accuracy: where two models differ as "
        "often as these, it takes about 2,889."
    )


def test_a_test_set_that_is_large_enough_is_said_to_be_too() -> None:
    assert "is large enough to decide a margin of 1 point" in explained(Pairs(4000, 90, 70))[1]


def test_a_small_test_set_that_showed_something_all_the_same() -> None:
    assert "is small, but was enough this time" in explained(Pairs(1066, 12, 60))[1]
    assert "is small, but was enough this time" in explained(Pairs(1066, 30, 10))[1]


def test_everything_that_stands_against_it_is_told_once() -> None:
    sentences = explained(Pairs(1066, 12, 60), faults=["It does not load."])
    assert "does not pass" in sentences[0]
    assert sentences[2:] == ["serving: It does not load."]


def test_where_nobody_reigns_no_rows_are_asked_for() -> None:
    alone = Contest(Contender(1, answers(Pairs(500, 0, 0))[0]), None)
    assert len(explain(judge(alone.answered(), DEFAULTS))) == 1
