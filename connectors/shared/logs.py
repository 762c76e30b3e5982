"""Logs: one JSON object a line on stderr. No text, full number, password or token is ever put into one."""

import logging
import sys

import structlog

QUIET_LOGGERS = ("urllib3", "requests", "alembic", "sqlalchemy")
"""These print URLs, with all that the vendor wants in them, or statements with their values."""


def set_up_logs(level: int = logging.INFO) -> None:
    """Send our logs to stderr, and keep libraries from printing what must not be printed."""
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR if name != "urllib3" else logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_values,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _without_values(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Show where an exception came from and its kind: its words may hold a URL, a number or a text."""
    if event.pop("exc_info", None):
        kind, _, trace = sys.exc_info()
        frames = []
        while trace is not None:
            code = trace.tb_frame.f_code
            frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        event["exception"] = kind.__name__ if kind else None
        event["trace"] = frames
    return event
