"""Where pictures and other files of texts are kept: a folder, or a store that speaks S3."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

LOCAL: dict[str, Any] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
# A name is given once: other content gets another name.
KEPT = "public, max-age=31536000, immutable"
# A reader waits for a picture, not for a store that is away.
CONNECTS_WITHIN_S = 2
ANSWERS_WITHIN_S = 10
# Larger files wait on the disk of the node while they are read, not in its memory.
IN_MEMORY_BYTES = 2 * 1024 * 1024


def media_storage(url: str) -> dict[str, Any]:  # Any: Django's own mixture
    """Return Django's description of the store.

    Args:
        url: "" for the folder `media` in VAR_DIR, else s3://KEY:SECRET@HOST/BUCKET with
            `region` and `tls` (0 for a store on one's own machine) after a question mark. Key
            and secret are written as in any address: `/` is %2F. Without them the usual places
            of such keys are looked at (AWS_ACCESS_KEY_ID and others).

    Raises:
        ValueError: it is no such address, or the library is not installed.
    """
    if not url:
        return LOCAL
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    if parts.scheme != "s3" or not parts.hostname or not bucket or "/" in bucket:
        raise ValueError("must be s3://KEY:SECRET@HOST/BUCKET, or nothing for a folder")
    try:
        from botocore.config import Config  # type: ignore[import-untyped]
    except ImportError as missing:
        raise ValueError("needs pip install 'shortscience[s3]'") from missing
    more = dict(parse_qsl(parts.query))
    host = parts.hostname + (f":{parts.port}" if parts.port else "")
    options = {
        "bucket_name": bucket,
        "endpoint_url": f"{'http' if more.get('tls') == '0' else 'https'}://{host}",
        "region_name": more.get("region", "us-east-1"),
        "access_key": unquote(parts.username) if parts.username else None,
        "secret_key": unquote(parts.password) if parts.password else None,
        # Files are read through the site: no other host is ever named on a page.
        "querystring_auth": False,
        "default_acl": None,
        "file_overwrite": False,
        "object_parameters": {"CacheControl": KEPT},
        "max_memory_size": IN_MEMORY_BYTES,
        "client_config": Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=CONNECTS_WITHIN_S,
            read_timeout=ANSWERS_WITHIN_S,
            retries={"total_max_attempts": 2},
        ),
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
