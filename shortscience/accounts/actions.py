"""Writes about people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.models import User
from shortscience.lib import markup, orcid
from shortscience.lib.errors import NotAllowed, SignInFirst

if TYPE_CHECKING:
    from shortscience.accounts.querysets import Viewer


def require_member(viewer: Viewer) -> User:
    """Return the viewer as a member who may write.

    Raises:
        SignInFirst: a stranger.
        NotAllowed: a banned or inactive account.
    """
    if not isinstance(viewer, User):
        raise SignInFirst
    if viewer.is_banned or not viewer.is_active:
        raise NotAllowed(_("This account is closed for writing."))
    return viewer


@transaction.atomic
def change_profile(*, person: User, display_name: str, about: str, orcid_id: str) -> User:
    """Store what the person says about themselves, rendered.

    Raises:
        Refused: a text that cannot be kept, with the reason.
        orcid.OrcidError: a wrong ORCID.
    """
    about = markup.check_source(about) if about.strip() else ""
    person.display_name = " ".join(display_name.split())
    person.about = about
    person.about_html = markup.render_comment(about).html if about else ""
    person.orcid = orcid.normalise(orcid_id) if orcid_id.strip() else ""
    person.save(update_fields=["display_name", "about", "about_html", "orcid"])
    return person


def import_writer(*, handle: str, display_name: str, origin: str) -> User:
    """Return the person with this handle of another site, made if needed.

    Nobody can sign in as that person: the password is unusable and there is no address. A
    member of this site who happens to have the handle is somebody else: the import gets
    another handle then.
    """
    for candidate in (handle, f"{handle}-{origin.split('.')[0]}"[:40]):
        known: User | None = User.objects.filter(username__iexact=candidate).first()
        if known is None:
            person = User(username=candidate, display_name=display_name, origin=origin)
            person.is_active = False
            person.date_joined = timezone.now()
            person.set_unusable_password()
            person.save()
            return person
        if known.origin == origin:
            return known
    raise NotAllowed(_("Two other people have this handle already."))
