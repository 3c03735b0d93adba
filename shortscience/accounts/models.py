"""People: members of this site, and writers whose texts came from the original one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from shortscience.accounts.querysets import UserQuerySet
from shortscience.accounts.rules import HANDLE_MAX_LENGTH, HANDLE_VALIDATORS
from shortscience.lib.prepared import Prepared
from shortscience.lib.routes import address


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's manager, which makes accounts, with our reads."""

    def get(self, *conditions: Any, **fields: Any) -> User:  # Any: as Django's
        """Return the one row; the signed-in person, asked for with each request, by ready SQL."""
        if conditions or fields.keys() != {"pk"} or type(fields["pk"]) is not int:
            person: User = super().get(*conditions, **fields)
            return person
        found: list[User] = _NUMBERED(User(pk=fields["pk"]))
        if not found:
            raise User.DoesNotExist
        return found[0]


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
    # What the score was made of when it was counted last: papers with votes that count, the sum
    # of those votes, and the mean over the site. Null until then.
    settled_papers = models.PositiveIntegerField(null=True, editable=False)
    settled_votes = models.IntegerField(null=True, editable=False)
    site_mean = models.FloatField(null=True, editable=False)

    # Of comments that call the person by @handle; `discussion.mentions` counts them.
    unseen_mentions = models.PositiveIntegerField(default=0, db_default=0, editable=False)

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


_NUMBERED = Prepared(lambda person: User.objects.filter(pk=person.pk))


class Proof(models.Model):
    """An account at another site that the person has proven to own: it links their page here."""

    class Service(models.TextChoices):
        ORCID = "orcid", "ORCID"
        GITHUB = "github", "GitHub"

    person = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="proofs", db_index=False
    )
    service = models.CharField(max_length=6, choices=Service.choices)
    # An ORCID iD, or a handle in lower case.
    name = models.CharField(max_length=40)
    # When it was seen to be so; asked again after some weeks.
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "service"], name="one_proof_per_service"),
            models.UniqueConstraint(fields=["service", "name"], name="one_owner_per_account"),
        ]

    def __str__(self) -> str:
        return f"{self.get_service_display()}: {self.name}"


class ProgramKey(models.Model):
    """A key with which a program of the person sends reports here, and does nothing else."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="program_keys")
    # What the person calls it: "laptop", "cluster".
    name = models.CharField(max_length=40)
    # Of the key itself, which is shown once and not kept.
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    # The day of its last use; the hour is nobody's business.
    used_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name
