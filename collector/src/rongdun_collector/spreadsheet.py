"""Tables as CSV that spreadsheets open right: Chinese stays Chinese, and text is shown, never calculated."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from starlette.responses import StreamingResponse

_BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets take Chinese for something else
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PORTION = 64 * 2**10


def csv_answer(name: str, head: Sequence[str], lines: Iterable[Sequence[object]]) -> StreamingResponse:
    """A table as a download of this name (ASCII, without its ending)."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(_text(head, lines), media_type="text/csv; charset=utf-8", headers=headers)


def _text(head: Sequence[str], lines: Iterable[Sequence[object]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield _BYTE_ORDER_MARK
    writer.writerow(head)
    for line in lines:
        writer.writerow([_cell(value) for value in line])
        if buffer.tell() > _PORTION:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _cell(value: object) -> str:
    """Text that a spreadsheet shows and does not calculate; numbers stay numbers."""
    if isinstance(value, (int, float)):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text
