"""Records of CSV and TSV.

Not Arrow's CSV reader: it reads 32 blocks ahead of its user, a record has to fit into a block, and so texts of some MiB
would cost half a GiB. And it does not say where a quotation mark was left open.
"""

import csv
import io
from collections.abc import Iterator
from itertools import islice

import pyarrow as pa

from components.contracts.faults import BadInput, Fault
from components.data_ingestion.columns import BATCH_ROWS, refuse_missing
from components.data_ingestion.row_faults import RowFaults

LONGEST_TEXT_MIB = 16


def read_csv(
    text: io.BufferedReader, name: str, delimiter: str, wanted: dict[str, str], bad: RowFaults
) -> Iterator[pa.RecordBatch]:
    """Yield the records as batches of `row` and the wanted columns, all of them strings.

    Args:
        text: UTF-8; fields of up to 16 MiB, line breaks inside quotation marks; blank lines are passed over.
        name: the file, for messages.
        delimiter: what stands between two fields.
        wanted: the needed columns.
        bad: hears of records with too many or too few fields; they are not yielded.

    Raises:
        BadInput: a wanted column is not in the header, or a field is too long.

    """
    csv.field_size_limit(LONGEST_TEXT_MIB << 20)
    reader = csv.reader(io.TextIOWrapper(text, "utf-8", newline=""), delimiter=delimiter)
    records = filter(None, reader)
    row = 0
    batch: list[list[str]] = []
    try:
        header = next(records, None)
        if header is None:
            raise BadInput(Fault(name, "blank lines only", "a header and rows"))
        refuse_missing(wanted, header, name)
        places = [header.index(column) for column in wanted]
        batch.extend(islice(records, BATCH_ROWS))
        while batch:
            yield _batch(batch, row + 1, header, places, name, bad)
            row += len(batch)
            batch.clear()
            batch.extend(islice(records, BATCH_ROWS))  # keeps what came before an error
    except csv.Error:  # a field beyond the limit: there is no other error without the strict dialect
        found = f"a text of more than {LONGEST_TEXT_MIB} MiB that ends in line {reader.line_num:,} or later"
        way_out = f"Look for a quotation mark that is never closed, after row {row + len(batch):,}."
        raise BadInput(Fault(name, found, "shorter texts", way_out)) from None


def _batch(
    records: list[list[str]], first_row: int, header: list[str], places: list[int], name: str, bad: RowFaults
) -> pa.RecordBatch:
    numbers = list(range(first_row, first_row + len(records)))
    if any(len(fields) != len(header) for fields in records):
        whole = []
        for number, fields in zip(numbers, records, strict=True):
            if len(fields) == len(header):
                whole.append((number, fields))
            else:
                bad.add(name, number, f"{len(fields)} fields", f"{len(header)}, as in the header")
        numbers, records = [number for number, _ in whole], [fields for _, fields in whole]
    columns = [pa.array([fields[place] for fields in records], pa.string()) for place in places]
    return pa.record_batch(
        [pa.array(numbers, pa.int64()), *columns], names=["row", *(header[place] for place in places)]
    )
