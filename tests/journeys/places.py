"""Every page of the portal in every state that it has, each with the person who sees most of it."""

from datetime import timedelta

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from mandates import actions as mandate_actions
from mandates.models import FormEdition, Mandate
from organisations.models import User
from tests.factories import cast
from tests.factories.filling import line_url
from tests.journeys import life_places, people_places, upkeep_places
from tests.journeys.agreement_places import agreement_places
from tests.journeys.place import Place

# Visited by the stories instead, or not a page.
ELSEWHERE = {
    "mandate_pdf": "a file, read back in test_mandate",
    "edition_pdf": "a file, read back in test_editions",
    "edition_publish": "a button, pressed in test_editions",
    "version_pdf": "a file, read back in test_agreement",
    "version_docx": "a file, read back in test_agreement",
    "version_compare_pdf": "a file, read back in test_agreement_drafts",
    "forum_decision_file": "a file, saved in test_agreement",
    "dispatch_file": "files, saved in test_agreement",
    "dispatch_receive": "a button, pressed in test_agreement",
    "signature_file": "a file, saved in tests/agreements",
    "decision_extract": "a file, saved in test_agreement",
    "validity_change_file": "a file, saved in tests/agreements",
    "board_pdf": "a file, read back in test_agreement_board",
    "board_xlsx": "a file, asked for in test_agreement_board",
    "board_csv": "a file, read back in test_agreement_board",
    "board_json": "a file, read back in test_agreement_board",
    "share_link_revoke": "a button, pressed in test_agreement_board",
    "shared_board_pdf": "a file, read back in test_agreement_board",
    "job_cancel": "a button, pressed in test_jobs",
    "job_retry": "a button, pressed in test_jobs",
    "handover_pdf": "a file, read back in test_life",
    "paper_scan": "a file, saved in test_life",
    "mandate_renew": "a button, pressed in tests/mandates",
    "attest_link_withdraw": "a button, pressed in tests/mandates",
    "bundle_file": "a file, saved in test_bundle",
    "forum_roster_pdf": "a file, read back in tests/reports",
    "forum_roster_xlsx": "a file, read back in tests/reports",
    "message_outbox_retry": "a button, pressed in tests/reports",
    "mfa_authenticate": "after the password, in test_second_factor",
    "mfa_login_webauthn": "asked by a script, in test_second_factor",
    "recovery_codes_download": "a file, saved in test_second_factor",
    "session_end": "a button, pressed in test_second_factor",
    "session_end_others": "a button, pressed in tests/organisations",
    "oidc_login": "leads to another host; its refusals are seen in test_identity_provider",
    "oidc_callback": "leads on; its refusals are seen in test_identity_provider",
    "saml_login": "leads to another host",
    "saml_acs": "leads on; its refusals are seen in test_identity_provider",
    "saml_finish": "leads on; its refusals are seen in test_identity_provider",
    "saml_metadata": "for machines, asked for in tests/organisations",
    "healthz": "for machines, asked for in tests/core",
    "readyz": "for machines, asked for in tests/core",
    **people_places.SAME_PAGES,
    **upkeep_places.SAME_PAGES,
}


def url_names() -> set[str]:
    """The name of every address in the URLconf."""
    return set(_names(get_resolver().url_patterns))


def _names(patterns: list[URLPattern | URLResolver]) -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        found += _names(pattern.url_patterns) if isinstance(pattern, URLResolver) else [str(pattern.name)]
    return found


def furnish(world: cast.World) -> list[Place]:
    """Mandates in every state, an edition in the making, somebody without a password; and where to see them."""
    life = life_places.furnish(world)
    attested = cast.attested(world)
    several = cast.submitted(world, "mora_representative", cast.MORAS)
    first = several.lines.get(seat__organisation__slug="mora")
    mandate_actions.attest(line=first, version=several.version, by=world.person["mora_commissioner"])
    returned = cast.returned(world)
    sater = cast.draft(world, "sater_representative", ("sater",))
    ended = _ended(world)
    edition = mandate_actions.prepare_edition(
        forum=world.forum, name="Utgåva 2", valid_from=timezone.localdate(), by=world.person["coordinator"]
    )
    _without_password(world.person["administrator"])
    waiting = several.lines.get(seat__organisation__slug="orsa")
    return [
        *_open_places(),
        *_account_places(),
        *_general_places(),
        *_edition_places(edition),
        *agreement_places(world),
        *people_places.people_places(world),
        *life_places.life_places(world, life, attested),
        Place("mandate_list", "/uppdrag/"),
        Place("mandate_list", "/uppdrag/", "outsider"),
        Place("mandate_list", "/uppdrag/?q=finns+inte&state=submitted"),
        Place("mandate_start", "/uppdrag/nytt/", "representative"),
        Place("mandate_start", "/uppdrag/nytt/", "outsider", 403),
        Place("mandate_detail", attested.get_absolute_url(), "commissioner"),
        Place("mandate_detail", several.get_absolute_url(), "mora_commissioner"),
        Place("mandate_detail", several.get_absolute_url(), "orsa_reader"),
        Place("mandate_detail", returned.get_absolute_url(), "representative"),
        Place("mandate_detail", sater.get_absolute_url(), "sater_representative"),
        Place("mandate_detail", ended.get_absolute_url(), "registrar"),
        Place("mandate_detail", "/uppdrag/999999/", "coordinator", 404),
        Place("mandate_person", f"{sater.get_absolute_url()}kontaktuppgifter/", "sater_representative"),
        Place("mandate_seats", f"{sater.get_absolute_url()}organisationer/", "sater_representative"),
        Place("mandate_line", line_url(sater.lines.get()), "sater_representative"),
        Place("mandate_line", line_url(returned.lines.get()), "representative"),
        Place("mandate_review", f"{sater.get_absolute_url()}granska/", "sater_representative"),
        Place("mandate_review", f"{returned.get_absolute_url()}granska/", "representative"),
        Place("mandate_decide", line_url(waiting, "beslut/"), "mora_commissioner"),
        Place("mandate_decide", line_url(waiting, "beslut/"), "orsa_reader", 403),
        Place("mandate_end", line_url(attested.lines.get(), "avsluta/"), "commissioner"),
        Place("mandate_withdraw", f"{sater.get_absolute_url()}aterta/", "sater_representative"),
        Place("mandate_withdraw", f"{several.get_absolute_url()}aterta/", "mora_representative"),
        *upkeep_places.upkeep_places(
            world, attested=attested, declined=life.deputies, waiting=several, returned=returned
        ),
    ]


