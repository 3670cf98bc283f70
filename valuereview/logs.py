"""Logs as one line of JSON each: when, how grave, who says it, what, and what is beside it."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.http.message import Request
from gunicorn.http.wsgi import Response
from pythonjsonlogger.json import JsonFormatter


class JSONFormatter(JsonFormatter):
    """A record as one line; a traceback is one field of it."""

    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}",
            style="{",
            datefmt="%Y-%m-%dT%H:%M:%S%z",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            # The request itself would be its object's name: its method and path say more.
            reserved_attrs=[*vars(logging.makeLogRecord({})), "request", "server_time", "asctime"],
        )


class WithoutQuery(logging.Filter):
    """Cuts from what gunicorn says of a request that failed whatever its sender may have typed.

    Of one that can't be read, all but the kind of mistake; of others, the query string.
    """

    TYPED = re.compile(r"(?<=^Invalid request from )(ip=\S* [\w ]*).*|\?.*", re.DOTALL)

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.TYPED.sub(r"\1", record.getMessage()), ()
        return True


class RequestLogger(Logger):
    """Notes each request: what was asked, what was answered, and in how many milliseconds.

    Never the query string, which may hold what somebody searched for, nor who asked. A request
    that gunicorn refuses by itself has no path of its own.
    """

    def access(
        self, resp: Response, req: Request, environ: MutableMapping[str, Any], request_time: Any
    ) -> None:
        self.access_log.info(
            "request",
            extra={
                "method": environ["REQUEST_METHOD"],
                "path": environ.get("PATH_INFO", environ["RAW_URI"].partition("?")[0]),
                "status": int(str(resp.status).split()[0]),
                "milliseconds": round(request_time.total_seconds() * 1000, 1),
                # What the kernel sends from a file isn't counted as sent.
                "bytes": resp.sent or resp.response_length or 0,
            },
        )
