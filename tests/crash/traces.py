"""What each form has left in the database, counted in every place where it leaves a trace, and what is the whole of it."""

from collections import Counter
from typing import Any

from django.db.models import Q

from agreements.models import Agreement
from kvinnofrid.core import results
from kvinnofrid.core.models import Job, JobState, Message, MessageState
from kvinnofrid.core.models.jobs import UNFINISHED
from kvinnofrid.core.models.messages import UNSENT
from mandates.models import Bundle, Mandate, MandateSeat
from organisations.models import Invitation
from tests.crash.journal import Entry, Found


def left_by(entry: Entry) -> tuple[Found, Found]:
    """What was found of it, and the whole."""
    return LOOK[entry.action](entry.mark, **entry.facts)


def _started(mandate: str) -> tuple[Found, Found]:
    history = Mandate.history.filter(id=mandate, verb="started")
    return {"row": Mandate.objects.filter(pk=mandate).count(), "history": history.count()}, {"row": 1, "history": 1}


def _person(mandate: str, title: str) -> tuple[Found, Found]:
    """The same saved twice is no harm, so only whether it was saved. Who has given up writes another title later."""
    history = Mandate.history.filter(id=mandate, title=title, verb="saved")
    return {"history": int(history.exists())}, {"history": 1}


def _seats(mandate: str, seats: int) -> tuple[Found, Found]:
    return {"lines": MandateSeat.objects.filter(mandate__pk=mandate).count()}, {"lines": seats}


def _line(line: str, case_number: str) -> tuple[Found, Found]:
    history = MandateSeat.history.filter(id=line, case_number=case_number, verb="saved")
    return {"history": int(history.exists())}, {"history": 1}


def _submitted(mandate: str, lines: int) -> tuple[Found, Found]:
    own = MandateSeat.objects.filter(mandate__pk=mandate)
    about = Q(pk__in=[])
    for line in own:
        about |= Q(key__startswith=f"mandate-line-{line.pk}-submitted-")
    found = {
        "state": Mandate.objects.filter(pk=mandate, state="submitted").count(),
        "lines": own.exclude(state="draft").count(),
        "history": Mandate.history.filter(id=mandate, verb="submitted").count(),
        "line history": MandateSeat.history.filter(mandate_id=mandate, verb="submitted").count(),
        "messages": Message.objects.filter(about).count(),
    }
    return found, {"state": 1, "lines": lines, "history": 1, "line history": lines, "messages": lines}


def _attested(line: str) -> tuple[Found, Found]:
    found = {
        "state": MandateSeat.objects.filter(pk=line, state="attested").count(),
        "history": MandateSeat.history.filter(id=line, verb="attested").count(),
        "messages": Message.objects.filter(key__startswith=f"mandate-line-{line}-attested-").count(),
    }
    return found, dict.fromkeys(found, 1)


def _invited(email: str) -> tuple[Found, Found]:
    found = {
        "row": Invitation.objects.filter(email=email).count(),
        "history": Invitation.history.filter(email=email, verb="invited").count(),
        "messages": Message.objects.filter(address=email).count(),
    }
    return found, dict.fromkeys(found, 1)


def _created(title: str) -> tuple[Found, Found]:
    history = Agreement.history.filter(title=title, verb="created")
    found = {"row": Agreement.objects.filter(title=title).count(), "history": history.count()}
    return found, dict.fromkeys(found, 1)


def _bundled(job: str) -> tuple[Found, Found]:
    """The work that was asked for has made one file, whole."""
    asked = Job.objects.filter(pk=job).first()
    bundles = list(Bundle.objects.filter(pk=asked.payload["bundle"])) if asked else []
    found = {"job": int(asked is not None), "rows": len(bundles)}
    found["files"] = sum(results.read(bundle.pk, bundle.sha256) is not None for bundle in bundles)
    return found, dict.fromkeys(found, 1)


LOOK: dict[str, Any] = {
    "start": _started,
    "fill in person": _person,
    "fill in seats": _seats,
    "fill in line": _line,
    "submit": _submitted,
    "attest": _attested,
    "invite": _invited,
    "create with key": _created,
    "bundle": _bundled,
}


# --- what nobody sends, but the portal itself does ----------------------------------------------------------------------


def nothing_waits() -> bool:
    """No work to be done and no message to be sent."""
    unsent = Message.objects.filter(state__in=UNSENT).exclude(state=MessageState.GATHERING)
    return not unsent.exists() and not Job.objects.filter(state__in=UNFINISHED).exists()


def failed_jobs() -> list[Job]:
    """Given up after three kills in the middle, told so, and not done since."""
    done = list(Job.objects.filter(state=JobState.DONE).values_list("kind", "payload"))
    return [job for job in Job.objects.filter(state=JobState.FAILED) if (job.kind, job.payload) not in done]


def of_jobs() -> Counter[str]:
    """All work that was asked for has ended well."""
    open_ = Job.objects.filter(state__in=UNFINISHED).count() + len(failed_jobs())
    return Counter(
        asked_for=Job.objects.count(),
        unresolved=open_,
        resolved=Job.objects.filter(tries__gt=1, state="done").count(),
    )


def of_messages(arrived: Counter[str], kills: int) -> Counter[str]:
    """Each message has arrived; twice only where its sender or what it notes in was killed in between."""
    sent = [str(reference) for reference in Message.objects.filter(state="sent").values_list("reference", flat=True)]
    repeats = sum(arrived[reference] - 1 for reference in sent if arrived[reference] > 1)
    unknown = len(set(arrived) - {str(found) for found in Message.objects.values_list("reference", flat=True)})
    return Counter(
        sent=len(sent),
        lost=sum(not arrived[reference] for reference in sent),
        doubled=max(0, repeats - kills) + unknown,
        resolved=Message.objects.filter(state="sent", tries__gt=1).count(),
        unresolved=Message.objects.exclude(state__in=["sent", "not_mailed"]).count(),
        repeated_after_a_kill=repeats,
    )
