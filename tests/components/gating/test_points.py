from components.gating.points import above, better, in_points


def test_one_point_is_no_points() -> None:
    assert (in_points(1.0), in_points(0.5), in_points(2.0)) == ("1 point", "0.5 points", "2 points")


def test_nothing_has_no_minus() -> None:
    assert (above(-0.04), above(0.04), above(-0.06)) == ("+0.0", "+0.0", "-0.1")


def test_better_worse_and_neither() -> None:
    assert better(0.44, "version 5") == "0.4 points better than version 5"
    assert better(-1.0) == "1.0 points worse"
    assert better(0.0, "version 5") == "exactly as accurate as version 5"
    assert better(0.0) == "exactly as accurate"
