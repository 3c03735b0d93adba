"""Accounts elsewhere that a person has proven to be theirs."""

from __future__ import annotations

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shortscience.accounts.models import Proof, User
from shortscience.lib.errors import Conflict

# A proof of `person` came or went; sent in the transaction that writes it.
changed = Signal()


class ProvenByAnother(Conflict):
    def __init__(self) -> None:
        super().__init__(_("Another account here has proven that this is theirs."))


@transaction.atomic
def prove(*, person: User, service: Proof.Service, name: str) -> Proof:
    """Store that this account at another site is the person's, in place of any other there.

    Whoever calls this has seen the proof.

    Raises:
        ProvenByAnother: one account elsewhere belongs to one person here.
    """
    others = Proof.objects.filter(service=service, name=name).exclude(person=person)
    if others.select_for_update().exists():
        raise ProvenByAnother
    proof, _made = Proof.objects.update_or_create(
        person=person, service=service, defaults={"name": name, "seen_at": timezone.now()}
    )
    changed.send(Proof, person=person)
    return proof


@transaction.atomic
def take_back(*, person: User, service: Proof.Service) -> None:
    """Forget the proof; what was shown because of it goes with it."""
    if Proof.objects.filter(person=person, service=service).delete()[0]:
        changed.send(Proof, person=person)
