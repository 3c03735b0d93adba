"""People: members of this site, and writers whose texts came from the original one."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from shortscience.accounts.querysets import UserQuerySet
from shortscience.accounts.rules import HANDLE_MAX_LENGTH, HANDLE_VALIDATORS
from shortscience.lib.routes import address


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's manager, which makes accounts, with our reads."""


class User(AbstractUser):
    """A person. `username` is the public handle; the mail address is never shown."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    username = models.CharField(
        _("name"),
        max_length=HANDLE_MAX_LENGTH,
        unique=True,
        validators=HANDLE_VALIDATORS,
        help_text=_("Letters, digits, dots, dashes and underscores. Everybody sees it."),
        error_messages={"unique": _("This name is taken.")},
    )
    email = models.EmailField(_("mail address"), blank=True)
    display_name = models.CharField(_("display name"), max_length=80, blank=True)
    about = models.TextField(_("about you"), blank=True, max_length=2000)
    about_html = models.TextField(editable=False, blank=True)
    orcid = models.CharField("ORCID", max_length=19, blank=True)
    # "shortscience.org" for a writer whose texts were imported and who has not signed up here.
    origin = models.CharField(max_length=40, blank=True, editable=False)
    banned_at = models.DateTimeField(null=True, blank=True, editable=False)
    ban_reason = models.CharField(max_length=200, blank=True, editable=False)

    # Derived from the person's public, named summaries; `recount` computes them again.
    public_summaries = models.PositiveIntegerField(default=0, editable=False)
    sciscore = models.FloatField(default=0.0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="one_handle_in_any_case"),
            # Lower() of "" repeats, so only given addresses are compared.
            models.UniqueConstraint(
                Lower("email"), name="one_account_per_mail", condition=~models.Q(email="")
            ),
        ]
        indexes = [
            # Serves people_first: the list of people, best first.
            models.Index(fields=["-sciscore", "-public_summaries", "id"], name="people_best_first"),
            models.Index(fields=["-public_summaries", "id"], name="people_most_summaries"),
        ]

    def __str__(self) -> str:
        return self.shown_name

    def get_absolute_url(self) -> str:
        return address("person", self.username)

    @property
    def shown_name(self) -> str:
        return self.display_name or self.username

    @property
    def is_banned(self) -> bool:
        return self.banned_at is not None

    @property
    def has_page(self) -> bool:
        """Whether strangers find the person: what `visible_to` says, of a row that is loaded."""
        return not self.is_banned and (self.is_active or self.is_imported)

    @property
    def is_imported(self) -> bool:
        """Whether nobody can sign in as this person because the texts came from elsewhere."""
        return bool(self.origin)

    def get_full_name(self) -> str:
        return self.shown_name

    def get_short_name(self) -> str:
        return self.username
