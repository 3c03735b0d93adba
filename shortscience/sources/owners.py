"""Does an account at another site name a page here as its owner's? Only its owner can say so.

ORCID shows the links of a record ("Websites & social links"), GitHub the website and the social
accounts of a profile. Nobody signs in there for us, no key is needed, and nothing is stored but
that it was so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from django.conf import settings

from shortscience.accounts import proofs
from shortscience.accounts.models import Proof
from shortscience.lib.orcid import normalise
from shortscience.sources.errors import SourceError, SourceNotFound
from shortscience.sources.http import Client
from shortscience.sources.jsontree import Loose, decode

ORCID = "https://pub.orcid.org/v3.0"
GITHUB = "https://api.github.com"
_JSON = "application/json"
# A handle that was given up can become somebody else's; so long a proof is believed.
BELIEVED_FOR = timedelta(days=30)
# Asked in one night; the rest waits for the next.
ASKED_AT_ONCE = 200


class _Address(Loose):
    value: str | None = None


class _OrcidLink(Loose):
    url: _Address | None = None


class _OrcidLinks(Loose, rename={"links": "researcher-url"}):
    links: list[_OrcidLink] | None = None


class _Profile(Loose):
    blog: str | None = None


class _Social(Loose):
    url: str | None = None


def is_named(client: Client, service: Proof.Service, name: str, page: str) -> bool:
    """Tell whether the account of this name links the page.

    Args:
        name: an ORCID iD or the handle of a GitHub account.
        page: an address of this site.

    Raises:
        OrcidError: this is no iD.
        SourceError: see `Client.get`.
    """
    links = _at_orcid if service == Proof.Service.ORCID else _at_github
    wanted = _same(page)
    return any(_same(link) == wanted for link in links(client, name))


def look_again(client: Client, *, now: datetime) -> tuple[int, int]:
    """Ask again about proofs that are old; return how many stand and how many were forgotten.

    Where nobody answers, a proof stands until the next night.
    """
    stand = forgotten = 0
    old = Proof.objects.filter(seen_at__lt=now - BELIEVED_FOR).select_related("person")
    for proof in old.order_by("seen_at")[:ASKED_AT_ONCE]:
        service = Proof.Service(proof.service)
        page = settings.SITE_URL + proof.person.get_absolute_url()
        try:
            is_so = is_named(client, service, proof.name, page)
        except SourceNotFound:
            is_so = False
        except SourceError:
            continue
        if is_so:
            Proof.objects.filter(pk=proof.pk).update(seen_at=now)
            stand += 1
        else:
            proofs.take_back(person=proof.person, service=service)
            forgotten += 1
    return stand, forgotten


def _at_orcid(client: Client, name: str) -> Iterator[str]:
    answer = client.get(f"{ORCID}/{normalise(name)}/researcher-urls", accept=_JSON)
    for link in decode(answer.body, _OrcidLinks).links or ():
        yield (link.url.value if link.url else None) or ""


def _at_github(client: Client, name: str) -> Iterator[str]:
    profile = f"{GITHUB}/users/{quote(name, safe='')}"
    yield decode(client.get(profile, accept=_JSON).body, _Profile).blog or ""
    social = client.get(f"{profile}/social_accounts", accept=_JSON)
    for account in decode(social.body, list[_Social]):
        yield account.url or ""


def _same(address: str) -> tuple[str, str]:
    """Return what is compared of an address: people leave out `https://`, and a last slash."""
    parts = urlsplit(address.strip() if "//" in address else f"//{address.strip()}")
    return (parts.netloc.lower(), parts.path.rstrip("/").lower())
