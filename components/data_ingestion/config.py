"""Where the rows come from, which of them are kept, and how they are split."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from components.contracts.address import holds_secret, without_password
from components.contracts.faults import Fault
from components.contracts.settings import STRICT

Format = Literal["csv", "tsv", "jsonl", "parquet", "label-first"]
Fraction = Annotated[float, Field(gt=0, lt=1)]
Name = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, config=STRICT)
class DataIngestionSettings:
    """Settings of the room data_ingestion."""

    source: Name
    """A file or folder: a path, `s3://bucket/key`, `package://import_name/path/inside`, or a path in `repository`."""
    repository: str = ""
    """The DVC repository that `source` is a path in: a folder or a git URL; empty when there is none."""
    revision: str = ""
    """The git revision in `repository`; empty means its working tree, or a URL's default branch."""
    format: Format | Literal["auto"] = "auto"
    """`auto` goes by the file's ending, also through .gz and .bz2; `label-first` is a line `LABEL text` a row."""
    encoding: Literal["utf-8", "latin-1"] = "utf-8"
    """The characters of a text file; Parquet is always UTF-8."""
    text_column: Name = "text"
    """The column that holds the text; `text` in a `label-first` file."""
    label_column: Name = "label"
    """The column that holds the label: text, whole numbers or booleans; `label` in a `label-first` file."""
    keep: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    """Only rows whose column has one of these values are kept; all rows when empty."""
    drop_empty: bool = False
    """Whether rows without a visible character in the text are left out; otherwise data validation judges them."""
    drop_duplicates: bool = False
    """Whether a later row with an equal text and the same label is left out (equal: see README.md)."""
    max_rows: Annotated[int, Field(ge=0)] = 0
    """Keep a random sample of this many rows; 0 means all."""
    validation: Fraction = 0.1
    """The share of rows in the validation split, where the source brings none: of all rows, or of the given `train`."""
    test: Fraction = 0.15
    """The share of rows in the test split, where the source brings none: of all rows, or of the given `train`."""
    split_column: str = ""
    """The column that says `train`, `validation` or `test`; empty when the rows do not say."""
    seed: Annotated[int, Field(ge=0)] = 0
    """The seed of the sample and of the splits."""

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations."""
        checks = (
            *(self._secret_in(name) for name in ("source", "repository")),
            self._unusable_source(),
            self._shares_of_more_than_all(),
            self._revision_of_nothing(),
            self._two_places(),
            self._one_column_twice(),
            self._characters_of_parquet(),
        )
        return [fault for fault in checks if fault]

    def _secret_in(self, name: str) -> Fault | None:
        address = getattr(self, name)
        if not holds_secret(address):
            return None
        way_out = "Every run keeps its settings and shows them: leave the secret to git's credential helper."
        found = f"{without_password(address)} with a password or token"
        return Fault(f"data_ingestion.{name}", found, "an address without one", way_out)

    def _unusable_source(self) -> Fault | None:
        scheme, separator, rest = self.source.partition("://")
        if not separator or self.repository:
            return None
        first, _, path = rest.partition("/")
        if scheme not in ("s3", "package"):
            return Fault("data_ingestion.source", f"{scheme}://", "a path, s3://… or package://…", "Download it first.")
        if scheme == "s3" and not first:
            return Fault("data_ingestion.source", self.source, "s3://bucket/key")
        if scheme == "package" and not (first.isidentifier() and path):
            return Fault("data_ingestion.source", self.source, "package://import_name/path/inside")
        return None

    def _shares_of_more_than_all(self) -> Fault | None:
        if self.validation + self.test < 1:
            return None
        return Fault(
            "data_ingestion.validation and data_ingestion.test",
            f"{self.validation:g} + {self.test:g} = {self.validation + self.test:g}",
            "a sum below 1",
            "What they leave is the training split.",
        )

    def _revision_of_nothing(self) -> Fault | None:
        if not self.revision or self.repository:
            return None
        way_out = "Name the DVC repository that it is a revision of, or leave revision empty."
        return Fault("data_ingestion.revision", f"{self.revision} without a repository", "a repository", way_out)

    def _two_places(self) -> Fault | None:
        if not self.repository or "://" not in self.source:
            return None
        return Fault("data_ingestion.source", self.source, f"a path inside the repository {self.repository}")

    def _one_column_twice(self) -> Fault | None:
        if self.text_column != self.label_column:
            return None
        return Fault("data_ingestion.label_column", f"{self.label_column}, the text column", "another column")

    def _characters_of_parquet(self) -> Fault | None:
        if self.format != "parquet" or self.encoding == "utf-8":
            return None
        return Fault("data_ingestion.encoding", self.encoding, "utf-8", "Parquet has no other encoding.")
