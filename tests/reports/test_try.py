import pytest, time
from django.core.management import call_command
from organisations.models import *
from mandates.models import *


@pytest.mark.django_db
def test_try(capsys, monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "hemligt-hemligt")
    call_command("import_partnership", "organisations/partnerships/dalarna.yaml")
    s = time.time()
    call_command("load_demonstration")
    print(time.time() - s)
    s = time.time()
    call_command("load_demonstration")
    print(time.time() - s)
    call_command("import_partnership", "organisations/partnerships/dalarna.yaml")
    for m in Mandate.objects.order_by("pk"):
        print(m.reference, m.name, m.state, m.created_at.date(), m.edition, m.submitted_at)
        for l in m.lines.all():
            print("    ", l, l.state, l.starts_on, l.ends_on, l.ended_on, l.waiting_since)
        if "Rättvik" in m.name or "Avesta" in m.name:
            for h in list(m.history.all()) + list(m.lines.first().history.all()):
                print("       h", h.history_date, h.verb, h.history_user_id, h.state)
    from kvinnofrid.core.models import Message

    for m in Message.objects.all()[:50]:
        print(m.created_at, m.recipient, m.subject)
    out = capsys.readouterr()
    with capsys.disabled():
        print(out.out, out.err)
