"""Login through an identity provider: there and back again."""

from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.internal.statekit import unstash_state
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from kvinnofrid.core.access import public
from kvinnofrid.core.views import SeeOther
from organisations.forms.login import SamlResponseForm
from organisations.login import saml
from organisations.login.adapters import provider_app, refused, verified_login
from organisations.login.oidc import StrictAdapter


def _is_too_often(request: HttpRequest) -> HttpResponse | None:
    limited: HttpResponse | None = ratelimit.consume_or_429(
        request, app="allauth.account", action="identity_provider", limit_get=True
    )
    return limited


@public
@require_safe
def oidc_login(request: HttpRequest) -> HttpResponse:
    """On to the provider for OpenID Connect."""
    provider = provider_app(request, "oidc")
    if provider is None:
        raise Http404
    if limited := _is_too_often(request):
        return limited
    provider.oauth2_adapter_class = StrictAdapter
    try:
        answer: HttpResponse = provider.redirect(
            request, process=AuthProcess.LOGIN, next_url=get_next_redirect_url(request)
        )
    except (OAuth2Error, RequestException, ValueError, LookupError) as fault:
        return refused(request, type(fault).__name__, status=502)
    return answer


@public
@require_safe
def oidc_callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider for OpenID Connect."""
    if provider_app(request, "oidc") is None:
        raise Http404
    if limited := _is_too_often(request):
        return limited
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(StrictAdapter(request))(request)
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        return refused(request, type(fault).__name__)
    return answer


@public
@require_safe
def saml_login(request: HttpRequest) -> HttpResponse:
    """On to the provider for SAML."""
    provider = provider_app(request, "saml")
    if provider is None:
        raise Http404
    if limited := _is_too_often(request):
        return limited
    try:
        address, request_id = saml.begin(request)
    except Exception as fault:
        return refused(request, type(fault).__name__, status=502)
    provider.stash_redirect_state(request, AuthProcess.LOGIN, get_next_redirect_url(request), state_id=request_id)
    return HttpResponseRedirect(address)


@csrf_exempt
@public
@require_POST
def saml_acs(request: HttpRequest) -> HttpResponse:
    """The provider's page posts its answer here. The browser sends no cookie with it, as it comes from another site:
    the answer waits in the cache under a name that nobody can guess, and is read at the next address."""
    if provider_app(request, "saml") is None:
        raise Http404
    if limited := _is_too_often(request):
        return limited
    form = SamlResponseForm(request.POST)
    if not form.is_valid():
        return refused(request, "no answer")
    return SeeOther(reverse("saml_finish", args=[saml.keep(form.cleaned_data["SAMLResponse"])]))


@public
@require_safe
def saml_finish(request: HttpRequest, key: str) -> HttpResponse:
    """Reads the answer, once, in the session that asked."""
    provider = provider_app(request, "saml")
    if provider is None:
        raise Http404
    posted = saml.take(key)
    if posted is None:
        return refused(request, "read before")
    try:
        answer = saml.read(request, posted)
    except saml.AnswerRefused as refusal:
        return refused(request, refusal)
    state = unstash_state(request, state_id=answer.request_id, provider_id=provider.sub_id)
    if state is None:
        return refused(request, "nobody asked here")
    login = verified_login(provider, issuer=answer.issuer, subject=answer.subject, email=answer.email)
    login.state = state
    done: HttpResponse = complete_social_login(request, login)
    return done


@public
@require_safe
def saml_metadata(request: HttpRequest) -> HttpResponse:
    """The portal's metadata, for whoever looks after the provider."""
    if provider_app(request, "saml") is None:
        raise Http404
    return HttpResponse(saml.metadata(request), content_type="application/samlmetadata+xml")
