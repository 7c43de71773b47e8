"""Records of Parquet, streamed by Arrow."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from components.contracts.faults import BadInput, Fault, refuse_if_any
from components.data_ingestion.columns import BATCH_ROWS, refuse_missing
from components.data_ingestion.row_faults import RowFaults

_BUFFER_BYTES = 1 << 20


def read_parquet(path: Path, name: str, wanted: dict[str, str], bad: RowFaults) -> Iterator[pa.RecordBatch]:
    """Yield the records as batches of `row` and the wanted columns, all of them strings.

    Args:
        path: the file.
        name: the file, for messages.
        wanted: the needed columns.
        bad: hears of texts that are not UTF-8; they become null.

    Raises:
        BadInput: it is not Parquet, or damaged; a wanted column is missing or of a wrong type.

    """
    row = 1
    try:
        # read page by page, not a whole column of a row group at once
        with pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as file:
            refuse_missing(wanted, file.schema_arrow.names, name)
            refuse_if_any(_wrong_types(file.schema_arrow, wanted, name))
            for batch in file.iter_batches(BATCH_ROWS, columns=list(wanted)):
                numbers = pa.array(np.arange(row, row + batch.num_rows))
                columns = [_strings(batch.column(column), row, column, name, bad) for column in wanted]
                yield pa.record_batch([numbers, *columns], names=["row", *wanted])
                row += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        way_out = "It was cut short or damaged on its way: copy it anew."
        found = f"broken Parquet data after row {row - 1:,} ({str(error).splitlines()[0][:120]})"
        raise BadInput(Fault(name, found, "Parquet data", way_out)) from None


def _wrong_types(schema: pa.Schema, wanted: dict[str, str], name: str) -> list[Fault]:
    faults = []
    for column, setting in wanted.items():
        kind = schema.field(column).type
        value = kind.value_type if pa.types.is_dictionary(kind) else kind
        if pa.types.is_string(value) or pa.types.is_large_string(value) or pa.types.is_string_view(value):
            continue
        if setting != "text_column" and (pa.types.is_integer(value) or pa.types.is_boolean(value)):
            continue
        if pa.types.is_null(value):
            continue  # no row has a value: whoever counts the labels will say so
        expected = "strings" if setting == "text_column" else "strings, whole numbers or booleans"
        faults.append(Fault(f"{name} column {column}", f"{kind} from row 1 on", expected, "Convert it first."))
    return faults


def _strings(column: pa.Array, first_row: int, name: str, file: str, bad: RowFaults) -> pa.StringArray:
    values = column.cast(pa.string())
    try:
        values.validate(full=True)
    except pa.ArrowInvalid:
        return pa.array(list(_valid(values, first_row, name, file, bad)), pa.string())
    return values


def _valid(values: pa.StringArray, first_row: int, name: str, file: str, bad: RowFaults) -> Iterator[str | None]:
    for place, value in enumerate(values):
        try:
            yield value.as_py()
        except UnicodeDecodeError:
            bad.add(file, first_row + place, f"bytes that are no UTF-8 in column {name}", "UTF-8 text")
            yield None
