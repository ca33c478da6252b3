"""People at work: they fill in and submit mandates, attest, invite, have files made and create agreements.

Whoever gets no answer sends the same form again, as somebody does who presses the button once more; or, now and then,
gives up. What no kill explains (a refusal, a lost login) is noted and ends the run.
"""

import http.client
import random
import re
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from itertools import count
from queue import Empty, Queue
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from tests.crash.journal import Entry, Journal
from tests.factories.server import Browser, let_in

GIVES_UP = 0.2
LOGIN = "/konto/logga-in/"
Duties = dict[str, tuple[Callable[[], None], int]]
GONE = (OSError, http.client.HTTPException)


class Strange(Exception):
    """An answer that should not come, whatever was killed."""


class Office:
    """What all of them share: the journal, what waits for whom, and when to go home."""

    def __init__(self, port: int, seed: int, pause: float) -> None:
        self.port, self.seed, self.pause = port, seed, pause
        self.today = timezone.localdate()
        self.journal = Journal()
        self.closes = threading.Event()
        self.days_with_mandates: list[date] = []


class Person(Browser):
    """Somebody logged in, who does one thing after another until the office closes."""

    def __init__(self, office: Office, user: Any) -> None:
        super().__init__(office.port)
        self.office, self.user = office, user
        self.chance = random.Random(f"{office.seed} {user.email}")
        self.numbers = count(1)
        self.has_done: set[str] = set()
        let_in(user)

    @property
    def duties(self) -> Duties:
        """What the person does, and how often compared with the rest, by the action that ends it."""
        raise NotImplementedError

    def come_to_work(self) -> None:
        self.log_in(self.user)

    def work(self) -> None:
        choices, weights = zip(*self.duties.values(), strict=True)
        while not self.office.closes.wait(self.chance.uniform(0, self.office.pause)):
            try:
                self.chance.choices(choices, weights)[0]()
            except (Strange, AssertionError) as strange:
                self.office.journal.strange.append(str(strange))
                return

    def has_done_everything(self) -> bool:
        return self.has_done >= set(self.duties)

    def new_key(self) -> str:
        return f"{self.chance.getrandbits(64):x}"

    def fill(self, entry: Entry, path: str, values: dict[str, Any], *, insists: bool = False) -> str:
        """Sends one form until somebody answers; answers where that led, or "" when the person gave up."""
        token = self.cookies.get("csrftoken", "")
        body = urlencode({**values, "csrfmiddlewaretoken": token}, doseq=True)
        while True:
            try:
                status, where = self.send("POST", path, body)
            except GONE:
                status, where = 503, ""
            if status < 500:
                break
            entry.interruptions += 1
            if not insists and (self.office.closes.is_set() or self.chance.random() < GIVES_UP):
                return ""
            self.wait_for_answer()
            time.sleep(0.1)  # the server answers; the database may not yet
        if status not in {302, 303} or where.startswith(LOGIN):
            raise Strange(f"{entry.action} {path}: {status} {where}")
        entry.is_acknowledged = True
        self.has_done.add(entry.action)
        return where

    def read(self, path: str) -> str:
        """A page, or "" when nobody answers."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as client:
            try:
                client.request("GET", path, headers=headers)
                answer = client.getresponse()
                return answer.read().decode() if answer.status == 200 else ""
            except GONE:
                return ""


class Representative(Person):
    """Fills in one mandate after the other, each for a day of its own, and submits it."""

    edition: int
    seats: list[int]
    commissioner: int

    def __init__(self, office: Office, user: Any) -> None:
        super().__init__(office, user)
        self.submitted: Queue[tuple[str, date]] = Queue()  # addresses of lines, for the commissioner

    @property
    def duties(self) -> Duties:
        return {"submit": (self.one_mandate, 1)}

    def one_mandate(self) -> None:
        journal, number = self.office.journal, next(self.numbers)
        day = self.office.today + timedelta(days=number - 1)
        start = journal.begin("start")
        where = self.fill(start, "/uppdrag/nytt/", {"edition": self.edition, "once": self.new_key()}, insists=True)
        start.mark = mandate = where.split("/")[2]
        base = f"/uppdrag/{mandate}/"
        title = f"Handläggare {number}"
        person = {"name": self.user.name, "title": title, "email": self.user.email, "phone": "010-123 45 67"}
        entry = journal.begin("fill in person", mandate, title=title)
        if not self.fill(entry, f"{base}kontaktuppgifter/", person):
            return
        entry = journal.begin("fill in seats", mandate, seats=len(self.seats))
        where = self.fill(entry, f"{base}organisationer/", {"seats": self.seats})
        lines = []
        while "/organisationer/" in where:
            lines.append(where)
            where = self.one_line(where, day)
        if where and self.fill(journal.begin("submit", mandate, lines=len(lines)), f"{base}granska/", {}):
            for line in lines:
                self.submitted.put((line, day))

    def one_line(self, path: str, day: date) -> str:
        case_number = f"KS {path.split('/')[4]}-{day:%Y%m%d}"
        entry = self.office.journal.begin("fill in line", path.split("/")[4], case_number=case_number)
        values = {
            "kind": "ordinary",
            "share_percent": "12,5",
            "commissioner": self.commissioner,
            "starts_on": day,
            "ends_on": day,
            "case_number": case_number,
            "contacts-TOTAL_FORMS": 1,
            "contacts-INITIAL_FORMS": 0,
            "contacts-0-name": "Enheten för stöd",
        }
        return self.fill(entry, path, values)


class Commissioner(Person):
    """Attests what the representative has submitted."""

    submitted: "Queue[tuple[str, date]]"

    @property
    def duties(self) -> Duties:
        return {"attest": (self.one_attest, 1)}

    def one_attest(self) -> None:
        try:
            line, day = self.submitted.get_nowait()
        except Empty:
            return
        path = f"{line}beslut/"
        version = re.search(r'name="version" value="(\d+)"', self.read(path))
        if not version:
            self.submitted.put((line, day))
            return
        entry = self.office.journal.begin("attest", line.split("/")[4])
        if self.fill(entry, path, {"decision": "attest", "version": version[1]}):
            self.office.days_with_mandates.append(day)


class Administrator(Person):
    """Invites people."""

    @property
    def duties(self) -> Duties:
        return {"invite": (self.one_invitation, 1)}

    def one_invitation(self) -> None:
        email = f"{self.new_key()}@inbjuden.example"
        entry = self.office.journal.begin("invite", email)
        values = {"email": email, "roles": ["reader"], "starts_on": self.office.today, "once": self.new_key()}
        self.fill(entry, "/organisationer/falun/personer/bjud-in/", values)


class Coordinator(Person):
    """Has mandates gathered in files, and creates agreements."""

    @property
    def duties(self) -> Duties:
        return {"create with key": (self.one_agreement, 4), "bundle": (self.one_bundle, 1)}

    def one_bundle(self) -> None:
        if self.office.days_with_mandates:
            day, format_ = self.chance.choice(self.office.days_with_mandates), self.chance.choice(["pdf", "zip"])
            entry = self.office.journal.begin("bundle")
            values = {"forum": "lansgruppen", "day": day, "content": "active", "format": format_}
            where = self.fill(entry, "/uppdrag/samlingsfiler/", {**values, "once": self.new_key()})
            entry.mark = where.strip("/").rpartition("/")[2]

    def one_agreement(self) -> None:
        """By its title it cannot be made twice: a key that did not know its form again would refuse it, and be seen."""
        title = f"Överenskommelse {next(self.numbers)}"
        entry = self.office.journal.begin("create with key", title)
        values = {"title": title, "kind": "regional", "once": self.new_key()}
        self.fill(entry, "/overenskommelser/ny/", values)
