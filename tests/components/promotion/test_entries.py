"""Who reigns and who reigned before, from any history of moves."""

from hypothesis import given
from hypothesis import strategies as st

from components.contracts.journal import Entry
from components.promotion.entries import champion, former_champion, open_requests, policy_of, reign_of, why_lapsed


def entries(*moves: tuple[str, int | None]) -> list[Entry]:
    return [Entry(number, 0.0, "", "", {"kind": kind, "to": to}) for number, (kind, to) in enumerate(moves, start=1)]


def test_nobody_reigns_before_the_first_entry() -> None:
    assert champion([]) is None
    assert former_champion([], None) is None
    assert reign_of([], 1) is None


def test_a_rollback_forgets_who_it_came_back_from() -> None:
    history = entries(("promotion", 1), ("promotion", 2), ("promotion", 3), ("rollback", 2))
    assert champion(history) == 2
    assert former_champion(history, 2) == 1


def test_a_move_by_hand_is_a_step_to_come_back_from() -> None:
    history = entries(("promotion", 1), ("promotion", 2), ("by hand", 1))
    assert former_champion(history, 1) == 2
    assert former_champion(history[:2], 1) == 2  # the same before it is recorded
    assert former_champion([*history, *entries(("by hand", None))], None) == 1


def test_who_reigned_twice_is_come_back_from_one_reign_at_a_time() -> None:
    history = entries(("promotion", 1), ("promotion", 2), ("approval", 1))
    assert former_champion(history, 1) == 2
    assert former_champion([*history, *entries(("rollback", 2))], 2) == 1


def test_going_back_to_who_was_come_back_from_is_a_reign_again() -> None:
    history = entries(("promotion", 1), ("promotion", 2), ("rollback", 1), ("rollback", 2))
    assert former_champion(history, 2) == 1


def test_requests_move_nothing() -> None:
    history = entries(("promotion", 1), ("request", 2), ("rejection", 2))
    history[2].values["request"] = 2
    assert (champion(history), former_champion(history, 1), open_requests(history)) == (1, None, [])
    assert [entry.number for entry in open_requests(history[:2])] == [2]


def test_a_request_lapses_with_its_champion_and_in_time() -> None:
    request = Entry(1, 0.0, "", "", {"kind": "request", "from": 3, "to": 4, "expires": 100.0})
    assert why_lapsed(request, [request], 3, 100.0) == ""
    assert why_lapsed(request, [request], 3, 100.1) == "nobody answered in time"
    assert why_lapsed(request, [request], None, 0) == "version 3 reigned when it was made, and nobody reigns now"


def test_a_request_lapses_with_a_later_policy_and_not_with_an_earlier_one() -> None:
    policies = [Entry(number, 0.0, "", "", {"kind": "policy", "policy": {}}) for number in (1, 3)]
    request = Entry(2, 0.0, "", "", {"kind": "request", "from": 3, "to": 4, "expires": 100.0})
    assert why_lapsed(request, [policies[0], request], 3, 0) == ""
    said = "the model's policy was changed after it was made, by entry 3"
    assert why_lapsed(request, [policies[0], request, policies[1]], 3, 0) == said
    assert policy_of([policies[0], request, policies[1]]) == policies[1]
    assert policy_of([request]) is None


@given(st.lists(st.integers(1, 6), min_size=1, max_size=12))
def test_rollbacks_end_at_the_first_champion(versions: list[int]) -> None:
    """However often somebody goes back, each step leads to an earlier reign, and the last one to the first."""
    history = entries(*(("promotion", version) for version in versions))
    steps = 0
    while (before := former_champion(history, champion(history))) is not None:
        history += entries(("rollback", before))
        steps += 1
        assert steps < len(versions)
    assert champion(history) == versions[0]
