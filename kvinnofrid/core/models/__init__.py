"""Rows that belong to no app: outgoing messages, stored files, long work."""

from kvinnofrid.core.models.files import FileKind, StoredFile
from kvinnofrid.core.models.jobs import Job, JobState
from kvinnofrid.core.models.messages import Message

__all__ = ["FileKind", "Job", "JobState", "Message", "StoredFile"]
