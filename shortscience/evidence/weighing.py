"""How much a run counts beside one that was there before: the product of a few known factors.

They are stored with the report as they were multiplied, so that a page can show the arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shortscience.accounts.models import User
from shortscience.discussion.badges import badge_of
from shortscience.evidence.models import Report
from shortscience.groups.models import Membership
from shortscience.papers.models import Paper
from shortscience.summaries.models import Authorship, Summary

# Who runs the same thing again adds nothing to their own word.
SAME_PERSON = 0.0
# Colleagues share code, machines and hopes; they also really run it. Half.
CLOSE = 0.5
# Who wrote the paper, or its code, wants it to hold. It is still a run that anybody can repeat.
PARTY = 0.5
# A fault of one environment is repeated by each run in it.
SAME_ENVIRONMENT = 0.75
# Runs of one day are often runs of one errand.
SAME_DAY = 0.75

_DAY = timedelta(hours=24)
# Beyond so many members a domain is a service for everybody and no workplace.
_LARGEST_WORKPLACE = 200
# Addresses that say nothing about where somebody works.
_FOR_EVERYBODY = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com"
    " mac.com aol.com proton.me protonmail.com pm.me gmx.de gmx.net gmx.com web.de mail.ru"
    " yandex.ru yandex.com qq.com 163.com 126.com foxmail.com naver.com zoho.com fastmail.com"
    " posteo.de mailbox.org tutanota.com hey.com".split()
)

# What each factor is called in the stored arithmetic, and what a page says about it. Which of its
# three reasons makes two people close is not told: groups and mail addresses are private.
SAYS: dict[str, Promise] = {
    "same_person": _("by the same person"),
    "close": _("by people who work or write together, as far as this site can see"),
    "party": _("by an author of the paper or a maintainer of its code"),
    "same_environment": _("in the same environment"),
    "same_day": _("within a day of the other"),
}


def weigh(new: Report, *, by: User, paper: Paper, beside: Report | None) -> None:
    """Set weight and arithmetic of a report that is not saved yet.

    Args:
        beside: the report that it confirms, or the first one of the same reproduction; None where
            there is none: then only being a party counts.
    """
    factors = list(_factors(new, by, paper, beside))
    new.weight = 1.0
    for _name, times in factors:
        new.weight *= times
    new.weighing = [{"factor": name, "times": times} for name, times in factors]


def explained(weighing: Sequence[dict[str, object]]) -> list[tuple[object, Promise]]:
    """Return what the page prints: each factor, and what it is for."""
    return [(row["times"], SAYS[str(row["factor"])]) for row in weighing]


def _factors(
    new: Report, by: User, paper: Paper, beside: Report | None
) -> Iterator[tuple[str, float]]:
    if badge_of(by, paper):
        yield "party", PARTY
    if beside is None:
        return
    if beside.uploader_id == by.pk:
        yield "same_person", SAME_PERSON
    elif beside.uploader is not None and are_close(by, beside.uploader):
        yield "close", CLOSE
    if new.env_sha256 == beside.env_sha256:
        yield "same_environment", SAME_ENVIRONMENT
    if abs(new.uploaded_at - beside.uploaded_at) < _DAY:
        yield "same_day", SAME_DAY


def are_close(one: User, other: User) -> bool:
    """Whether two people wrote a text together, are in one group, or work at one place."""
    return _write_together(one, other) or _share_a_group(one, other) or _share_a_domain(one, other)


def _write_together(one: User, other: User) -> bool:
    # Only what is public under their names: anonymous texts tell nothing, not even this.
    joint = Authorship.objects.filter(summary__is_public=True, summary__is_anonymous=False)
    mine = joint.filter(person=one).values("summary")
    if joint.filter(person=other, summary__in=mine).exists():
        return True
    led = Summary.objects.filter(is_public=True, is_anonymous=False)
    return (
        led.filter(author=other, pk__in=mine).exists()
        or led.filter(author=one, pk__in=joint.filter(person=other).values("summary")).exists()
    )


def _share_a_group(one: User, other: User) -> bool:
    groups = Membership.objects.of(one).values("group")
    return Membership.objects.of(other).filter(group__in=groups).exists()


def _share_a_domain(one: User, other: User) -> bool:
    common = (_domains(one) & _domains(other)) - _FOR_EVERYBODY
    return any(_members_at(domain) <= _LARGEST_WORKPLACE for domain in common)


def _domains(person: User) -> set[str]:
    verified = EmailAddress.objects.filter(user=person, verified=True)
    return {mail.rpartition("@")[2].lower() for mail in verified.values_list("email", flat=True)}


def _members_at(domain: str) -> int:
    there = EmailAddress.objects.filter(verified=True, email__iendswith=f"@{domain}")
    return int(there.values("user").distinct().count())
