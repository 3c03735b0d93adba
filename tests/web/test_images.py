"""Images on the way: sending them, seeing them, one's own; by forms and by scripts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Pillow

from shortscience.accounts.models import User
from shortscience.images.actions import add_image
from shortscience.images.making import make_sizes
from shortscience.images.models import Image
from shortscience.lib.pictures import MAX_BYTES
from shortscience.moderation.actions import hide
from shortscience.moderation.models import LogEntry
from shortscience.papers.models import Paper
from shortscience.sources import http
from shortscience.sources.pacing import Pace
from shortscience.summaries.models import Draft, Summary
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary, make_user
from tests.images import pictures
from tests.images.test_images import WAITING
from tests.sources.conftest import Clock, sources_cache, upstream
from tests.sources.upstream import Mood, Upstream, says

__all__ = ["sources_cache", "upstream"]

pytestmark = pytest.mark.django_db

SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture(autouse=True)
def empty_store(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def paper(db: None) -> Paper:
    return make_paper("Matter")


def a_file(data: bytes, name: str = "Alice at home.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/png")


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def status(client: Client, address: str) -> int:
    answer = client.get(address)
    # A file that was begun and not read stays open.
    answer.getvalue()
    return answer.status_code


# --- the files ----------------------------------------------------------------------------------


def test_an_image_is_served_for_ever_and_tells_only_its_pixels(client: Client, alice: User) -> None:
    image = add_image(owner=alice, data=pictures.jpeg(1000, 500))

    large, small = client.get(image.address.large), client.get(image.address.small)

    assert Pillow.open(io.BytesIO(body(large))).size == (1000, 500)
    assert Pillow.open(io.BytesIO(body(small))).size == (768, 384)
    for answer in (large, small):
        assert answer["Content-Type"] == "image/webp"
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert not answer.cookies
        assert not {"Vary", "Last-Modified", "Content-Disposition"} & set(answer.headers)
        known = client.get(answer.request["PATH_INFO"], headers={"If-None-Match": answer["ETag"]})
        assert known.status_code == 304
    assert large["ETag"] != small["ETag"]


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.large.replace("1000x500", "1000x501"),
        lambda a: a.large.replace(".webp", ".png"),
        lambda a: "/i/" + "a" * 26 + "-1000x500.webp",
        lambda a: "/i/",
        lambda a: a.large + "%00",
        lambda a: "/i/../" + a.large,
    ],
)
def test_another_address_is_no_image(client: Client, alice: User, change: Any) -> None:
    image = add_image(owner=alice, data=pictures.png(1000, 500))

    assert client.get(change(image.address)).status_code == 404


def test_a_file_that_is_lost_is_no_fault_of_the_page(client: Client, alice: User) -> None:
    image = add_image(owner=alice, data=pictures.png())
    image.refresh_from_db()
    assert image.file
    default_storage.delete(image.file.large_path)

    assert status(client, image.address.large) == 404


def test_what_waits_is_seen_by_who_sent_it_alone(
    client: Client, alice: User, bob: User, settings: Any
) -> None:
    settings.TASKS = WAITING
    image = add_image(owner=alice, data=pictures.polyglots()["gif-html"])

    mine = signed_in(alice).get(image.address.large)

    assert body(mine) == pictures.polyglots()["gif-html"]
    assert mine["Content-Type"] == "image/gif"
    assert mine["Cache-Control"] == "private, no-store"
    assert mine["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in mine["Content-Security-Policy"]
    for other in (client, signed_in(bob)):
        answer = other.get(image.address.large)
        assert answer.status_code == 404
        assert "immutable" not in answer.headers.get("Cache-Control", "")
    make_sizes(image.pk)
    assert status(client, image.address.large) == 200


@pytest.mark.parametrize("reader", ["stranger", "member", "moderator"])
def test_whose_image_it_is_changes_no_answer(
    alice: User, bob: User, mona: User, reader: str
) -> None:
    readers = {"stranger": Client(), "member": signed_in(bob), "moderator": signed_in(mona)}
    image = add_image(owner=alice, data=pictures.png_with_notes())
    pages = [image.address.large, f"/staff/images/{image.name}", f"/images/{image.name}/delete"]

    def told() -> list[object]:
        answers = [readers[reader].get(page) for page in pages]
        random = r"""name="csrfmiddlewaretoken" value="[^"]*"|'(?:Expires|X-Request-ID)', '[^']*'"""
        text = repr([(a.status_code, sorted(a.headers.items()), a.getvalue()) for a in answers])
        return [re.sub(random, "RANDOM", text)]

    by_alice = told()
    Image.objects.update(owner=None)
    by_nobody = told()
    Image.objects.update(owner=make_user("carol"))

    assert by_alice == by_nobody == told()
    assert "alice" not in str(by_alice).lower()