def _ended(world: cast.World) -> Mandate:
    """A deputy's mandate that is over."""
    mandate = cast.draft(world)
    line = mandate.lines.get()
    cast.fill(world, line, kind="deputy")
    mandate_actions.submit(mandate=mandate, by=world.person["representative"])
    mandate.refresh_from_db()
    commissioner = world.person["commissioner"]
    mandate_actions.attest(line=line, version=mandate.version, by=commissioner)
    day = timezone.localdate() - timedelta(days=2)
    mandate_actions.end_line(line=line, ended_on=day, reason="Byter arbete.", by=commissioner)
    return mandate


def _without_password(person: User) -> None:
    """Somebody who has been let in by a link and has not chosen a password yet."""
    person.set_unusable_password()
    person.save(update_fields=["password"])


def _open_places() -> list[Place]:
    return [
        Place("help", "/hjalp/", ""),
        Place("help", "/hjalp/", "coordinator"),
        Place("accessibility_statement", "/tillganglighet/", ""),
        Place("components", "/komponenter/", ""),
        Place("account_login", "/konto/logga-in/", ""),
        Place("account_logout", "/konto/logga-ut/", "reader"),
        Place("account_signup", "/konto/registrera/", ""),
        Place("account_inactive", "/konto/inaktivt/", ""),
        Place("account_reset_password", "/konto/losenord/glomt/", ""),
        Place("account_reset_password_done", "/konto/losenord/glomt/skickat/", ""),
        Place("account_reset_password_from_key", "/konto/losenord/nytt/1-fel-lank/", ""),
        Place("account_reset_password_from_key_done", "/konto/losenord/nytt/klart/", ""),
    ]


def _account_places() -> list[Place]:
    return [
        Place("account_reauthenticate", "/konto/bekrafta/", "reader"),
        Place("account_change_password", "/konto/losenord/byt/", "reader"),
        Place("profile", "/konto/uppgifter/", "mora_representative"),
        Place("profile", "/konto/uppgifter/", "nobody"),
    ]


def _general_places() -> list[Place]:
    yesterday = timezone.localdate() - timedelta(days=1)
    homes = ("coordinator", "steering", "chair", "representative", "mora_representative", "commissioner", "nobody")
    return [
        *[Place("home", "/", person) for person in (*homes, "registrar", "administrator", "reader", "outsider")],
        Place("organisation_list", "/organisationer/"),
        Place("organisation_list", "/organisationer/?q=finns+inte"),
        Place("organisation_detail", "/organisationer/falun/", "administrator"),
        Place("organisation_detail", "/organisationer/orsa/"),
        Place("organisation_detail", "/organisationer/sater/", "outsider"),
        Place("forum_list", "/forum/"),
        Place("forum_list", "/forum/?q=finns+inte"),
        Place("forum_detail", "/forum/lansgruppen/"),
        Place("forum_detail", f"/forum/lansgruppen/?datum={yesterday}", "outsider"),
        Place("forum_detail", "/forum/lansgruppen/?datum=2001-01-01"),
        Place("forum_detail", "/forum/styrgruppen/", "steering"),
        Place("representation", "/foretradare/", "reader"),
        Place("representation", f"/foretradare/?organisation=falun&datum={yesterday}", "reader"),
        Place("representation", "/foretradare/?organisation=finns-inte&datum=fel", "reader"),
        Place("coverage", "/uppdragslaget/"),
        Place("coverage_forum", "/uppdragslaget/lansgruppen/"),
        Place("coverage_forum", f"/uppdragslaget/lansgruppen/?status=waiting&datum={yesterday}", "chair"),
        Place("coverage_forum", "/uppdragslaget/lansgruppen/?q=finns+inte", "steering"),
        Place("message_list", "/meddelanden/", "commissioner"),
        Place("message_list", "/meddelanden/", "outsider"),
    ]


def _edition_places(edition: FormEdition) -> list[Place]:
    published = FormEdition.objects.published().get()
    return [
        Place("edition_list", "/uppdrag/utgavor/"),
        Place("edition_list", "/uppdrag/utgavor/", "reader"),
        Place("edition_create", "/uppdrag/utgavor/ny/lansgruppen/"),
        Place("edition_detail", edition.get_absolute_url()),
        Place("edition_detail", published.get_absolute_url(), "reader"),
        Place("edition_edit", f"{edition.get_absolute_url()}redigera/"),
    ]
