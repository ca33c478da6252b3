"""Core's own work of every day: the day's letter, and what has been kept long enough."""

from kvinnofrid.core import dispatcher, files, idempotency, jobs


@jobs.daily("daily-digest", label="Skickar dagens brev", hour=7)
def daily_digest(job: jobs.JobRun) -> None:
    dispatcher.send_digests()


@jobs.daily("remove-old-messages", label="Tar bort gamla meddelanden")
def remove_old_messages(job: jobs.JobRun) -> None:
    dispatcher.remove_old()


@jobs.daily("remove-finished-jobs", label="Tar bort avslutade arbeten")
def remove_finished_jobs(job: jobs.JobRun) -> None:
    jobs.remove_finished()


@jobs.daily("remove-lost-files", label="Tar bort filer som inget hör till")
def remove_lost_files(job: jobs.JobRun) -> None:
    files.remove_lost()


@jobs.daily("remove-used-keys", label="Tar bort använda nycklar")
def remove_used_keys(job: jobs.JobRun) -> None:
    idempotency.forget_old_keys()
