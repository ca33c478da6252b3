"""What holds for all code at once, found by looking at it: layers, history, names, doors, templates."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.db.migrations.loader import MigrationLoader

from kvinnofrid.core.documentation import addresses, methods_of
from tests.access.requests import STOPPED_BY, patterns

BASE = Path(settings.BASE_DIR)
APPS = ("core", "organisations", "mandates", "agreements", "reports")  # from the lowest to the highest
FOLDERS = ("kvinnofrid", "organisations", "mandates", "agreements", "reports")
# Addresses whose view declares no rule, each with its reason. There are none, and none is left here when it is mended.
WITHOUT_RULE: dict[str, str] = {}
# Rules of ours whose view answers without login, by the address's name.
STEPS_OF_LOGIN = {
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "oidc_login",
    "oidc_callback",
    "saml_login",
    "saml_acs",
    "saml_finish",
    "saml_metadata",
}
OPEN_PAGES = {
    "help",
    "accessibility_statement",
    "privacy_notice",
    "components",
    "healthz",
    "readyz",
    "invitation_open",
    "invitation_accept",
    "attest_by_link",
    "shared_board",
    "shared_board_pdf",
}


def our_models() -> list[type[models.Model]]:
    return [model for label in APPS for model in apps.get_app_config(label).get_models()]


@cache
def our_files() -> tuple[tuple[Path, ast.Module], ...]:
    """Every file of ours, read once; the trees are only looked at."""
    paths = [path for folder in FOLDERS for path in sorted((BASE / folder).rglob("*.py"))]
    return tuple((path.relative_to(BASE), ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


def name_of(path: Path) -> str:
    return path.as_posix()


# --- doors ------------------------------------------------------------------------------------------------------------


def test_every_address_declares_its_rule() -> None:
    without = {str(pattern.name) for pattern in patterns() if not getattr(pattern.callback, "access_rule", "")}
    assert without == set(WITHOUT_RULE)
    assert {pattern.callback.access_rule for pattern in patterns()} == set(STOPPED_BY)


def test_every_address_has_a_name_of_its_own() -> None:
    names = [pattern.name for pattern in patterns()]
    assert None not in names
    assert sorted(set(map(str, names))) == sorted(map(str, names))


def test_what_answers_without_login_is_what_says_so() -> None:
    """The rule is a word on the view; what Django's middleware obeys is another: the two agree."""
    exempt = {str(p.name) for p in patterns() if not getattr(p.callback, "login_required", True)}
    public = {str(p.name) for p in patterns() if p.callback.access_rule == "public"}
    assert exempt == public == STEPS_OF_LOGIN | OPEN_PAGES


def test_every_view_declares_its_methods() -> None:
    assert [str(p.name) for p in patterns() if not methods_of(p.callback)] == []
    assert {methods_of(p.callback) for p in patterns()} == {("GET", "HEAD"), ("GET", "HEAD", "POST"), ("POST",)}


def test_an_address_a_view_and_a_template_share_a_name() -> None:
    """Pages that exist for several kinds of place are named after the kind, except for organisations."""
    ours = [p for p in patterns() if not str(p.name).startswith(("account_", "mfa_"))]
    found = [(str(p.name).removeprefix(f"{p.default_args.get('kind')}_"), p.callback.__name__) for p in ours]
    assert [both for both in found if both[0] != both[1]] == []


def test_the_documentation_lists_all_addresses() -> None:
    assert sorted(found.name for found in addresses()) == sorted(str(p.name) for p in patterns())
    call_command("generate_docs", "--check")


# --- layers -----------------------------------------------------------------------------------------------------------


def test_foreign_keys_point_downward() -> None:
    """Strings too, which import contracts cannot see. People may be pointed at from anywhere."""
    allowed = {"auth.Group", "auth.Permission", settings.AUTH_USER_MODEL}
    upward = []
    for model in our_models():
        for field in model._meta.get_fields():
            target = field.related_model if field.concrete and field.is_relation else None
            if target is None or target._meta.label in allowed:
                continue
            label = target._meta.app_label
            if label not in APPS or APPS.index(label) > APPS.index(model._meta.app_label):
                upward.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert upward == []


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def is_view(path: Path) -> bool:
    return "views" in path.parts or path.name == "views.py"


def test_views_write_nothing() -> None:
    """A view calls one action; it saves, changes and deletes nothing itself."""
    writing = {"save", "update", "delete", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    found = [
        f"{path}:{call.lineno}"
        for path, tree in our_files()
        if is_view(path)
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr in writing
    ]
    assert found == []


def test_no_query_string_is_read_past_a_form() -> None:
    """`request.GET["x"]` is a 500 for what nobody expected; only the page number goes to `get_page`."""
    found = []
    for path, tree in our_files():
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and ast.unparse(node.value) in {"request.GET", "request.POST"}:
                found.append(f"{path}:{node.lineno}")
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"request.GET.get", "request.POST.get"}:
                found += [] if ast.unparse(node) == "request.GET.get('sida')" else [f"{path}:{node.lineno}"]
    assert found == []


