import html
import re
from html.parser import HTMLParser

import pytest

from components.contracts.faults import BadInput
from tests.components.data_validation.conftest import Judge, Pairs
from tests.conftest import write_dataset

ADDRESS, PHONE, CARD = "jane.doe@mail.example.com", "(415) 555-2671", "4111 1111 1111 1111"
PERSONAL = f"Ask {ADDRESS} or {PHONE}, pay with {CARD}"


class Page(HTMLParser):
    """Gathers the tags and the attributes of a page, and that what is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [str(value) for name, value in attrs if name in ("src", "href", "action", "data")]
        if tag not in ("meta", "br", "link", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_opens_on_its_own(judge: Judge, sound: dict[str, Pairs]) -> None:
    judge(sound)
    text = judge.page.read_text()
    page = Page(text)
    assert page.open == []
    assert page.links == []
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not re.search(r"https?://|url\(|@import|@font-face", text)
    assert "prefers-color-scheme: dark" in text
    assert 'name="viewport"' in text


def test_a_sound_data_set_is_said_to_be(judge: Judge, sound: dict[str, Pairs]) -> None:
    judge(sound)
    text = judge.page.read_text()
    assert "May be trained on" in text
    assert "Every expectation holds." in text
    assert "Every expectation, by Great Expectations" in text
    assert "values must be less than or equal to" in text


@pytest.mark.slow
def test_the_same_data_set_gives_the_same_page(judge: Judge, sound: dict[str, Pairs]) -> None:
    judge(sound)
    first = judge.page.read_bytes()
    validation = (judge.home / "validation" / "validation.json").read_bytes()
    judge(sound)
    assert judge.page.read_bytes() == first
    assert (judge.home / "validation" / "validation.json").read_bytes() == validation


def test_texts_and_labels_are_escaped(judge: Judge, sound: dict[str, Pairs]) -> None:
    script = "<script>alert('here')</script>"
    sentences = judge.refusal({**sound, "test": [*sound["test"], (f"{script}\x00", script)]})
    assert len(sentences) == 1
    text = judge.page.read_text()
    assert "<script" not in text
    assert script in html.unescape(text)
    assert "Stopped before training" in text


@pytest.mark.parametrize("severity", ["hard", "soft"])
def test_no_personal_data_is_repeated_anywhere(
    judge: Judge, sound: dict[str, Pairs], severity: str, capsys: pytest.CaptureFixture[str]
) -> None:
    personal = ("email_addresses", "phone_numbers", "card_numbers", "duplicates", "leakage_exact", "label_set")
    rows = {**sound, "train": [*sound["train"], (PERSONAL, "fresh"), (PERSONAL, "fresh")]}
    rows["test"] = [*sound["test"], (PERSONAL, "fresh"), ("a new film of the year", ADDRESS)]
    sections = {name: {"severity": severity, "max_share": 0.0} for name in personal}
    said = ""
    try:
        judge(rows, **sections)
    except BadInput as refusal:
        said = str(refusal)
        assert "j***@***.com" in said
    files = [path for path in judge.home.rglob("*") if path.is_file() and "dataset" not in path.parts]
    said += "".join(path.read_text() for path in files) + capsys.readouterr().out
    assert len(files) == (1 if severity == "hard" else 2)
    for original in (ADDRESS, PHONE, CARD, "mail.example", "555", "1111 1111"):
        assert original not in said


def test_what_cannot_be_read_has_a_page_too(judge: Judge, sound: dict[str, Pairs]) -> None:
    dataset = write_dataset(judge.home / "dataset", sound)  # type: ignore[arg-type]
    text = (dataset / "dataset.json").read_text()
    (dataset / "dataset.json").write_text(text.replace('"validation":', '"train":'))  # two trains, the later one wins
    with pytest.raises(BadInput, match=r"validation\.text"):
        judge.of(dataset)
    assert "Stopped before training" in judge.page.read_text()
