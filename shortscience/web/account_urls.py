"""The addresses of signing in and what belongs to it: allauth's views under allauth's names.

Only what we use is here; every page of it has a template of ours in `templates/account`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.cache import never_cache

from shortscience.web.views import accounts

View = Callable[..., HttpResponseBase]


def ours(view: View) -> View:
    """Show the view's page in our frame.

    allauth puts the host under `site` into the page's context, where our frame looks for the
    name of the site; and pages with codes and passwords must not be stored by browsers.
    """

    @wraps(view)
    def in_our_frame(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse) and response.context_data:
            response.context_data.pop("site", None)
        return response

    return never_cache(in_our_frame)


urlpatterns = [
    path("sign-in", ours(views.login), name="account_login"),
    path("sign-in/code", ours(views.request_login_code), name="account_request_login_code"),
    path("sign-in/code/confirm", ours(views.confirm_login_code), name="account_confirm_login_code"),
    path("sign-out", ours(views.logout), name="account_logout"),
    path("sign-up", ours(accounts.SignUpView.as_view()), name="account_signup"),
    path("sign-up/again", accounts.start_again, name="account_start_again"),
    path("mail", ours(views.email), name="account_email"),
    path(
        "mail/confirm",
        ours(views.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path("password", ours(views.password_change), name="account_change_password"),
    path("password/first", ours(views.password_set), name="account_set_password"),
    path("password/forgotten", ours(views.password_reset), name="account_reset_password"),
    path(
        "password/forgotten/code",
        ours(views.confirm_password_reset_code),
        name="account_confirm_password_reset_code",
    ),
    path(
        "password/forgotten/new",
        ours(views.complete_password_reset),
        name="account_complete_password_reset",
    ),
    path("confirm", ours(views.reauthenticate), name="account_reauthenticate"),
]
