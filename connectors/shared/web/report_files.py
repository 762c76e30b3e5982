"""A campaign's report as a file to take away."""

import tempfile
from collections.abc import Callable, Iterable
from typing import IO, Any, Final

from flask import Response, send_file

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_file(lines: Iterable[Any], campaign_id: str) -> Response:
    """Return the report's lines, written as they are made."""
    response = Response(lines, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"campaign-{campaign_id}.csv")
    return response


def xlsx_file(write: Callable[[IO[bytes]], None], campaign_id: str) -> Response:
    """Return the workbook that `write` writes into a file, which is gone once it has been sent."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been sent
    write(file)
    file.seek(0)
    return send_file(file, XLSX, as_attachment=True, download_name=f"campaign-{campaign_id}.xlsx")
