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


# What open pages ask every few seconds, and the answer that all is well and nothing to note.
ROUTINE = {"here": 200, "present": 204}


def is_routine(path: str, status: int) -> bool:
    """Whether a request is one of those that open pages repeat, answered as most of them are."""
    return ROUTINE.get(path.rstrip("/").rpartition("/")[2]) == status


class WithoutRoutine(logging.Filter):
    """Leaves out of what the demo's server says those requests that open pages repeat."""

    def filter(self, record: logging.LogRecord) -> bool:
        match record.args:
            case (str(line), str(status), _) if status.isdigit() and line.count(" ") == 2:
                return not is_routine(line.split()[1].partition("?")[0], int(status))
        return True


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
    that gunicorn refuses by itself has no path of its own. What open pages repeat is left out.
    """

    def access(
        self, resp: Response, req: Request, environ: MutableMapping[str, Any], request_time: Any
    ) -> None:
        path = environ.get("PATH_INFO", environ["RAW_URI"].partition("?")[0])
        status = int(str(resp.status).split()[0])
        if is_routine(path, status):
            return
        self.access_log.info(
            "request",
            extra={
                "method": environ["REQUEST_METHOD"],
                "path": path,
                "status": status,
                "milliseconds": round(request_time.total_seconds() * 1000, 1),
                # What the kernel sends from a file isn't counted as sent.
                "bytes": resp.sent or resp.response_length or 0,
            },
        )