# --- sending ------------------------------------------------------------------------------------


def test_a_script_gets_the_address(alice: User) -> None:
    answer = signed_in(alice).post(
        "/images/add", {"image_file": a_file(pictures.png())}, headers=SCRIPT
    )

    assert answer.status_code == 201
    assert answer.json() == {"address": Image.objects.get().address.large}


def test_whether_somebody_sent_it_before_changes_no_answer(
    alice: User, bob: User, settings: Any
) -> None:
    def send(member: User) -> str:
        answer = signed_in(member).post(
            "/images/add", {"image_file": a_file(pictures.png())}, headers=SCRIPT
        )
        address = answer.json()["address"]
        seen = [
            (got.status_code, sorted(got.headers.items()), got.content)
            for got in (answer, Client().get(address))
        ]
        random = r"[a-z2-7]{26}|'(?:Expires|X-Request-ID)', '[^']*'"
        return re.sub(random, "RANDOM", repr(seen))

    settings.TASKS = WAITING
    first = send(alice)
    make_sizes(Image.objects.get().pk)

    assert send(bob) == first


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (pictures.SVG, "carry programs"),
        (b"no picture", "no picture that we can read"),
        (b"\0" * (MAX_BYTES + 1), "larger than 10 MB"),
        (pictures.of_size(60_000, 60_000), "50 million pixels"),
        (pictures.png()[:-30], "damaged"),
    ],
)
def test_what_is_not_taken_is_told_in_a_sentence(alice: User, data: bytes, says: str) -> None:
    mine = signed_in(alice)

    told = mine.post("/images/add", {"image_file": a_file(data)}, headers=SCRIPT)
    shown = mine.post("/images/add", {"image_file": a_file(data), "image_alt": "A loss"})

    assert (told.status_code, shown.status_code) == (422, 422)
    assert told["Content-Type"].startswith("text/plain")
    assert says in told.content.decode()
    assert says in shown.content.decode()
    assert "A loss" in shown.content.decode()
    assert not Image.objects.exists()


def test_no_file_no_address_and_odd_fields_are_told_too(alice: User) -> None:
    mine = signed_in(alice)

    for fields in ({}, {"image_file": "words"}, {"image_address": "\0"}, {"image_alt": "\0"}):
        answer = mine.post("/images/add", fields, headers=SCRIPT)
        assert answer.status_code == 422, fields
        assert "Choose a file" in answer.content.decode()
    assert mine.get("/images/add").status_code == 302


def test_who_was_signed_out_is_told_so(client: Client) -> None:
    told = client.post("/images/add", {"image_file": a_file(pictures.png())}, headers=SCRIPT)
    led = client.post("/images/add", {"image_file": a_file(pictures.png())})

    assert (told.status_code, led.status_code) == (403, 302)
    assert "signed out" in told.content.decode()
    assert led.headers["Location"].endswith("?next=/images")
    assert not Image.objects.exists()


def test_addresses_that_lead_inside_are_not_asked(alice: User) -> None:
    for address in ("http://127.0.0.1/x.png", "file:///etc/passwd", "http://a@b.org/x.png"):
        answer = signed_in(alice).post("/images/add", {"image_address": address}, headers=SCRIPT)
        assert answer.status_code == 502, address
    assert not Image.objects.exists()


def test_one_person_sends_so_many_in_an_hour(alice: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "add_image": "1/h/user"}
    mine = signed_in(alice)
    for _ in range(2):
        answer = mine.post("/images/add", {"image_file": a_file(pictures.png())}, headers=SCRIPT)

    assert answer.status_code == 429
    assert answer["Retry-After"] == "3600"


# --- in the editor, without scripts -------------------------------------------------------------


