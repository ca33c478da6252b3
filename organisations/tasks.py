"""The app's work of every day: what is left of logins, and the data of those who have left."""

from django.utils import timezone

from kvinnofrid.core import jobs
from organisations.actions import login, retention


@jobs.daily("retention", label="Gallrar personuppgifter", hour=4)
def retain(job: jobs.JobRun) -> None:
    """What is due today, a person at a time."""
    faults = retention.retain(timezone.localdate(), lambda: job.progress(0, 0))
    if faults:
        raise jobs.JobFailed(f"Det gick inte för {faults} av personerna. Portalen försöker igen i morgon.")


@jobs.daily("remove-ended-sessions", label="Tar bort inloggningar som har gått ut")
def remove_ended_sessions(job: jobs.JobRun) -> None:
    login.remove_ended_sessions()
