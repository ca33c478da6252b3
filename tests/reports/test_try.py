import pytest, time, cProfile, pstats
from django.core.management import call_command
from organisations.models import *
from mandates.models import *
@pytest.mark.django_db
def test_try(capsys, monkeypatch):
    from tests.factories.empty import empty_database; empty_database()
    call_command("import_partnership", "organisations/partnerships/dalarna.yaml")
    from reports.demonstration import load
    p=cProfile.Profile(); p.enable(); load("x"); p.disable()
    with capsys.disabled():
        print([m.created_at.date() for m in Mandate.objects.all()])
        pstats.Stats(p).sort_stats("cumtime").print_stats(45)
