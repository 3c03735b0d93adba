"""What caches between us and readers may keep."""

from __future__ import annotations

import pytest
from django.test import Client

from shortscience.accounts.models import User
from tests.conftest import signed_in
from tests.factories import make_summary

pytestmark = pytest.mark.django_db


def test_pages_of_one_reader_stay_out_of_shared_caches(client: Client, alice: User) -> None:
    summary = make_summary()
    member = signed_in(alice)

    for address in ("/", summary.paper.get_absolute_url(), "/nothing-here", "/search?q=x"):
        assert member.get(address)["Cache-Control"] == "private", address
        assert "Cache-Control" not in client.get(address), address
    assert member.get("/rss.xml")["Cache-Control"].startswith("public")