def test_only_audit_writes_rows() -> None:
    """Tracked rows are written by core.audit; the other writers are few and each has its reason."""
    reasons = {
        "agreements/actions/adoption.py": "what the portal read in a file is not tracked",
        "agreements/actions/following.py": "visits are not tracked",
        "kvinnofrid/core/dispatcher.py": "messages are not tracked",
        "kvinnofrid/core/files.py": "files are never changed",
        "kvinnofrid/core/health.py": "signs of life are not tracked",
        "kvinnofrid/core/idempotency.py": "used keys are not tracked",
        "kvinnofrid/core/jobs.py": "jobs are not tracked",
        "kvinnofrid/core/outbox.py": "messages are not tracked",
        "mandates/actions/bundles.py": "made files are not tracked",
        "organisations/actions/roles.py": "the group of a role",
        "organisations/actions/login.py": "what allauth keeps about login is not tracked",
        "organisations/login/adapters.py": "the password alone",
        "organisations/login/saml.py": "an answer that waits in the cache",
        "organisations/models/people.py": "the password alone",
        "reports/demonstration/__init__.py": "the password alone",
    }
    writing = {"save", "update", "delete", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    found = set()
    for path, tree in our_files():
        for call in calls(tree):
            written = isinstance(call.func, ast.Attribute) and call.func.attr in writing
            if written and _is_about_rows(ast.unparse(call.func)):
                found.add(name_of(path))
    assert found == set(reasons)


def _is_about_rows(called: str) -> bool:
    """Sets and mappings have an `update`, documents are saved as files, and audit.save is the helper."""
    what, _, verb = called.rpartition(".")
    return what != "audit" and not what.endswith("document") and (verb != "update" or "objects" in what)


def test_raw_sql_stays_in_core_and_migrations() -> None:
    reasons = {
        "reports/partnership_file/__init__.py": "a lock, so that two imports wait for each other",
        "reports/queries/register.py": "what the board reads, by hand: the ORM took longer to write it than to ask it",
    }
    found = {
        name_of(path)
        for path, tree in our_files()
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"raw", "extra", "execute", "executemany"}
        if "migrations" not in path.parts
    }
    assert {name for name in found if not name.startswith("kvinnofrid/")} == set(reasons)


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        name_of(path)
        for path, tree in our_files()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    }
    starters = {f"kvinnofrid/{name}.py" for name in ("bootstrap", "launch", "prepare", "serving", "wsgi")}
    children = {
        f"kvinnofrid/core/{name}.py" for name in ("pdf", "documents", "embedded")
    }  # what a child process is given
    assert {name for name in readers if not name.startswith("kvinnofrid/settings/")} <= starters | children


# --- models and migrations --------------------------------------------------------------------------------------------


TRACKED = [model for model in our_models() if hasattr(model, "history")]


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
def test_history_keeps_every_column(model: Any) -> None:
    """All that people change; of a person all but the password."""
    left_out = {"password"} if model._meta.label == settings.AUTH_USER_MODEL else set()
    kept = {field.attname for field in model.history.model._meta.concrete_fields}
    assert {field.attname for field in model._meta.concrete_fields} - kept == left_out


# English words that are also Swedish, as names of fields.
SAME_IN_SWEDISH = {"version", "organisation", "format", "forum", "text", "delegation", "reservation"}


def test_every_field_has_a_swedish_name() -> None:
    default = []
    for model in our_models():
        if hasattr(model, "history_object") or model.__name__.endswith("GroupPermission"):
            continue
        for field in model._meta.concrete_fields:
            is_own = field.name != "id" and not field.auto_created
            made_up = str(field.verbose_name) == field.name.replace("_", " ") and field.name not in SAME_IN_SWEDISH
            if is_own and made_up and field.editable:
                default.append(f"{model._meta.label}.{field.name}")
    assert default == []


def test_every_model_has_a_swedish_name() -> None:
    default = [
        model._meta.label
        for model in our_models()
        if not hasattr(model, "history_object") and not model.__name__.endswith("GroupPermission")
        if str(model._meta.verbose_name) == camel_to_words(model.__name__)
    ]
    assert [label for label in default if label.rpartition(".")[2].lower() not in SAME_IN_SWEDISH] == []


