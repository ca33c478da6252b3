"""Rows that belong to no app: outgoing messages, stored files, long work."""

from kvinnofrid.core.models.files import FileKind, StoredFile
from kvinnofrid.core.models.heartbeats import Heartbeat
from kvinnofrid.core.models.jobs import DailyWork, Job, JobState
from kvinnofrid.core.models.keys import UsedKey
from kvinnofrid.core.models.messages import MailFrequency, Message, MessageKind, MessageState

__all__ = [
    "DailyWork",
    "FileKind",
    "Heartbeat",
    "Job",
    "JobState",
    "MailFrequency",
    "Message",
    "MessageKind",
    "MessageState",
    "StoredFile",
    "UsedKey",
]
