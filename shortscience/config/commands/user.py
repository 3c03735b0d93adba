"""`shortscience user …`: members, from the operator's side."""

from __future__ import annotations

import argparse
import getpass
from typing import TYPE_CHECKING, Any

from shortscience.config.terminal import Stop, say

if TYPE_CHECKING:
    from shortscience.accounts.models import User


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "user", help="add members, make moderators", description="Look after the members."
    )
    acts = command.add_subparsers(dest="act", metavar="ACT", required=True)
    create = acts.add_parser("create", help="add a member with a confirmed mail address")
    create.add_argument("handle", help="the public name")
    create.add_argument("mail", help="the mail address; never shown")
    create.set_defaults(run=run_create)
    for act, what in (
        ("staff", "make a member a moderator"),
        ("admin", "let a member do everything, Django's admin included"),
        ("plain", "take these rights away again"),
    ):
        one = acts.add_parser(act, help=what, description=f"{what.capitalize()}.")
        one.add_argument("handle", help="the public name")
        one.set_defaults(run=run_rights)


def run_create(arguments: argparse.Namespace) -> int:
    from allauth.account.models import EmailAddress
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from shortscience.accounts.models import User
    from shortscience.config.database import require_ready

    require_ready()
    member = User(username=arguments.handle, email=arguments.mail)
    password = getpass.getpass("Password: ")
    try:
        validate_password(password, member)
        member.set_password(password)
        member.full_clean()
    except ValidationError as wrong:
        raise Stop(" ".join(wrong.messages)) from wrong
    with transaction.atomic():
        member.save()
        EmailAddress.objects.create(user=member, email=member.email, primary=True, verified=True)
    say(f"{member.username} can sign in.")
    return 0


def run_rights(arguments: argparse.Namespace) -> int:
    from shortscience.config.database import require_ready

    require_ready()
    member = _member(arguments.handle)
    member.is_staff = arguments.act in {"staff", "admin"}
    member.is_superuser = arguments.act == "admin"
    member.save(update_fields=["is_staff", "is_superuser"])
    rights = {"staff": "a moderator", "admin": "an administrator", "plain": "a plain member"}
    say(f"{member.username} is {rights[arguments.act]} now.")
    return 0


def _member(handle: str) -> User:
    from shortscience.accounts.models import User

    member: User | None = User.objects.by_handle(handle).first()
    if member is None:
        raise Stop(f"There is no member called {handle}.")
    if member.is_imported:
        raise Stop(f"{member.username} came with an import; nobody can sign in as them.")
    return member
