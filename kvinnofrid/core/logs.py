"""Log lines without personal data."""

import logging
import re

# PostgreSQL repeats the row's values in these lines of an error.
ROW_DETAILS = re.compile(r"^(DETAIL|CONTEXT|QUERY|STATEMENT):.*$\n?", re.MULTILINE)


class PlainFormatter(logging.Formatter):
    """Leaves out what the database tells about the row, which can be a name or an address."""

    def format(self, record: logging.LogRecord) -> str:
        return ROW_DETAILS.sub("", super().format(record)).rstrip()