def camel_to_words(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()


def test_constraints_and_indexes_have_said_names() -> None:
    """A name that a reader of the database's error understands, not one that Django made up."""
    named = [item for model in our_models() for item in [*model._meta.constraints, *model._meta.indexes]]
    guardians = {model for model in our_models() if model.__name__.endswith("GroupPermission")}
    made_up = [item.name for item in named if re.search(r"_[0-9a-f]{6,8}_(idx|uniq)$", item.name)]
    assert made_up == [item.name for model in guardians for item in model._meta.indexes]
    assert [model._meta.label for model in our_models() if model._meta.unique_together and model not in guardians] == []


def test_migrations_have_said_names() -> None:
    loader = MigrationLoader(None)
    ours = sorted(name for label, name in loader.disk_migrations if label in APPS)
    made_up = re.compile(r"^\d{4}_(auto|initial|alter|remove|rename|\d|.*_and_more)")
    assert [name for name in ours if made_up.match(name)] == []
    assert [name for name in ours if not re.fullmatch(r"\d{4}_[a-z_]+", name)] == []


# --- size and templates -----------------------------------------------------------------------------------------------


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_functions_are_short() -> None:
    """A view fits on a screen; everything else does too."""
    long = [
        f"{path}:{found.name} has {found.end_lineno - found.lineno + 1} lines"
        for path, tree in our_files()
        if "migrations" not in path.parts
        for found in functions(tree)
        if found.end_lineno and found.end_lineno - found.lineno + 1 > (35 if is_view(path) else 45)
    ]
    assert long == []


def test_every_module_says_what_it_is_for() -> None:
    without = [
        name_of(path)
        for path, tree in our_files()
        if tree.body and "migrations" not in path.parts and not (ast.get_docstring(tree) or "").partition("\n")[0]
    ]
    assert without == []


TEMPLATES = BASE / "templates"
# Templates that are found by name: Django's error pages, allauth's pages and mails, one chapter of the help per role.
FOUND_BY_NAME = re.compile(
    r"^(400|403|403_csrf|404|429|500)\.html$|^account/|^allauth/|^mfa/|^reports/help_\w+\.html$|^mail/"
)


def test_every_template_is_used() -> None:
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*") if path.is_file()]
    texts += [path.read_text(encoding="utf-8") for folder in FOLDERS for path in (BASE / folder).rglob("*.py")]
    everything = "\n".join(texts)
    unused = []
    for path in sorted(TEMPLATES.rglob("*.*")):
        name = path.relative_to(TEMPLATES).as_posix()
        by_step = re.fullmatch(r"mandates/mandate_(person|seats|line|review)\.html", name)
        as_tag = name.startswith("components/") and f"{{% {path.stem} " in everything
        named = f'"{name}"' in everything or (path.suffix == ".css" and path.name in everything)
        if not (FOUND_BY_NAME.match(name) or by_step or as_tag or named):
            unused.append(name)
    assert unused == []


def test_every_mail_is_sent() -> None:
    """Each template of templates/mail is named by a call of the outbox, and none is missing."""
    asked = {
        f"mandate_{call.args[1].value}" for call in _calls_of("tell_about") if isinstance(call.args[1], ast.Constant)
    } | {
        keyword.value.value
        for call in (*_calls_of("post"), *_calls_of("post_to_address"), *_calls_of("_tell"), *_calls_of("tell"))
        for keyword in call.keywords
        if keyword.arg == "template" and isinstance(keyword.value, ast.Constant)
    }
    assert {path.stem for path in (TEMPLATES / "mail").iterdir()} == asked | {"layout", "daily_digest"}


def _calls_of(name: str) -> Iterator[ast.Call]:
    for _, tree in our_files():
        for call in calls(tree):
            called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if called == name:
                yield call


# --- words ------------------------------------------------------------------------------------------------------------

# One term for one thing: what must not be written in the interface, and what is written instead.
INSTEAD_OF = {
    r"\bmandat(et|en)?\b": "uppdrag",
    r"\bmedlemskap": "roll",
    r"\banvändar(e|en|namn)": "person",
    r"\bavslå": "återsänd",
    r"\bsuppleant": "ersättare",
    r"\bsuperuser|\badmin\b": "",
    r"\bmejl|\be-mail\b": "e-post",
    r"\bklicka här\b": "",
}


@cache
def interface_texts() -> tuple[tuple[str, str], ...]:
    """Text of templates without tags and attributes, and the Swedish strings of the code."""
    return tuple(_interface_texts())


def _interface_texts() -> Iterator[tuple[str, str]]:
    for path in sorted([*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.jinja")]):
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        yield path.relative_to(BASE).as_posix(), re.sub(r"<[^>]*>", " ", text)
    for path in sorted(TEMPLATES.rglob("*.txt")):
        yield path.relative_to(BASE).as_posix(), re.sub(r"{%.*?%}|{{.*?}}", " ", path.read_text(encoding="utf-8"))
    for path, tree in our_files():
        of_operators = path.parts[0] == "kvinnofrid" and path.parts[1] != "core"  # speaks of accounts of servers
        if "migrations" not in path.parts and not of_operators:
            yield name_of(path), "\n".join(_swedish_strings(tree))


def _swedish_strings(tree: ast.Module) -> list[str]:
    strings = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [text for text in strings if re.search(r"[åäöÅÄÖ]", text)]


@pytest.mark.parametrize("pattern", INSTEAD_OF)
def test_one_term_for_one_thing(pattern: str) -> None:
    found = [name for name, text in interface_texts() if re.search(pattern, text, flags=re.IGNORECASE)]
    assert found == []


def test_nothing_here_is_left_over() -> None:
    """The lists above name only what there is."""
    checks: list[Callable[[], set[str]]] = [
        lambda: STEPS_OF_LOGIN - {str(p.name) for p in patterns()},
        lambda: OPEN_PAGES - {str(p.name) for p in patterns()},
        lambda: set(WITHOUT_RULE) - {str(p.name) for p in patterns()},
    ]
    assert [check() for check in checks] == [set(), set(), set()]