def send_in_editor(client: Client, address: str, data: bytes | None, **fields: str) -> Any:
    file = {"image_file": a_file(data)} if data is not None else {}
    typed = {"text": "Typed for an hour.", "anonymous": "on", "editor": "abc-1"}
    return client.post(address, {**typed, "add_image": "1", **fields, **file})


def text_in(answer: Any) -> str:
    found = re.search(
        r"<textarea name=\"text\"[^>]*>\n(.*?)</textarea>", answer.content.decode(), re.S
    )
    assert found
    return found[1]


def test_the_editor_comes_back_with_the_image_in_the_text(alice: User, paper: Paper) -> None:
    address = f"{paper.get_absolute_url()}/write"

    answer = send_in_editor(
        signed_in(alice), address, pictures.png(), image_alt='The "loss"', image_caption="Fig. 2"
    )

    image = Image.objects.get()
    line = f"![The loss]({image.address.large} &quot;Fig. 2&quot;)"
    assert answer.status_code == 200
    assert text_in(answer) == f"Typed for an hour.\n\n{line}\n"
    html = answer.content.decode()
    assert re.search(r'name="anonymous"[^>]*checked', html)
    assert f'<img src="{image.address.large}" width="40" height="30" alt="The loss"' in html
    assert "<figcaption>Fig. 2</figcaption>" in html
    assert not Summary.objects.exists()
    assert not Draft.objects.exists()


@pytest.mark.parametrize("data", [None, b"", pictures.SVG, b"\0" * (MAX_BYTES + 1)])
def test_a_refused_image_costs_no_word(alice: User, paper: Paper, data: bytes | None) -> None:
    address = f"{paper.get_absolute_url()}/write"

    answer = send_in_editor(signed_in(alice), address, data, image_alt="The loss")

    assert answer.status_code == 422
    assert text_in(answer) == "Typed for an hour."
    html = answer.content.decode()
    assert 'value="The loss"' in html
    assert 'id="image-file" type="file" name="image_file"' in html
    assert 'aria-describedby="image-wrong"' in html


def test_who_was_signed_out_meanwhile_gets_the_text_back(
    client: Client, alice: User, paper: Paper
) -> None:
    address = f"{paper.get_absolute_url()}/write"
    send_in_editor(client, address, pictures.png())

    client.force_login(alice)

    assert "Typed for an hour." in text_in(client.get(address))
    assert not Image.objects.exists()


def test_foreign_images_are_offered_to_be_copied(alice: User) -> None:
    text = "![a](https://example.org/a.png)\n\nhttps://example.org/b.png"
    summary = make_summary(writer=alice, text=text)

    html = signed_in(alice).get(f"/s/{summary.pk}/edit").content.decode()

    for name in ("a", "b"):
        assert f'name="copy_image" value="https://example.org/{name}.png"' in html
    assert '<img src="https://' not in html


