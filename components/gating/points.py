"""Points of accuracy in words."""


def in_points(points: float) -> str:
    """Return such as `1 point` or `0.5 points`."""
    return f"{points:g} point{'' if points == 1 else 's'}"


def above(points: float) -> str:
    """Return such as `+0.4` or `-1.2`."""
    return f"{round(points, 1) + 0.0:+.1f}"


def better(points: float, than: str = "") -> str:
    """Return such as `0.4 points better` or `exactly as accurate`, with what it is compared to where that is said."""
    if not points:
        return f"exactly as accurate{f' as {than}' if than else ''}"
    return f"{abs(points):.1f} points {'better' if points > 0 else 'worse'}{f' than {than}' if than else ''}"
