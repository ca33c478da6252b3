"""A form that is sent twice makes one thing, and every form that makes something carries its one-time key."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.utils import timezone

from agreements.models import Agreement, ShareLink, StatusNote
from kvinnofrid.core import idempotency
from kvinnofrid.core.documentation import methods_of
from kvinnofrid.core.models import UsedKey
from tests.access.requests import patterns
from tests.factories import agreements, cast

LINKS = "/overenskommelser/rok-prov/lage/lankar/"
NOTE = "/overenskommelser/rok-prov/huvudman/falun/besked/"
KEY = "one-showing-of-one-form"


@pytest.fixture
def made(world: cast.World) -> Agreement:
    return agreements.published(world)


def link_values(**values: str) -> dict[str, str]:
    return {"label": "Rådet", "expires_on": str(timezone.localdate() + timedelta(days=9)), "once": KEY} | values


def note_values(**values: str) -> dict[str, str]:
    return {
        "said_on": str(timezone.localdate()),
        "said_by": "Kommunsekreteraren",
        "comment": "Ingen tid är bestämd.",
        "once": KEY,
    } | values


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- one after the other ----------------------------------------------------------------------------------------------


def test_every_showing_of_a_form_has_a_key_of_its_own() -> None:
    form = Template("{% load portal %}{% once_key %}")
    keys = [re.fullmatch(r'<input type="hidden" name="once" value="([\w-]{22})" autocomplete="off">', shown) for shown in
            (form.render(Context()), form.render(Context()))]  # fmt: skip
    assert keys[0]
    assert keys[1]
    assert keys[0][1] != keys[1][1]


def test_the_second_time_the_first_ones_answer_comes_back(made: Agreement, as_person: Callable[[str], Client]) -> None:
    registrar = as_person("registrar")
    first = registrar.post(NOTE, note_values())
    assert (first.status_code, StatusNote.objects.count()) == (302, 1)
    second = registrar.post(NOTE, note_values(comment="Något annat."))
    assert (second.status_code, second.headers["Location"]) == (302, first.headers["Location"])
    assert told(second) == ["Beskedet är registrerat.", idempotency.ALREADY_SENT]
    assert StatusNote.objects.get().comment == "Ingen tid är bestämd."
    [used] = UsedKey.objects.all()
    assert (used.answer, used.user) == (first.headers["Location"], cast.load().person["registrar"])
    assert KEY not in used.key


def test_a_view_that_shows_what_it_made_says_where_to_look_for_it(
    made: Agreement, as_person: Callable[[str], Client]
) -> None:
    coordinator = as_person("coordinator")
    assert coordinator.post(LINKS, link_values()).status_code == 200
    second = coordinator.post(LINKS, link_values())
    assert (second.status_code, second.headers["Location"]) == (302, LINKS)
    assert ShareLink.objects.count() == 1


def test_where_nothing_was_made_the_key_is_still_free(made: Agreement, as_person: Callable[[str], Client]) -> None:
    coordinator = as_person("coordinator")
    assert coordinator.post(LINKS, link_values(label="")).status_code == 200
    assert as_person("registrar").post(LINKS, link_values()).status_code == 403
    assert UsedKey.objects.count() == 0
    coordinator.post(LINKS, link_values())
    assert ShareLink.objects.count() == 1


def test_a_key_is_one_persons_on_one_page(made: Agreement, as_person: Callable[[str], Client]) -> None:
    as_person("coordinator").post(LINKS, link_values())
    as_person("coordinator").post(NOTE, note_values())
    as_person("registrar").post(NOTE, note_values(comment="Ett annat besked."))
    assert (ShareLink.objects.count(), UsedKey.objects.count()) == (1, 3)


@pytest.mark.parametrize("key", ["", "x" * 65, "\0"])
def test_without_a_key_that_could_be_ours_a_form_is_only_a_form(
    key: str, made: Agreement, as_person: Callable[[str], Client]
) -> None:
    assert as_person("coordinator").post(LINKS, link_values(once=key)).status_code == 200
    assert (ShareLink.objects.count(), UsedKey.objects.count()) == (1, 0)


def test_what_fails_after_it_was_written_is_taken_back_with_its_key(
    made: Agreement, as_person: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash before the commit: neither the link nor the key is there, so it can be sent again."""

    def crash(*_: Any, **__: Any) -> Any:
        raise RuntimeError

    with monkeypatch.context() as crashing:
        crashing.setattr(idempotency, "_use", crash)
        with pytest.raises(RuntimeError):
            as_person("coordinator").post(LINKS, link_values())
    assert (ShareLink.objects.count(), UsedKey.objects.count()) == (0, 0)
    as_person("coordinator").post(LINKS, link_values())
    assert (ShareLink.objects.count(), UsedKey.objects.count()) == (1, 1)


def test_old_keys_are_forgotten(made: Agreement, as_person: Callable[[str], Client]) -> None:
    as_person("coordinator").post(LINKS, link_values())
    assert idempotency.forget_old_keys() == 0
    UsedKey.objects.update(created_at=timezone.now() - idempotency.KEPT - timedelta(seconds=1))
    assert idempotency.forget_old_keys() == 1


# --- both at once -----------------------------------------------------------------------------------------------------


