import pytest

from components.registration.markdown import bullets, code, plain, table


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a plain sentence.", "a plain sentence."),
        ("<img src=x> [a](b) *c* `d` #e", "\\<img src=x\\> \\[a\\](b) \\*c\\* \\`d\\` \\#e"),
        ("two\nlines", "two lines"),
    ],
)
def test_markup_is_taken_for_text(text: str, written: str) -> None:
    assert plain(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [("label=a", "`label=a`"), ("a`b", "``a`b``"), ("``", "``` `` ```"), ("<b>\n</b>", "`<b> </b>`")],
)
def test_code_is_whole_whatever_it_holds(text: str, written: str) -> None:
    assert code(text) == written


def test_a_bar_does_not_end_a_cell() -> None:
    lines = table(["label", "rows"], [[code("a|b"), "1"], [plain("c|d"), "2"]]).splitlines()
    assert lines == ["| label | rows |", "| --- | --- |", "| `a\\|b` | 1 |", "| c\\|d | 2 |"]


def test_a_list_has_an_item_a_line() -> None:
    assert bullets(["one", "two"]) == "- one\n- two"