@pytest.fixture
def elsewhere(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> Iterator[Upstream]:
    """Another site with a picture, asked by a client that never really sleeps."""
    clock = Clock()
    asking = http.Client(pace=Pace(clock.now, clock.sleep), sleep=clock.sleep)
    monkeypatch.setattr(http, "client", lambda: asking)
    yield upstream
    asking.close()


FOREIGN = "https://dblp.org/loss.png"


def test_a_foreign_image_is_copied_where_its_writer_says_so(
    alice: User, paper: Paper, elsewhere: Upstream
) -> None:
    elsewhere.feel("dblp.org", says(pictures.png()))
    address = f"{paper.get_absolute_url()}/write"
    typed = f'See:\n\n![The loss]({FOREIGN} "Fig. 1")\n\nAnd more.'

    answer = signed_in(alice).post(address, {"text": typed, "copy_image": FOREIGN})

    image = Image.objects.get()
    assert image.owner == alice
    ours = f"![The loss]({image.address.large} &quot;Fig. 1&quot;)"
    assert text_in(answer) == f"See:\n\n{ours}\n\nAnd more."
    assert "copy_image" not in answer.content.decode()


@pytest.mark.parametrize(
    "mood",
    [
        says(b"<html>no picture"),
        says(b"\0" * (MAX_BYTES + 1)),
        says(b"", status=404),
        says(b"", status=403),
    ],
    ids=["page", "large", "absent", "forbidden"],
)
def test_what_cannot_be_copied_is_told_and_the_text_stays(
    alice: User, paper: Paper, elsewhere: Upstream, mood: Mood
) -> None:
    elsewhere.feel("dblp.org", mood)
    address = f"{paper.get_absolute_url()}/write"

    answer = signed_in(alice).post(address, {"text": f"![a]({FOREIGN})", "copy_image": FOREIGN})

    assert answer.status_code in (404, 422, 502)
    assert text_in(answer) == f"![a]({FOREIGN})"
    assert 'id="image-wrong" role="alert">' in answer.content.decode()
    assert not Image.objects.exists()


def test_an_operator_who_asks_nobody_copies_nothing(alice: User, settings: Any) -> None:
    settings.SOURCES_ONLINE = False

    answer = signed_in(alice).post("/images/add", {"image_address": FOREIGN}, headers=SCRIPT)

    assert answer.status_code == 503
    assert "switched that off" in answer.content.decode()


# --- one's own ----------------------------------------------------------------------------------


def test_ones_own_images_are_listed_and_removed(alice: User, bob: User) -> None:
    mine, others = signed_in(alice), signed_in(bob)
    image = add_image(owner=alice, data=pictures.png())

    assert image.address.large in mine.get("/images").content.decode()
    assert image.address.large not in others.get("/images").content.decode()
    assert others.post(f"/images/{image.name}/delete").status_code == 404
    assert mine.get(f"/images/{image.name}/delete").status_code == 200
    assert mine.post(f"/images/{image.name}/delete").status_code == 302
    assert not Image.objects.exists()
    assert "None yet" in mine.get("/images").content.decode()


def test_the_form_of_that_page_adds_one(alice: User) -> None:
    answer = signed_in(alice).post(
        "/images/add", {"image_file": a_file(pictures.png()), "image_alt": "A loss"}, follow=True
    )

    assert f"![A loss]({Image.objects.get().address.large})" in answer.content.decode()


# --- moderation ---------------------------------------------------------------------------------


def test_moderators_hide_an_image_and_bring_it_back(
    client: Client, alice: User, bob: User, mona: User
) -> None:
    image = add_image(owner=alice, data=pictures.png())
    same = add_image(owner=bob, data=pictures.png())
    summary = make_summary(writer=alice, text=f"![x]({image.address.large})", anonymous=True)
    staff = signed_in(mona)
    page = f"/staff/images/{image.name}"

    assert page in staff.get(f"/staff/act/summary/{summary.pk}").content.decode()
    shown = staff.get(page).content.decode()
    assert "alice" not in shown
    assert staff.post(page, {"reason": ""}).status_code == 422
    staff.post(page, {"reason": "not theirs"})

    assert status(client, image.address.large) == 404
    assert status(client, same.address.large) == 404
    assert status(signed_in(alice), image.address.large) == 404
    kept = staff.get(image.address.large)
    assert body(kept)
    assert kept["Cache-Control"] == "private, no-store"
    assert image.name in staff.get("/staff/images").content.decode()
    log = client.get("/log").content.decode()
    assert "not theirs" in log
    assert image.name not in log
    staff.post(page, {"reason": "it is fine"})
    assert status(client, image.address.large) == 200
    assert [entry.act for entry in LogEntry.objects.order_by("pk")] == ["hide", "restore"]


def test_a_hidden_picture_that_is_sent_again_stays_hidden(
    client: Client, alice: User, bob: User, mona: User
) -> None:
    image = add_image(owner=alice, data=pictures.png())
    signed_in(mona).post(f"/staff/images/{image.name}", {"reason": "no"})

    again = add_image(owner=bob, data=pictures.png())

    assert status(client, again.address.large) == 404


def test_only_moderators_hide_images(alice: User, bob: User) -> None:
    image = add_image(owner=alice, data=pictures.png())

    for member in (alice, bob):
        answer = signed_in(member).post(f"/staff/images/{image.name}", {"reason": "x"})
        assert answer.status_code == 403
    assert signed_in(alice).get("/staff/images").status_code == 403


def test_moderators_find_no_image_of_what_is_private(alice: User, mona: User) -> None:
    image = add_image(owner=alice, data=pictures.png())
    summary = make_summary(writer=alice, text=f"![x]({image.address.large})")
    hide(moderator=mona, target=summary, reason="spam")
    Summary.objects.update(visibility="private")

    answer = signed_in(mona).get(f"/staff/act/summary/{summary.pk}").content.decode()

    assert image.name not in answer