def both_at_once(world: cast.World, **values: str) -> list[int]:
    """The statuses of two that press the button at the same moment."""
    barrier, statuses = Barrier(2), []

    def press() -> None:
        try:
            client = Client()
            client.force_login(world.person["coordinator"])
            barrier.wait(20)
            statuses.append(client.post(LINKS, link_values(**values)).status_code)
        finally:
            connection.close()

    with slow_links():
        threads = [Thread(target=press) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    return sorted(statuses)


class slow_links:  # noqa: N801  reads as the function that it is
    """Each link takes a while to write, so that the second comes in the middle of the first."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION a_moment() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN PERFORM pg_sleep(0.4); RETURN NEW; END $$;"
                "CREATE TRIGGER a_moment BEFORE INSERT ON agreements_sharelink"
                " FOR EACH ROW EXECUTE FUNCTION a_moment()"
            )

    def __exit__(self, *_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER a_moment ON agreements_sharelink")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_makes_and_the_other_waits_for_its_answer(transactional_world: cast.World) -> None:
    agreements.published(transactional_world)
    assert both_at_once(transactional_world, label="") == [200, 200]
    assert (ShareLink.objects.count(), UsedKey.objects.count()) == (0, 0)
    assert both_at_once(transactional_world) == [200, 302]
    assert (ShareLink.objects.count(), UsedKey.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_key_both_make_one(transactional_world: cast.World) -> None:
    agreements.published(transactional_world)
    assert both_at_once(transactional_world, once="") == [200, 200]
    assert ShareLink.objects.count() == 2


# --- every form that makes something ----------------------------------------------------------------------------------

# Views whose form stands on another page, or whose template is named by a function that they share.
SHOWN_ON = {
    "election_again": "mandates/election_detail.html",
    "job_retry": "core/job_detail.html",
    "mandate_renew": "mandates/mandate_confirm.html",
    "forum_appointment_create": "organisations/appointment_create.html",
    "membership_create": "organisations/membership_create.html",
    "forum_membership_create": "organisations/membership_create.html",
    "partnership_membership_create": "organisations/membership_create.html",
}
# Addresses that take a POST and need no key, by the reason. allauth's own and the login's steps make nothing of ours.
ALLAUTHS = re.compile(r"account_|mfa_|usersessions_|socialaccount_|openid_|saml_")
KEYLESS = {
    "changes a state under a lock: the second finds it changed": """
        edition_publish job_cancel mandate_confirm mandate_decide mandate_review mandate_withdraw dispatch_receive
        version_discard version_publish validity_change_void status_note_void signature_void message_outbox_retry person_deactivate person_reactivate
        share_link_revoke attest_link_withdraw invitation_withdraw forum_invitation_withdraw
        partnership_invitation_withdraw election_withdraw reminder_pause_lift renewal_answer renewal_withdraw
        retention_redact""",
    "saves what is there: the second saves the same, or is overtaken": """
        agreement_edit edition_edit forum_decision_edit mandate_line mandate_person mandate_seats profile section_edit
        vacancy_edit version_edit reminder_ladder retention_keep""",
    "sets a last day: the second sets the same": """
        membership_change membership_end forum_membership_change forum_membership_end partnership_membership_change
        partnership_membership_end forum_appointment_change forum_appointment_end""",
    "its link can be used once, or is replaced by the newest": """
        attest_by_link invitation_accept invitation_renew forum_invitation_renew partnership_invitation_renew""",
    "is about logins, and takes away": "factors_reset recovery_codes session_end session_end_others",
    "only reads: what is asked is an address, which stands in no link": "address_extract",
}


def creating() -> dict[str, Any]:
    """The views with a key, by the name of their address."""
    return {str(found.name): found.callback for found in patterns() if getattr(found.callback, "makes_once", False)}


def test_every_address_that_takes_a_form_has_a_key_or_a_reason() -> None:
    posted = {str(found.name) for found in patterns() if "POST" in methods_of(found.callback)}
    keyless = [name for names in KEYLESS.values() for name in names.split()]
    assert sorted(name for name in posted - set(creating()) if not ALLAUTHS.match(name)) == sorted(keyless)


@pytest.mark.parametrize("name", sorted(creating()))
def test_the_forms_of_a_view_that_creates_carry_the_key(name: str) -> None:
    """Read from the templates that the view names; forms of their own that only take away may lack it."""
    own = list(templates_of(inspect.unwrap(creating()[name])))
    templates = own or [template(SHOWN_ON[name])]
    assert templates != []
    assert any("once_key" in text for text in templates)
    assert [text for text in templates if 'method="post"' in text and "once_key" not in text] == []


def templates_of(view: Any) -> Iterator[str]:
    """The templates that a view, or a function of its module that it calls, names."""
    module = inspect.getmodule(view)
    tree = ast.parse(Path(inspect.getfile(view)).read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    waiting, seen = [view.__name__], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        for node in ast.walk(functions[name]):
            if isinstance(node, ast.Name):
                waiting.append(node.id)
            value = node.value if isinstance(node, ast.Constant) else getattr(module, getattr(node, "id", ""), None)
            if isinstance(value, str) and value.endswith(".html") and value != ".html":
                yield template(value)


def template(name: str) -> str:
    return (Path(settings.BASE_DIR) / "templates" / name).read_text(encoding="utf-8")
