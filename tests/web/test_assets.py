"""The bundle of styles and the size of everything a browser has to fetch."""

import gzip
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from shortscience.web import assets

STATIC = assets.STYLES.parent


def test_every_style_file_has_its_place_in_the_order() -> None:
    assert sorted(assets.COMPONENTS) == sorted(path.stem for path in assets.STYLES.glob("*.css"))


def imported_by(*names: str) -> set[str]:
    """Return these scripts and what they import, directly or not."""
    found: set[str] = set()
    while names:
        found |= set(names)
        texts = [(STATIC / "js" / name).read_text("utf-8") for name in names]
        more = {name for text in texts for name in re.findall(r'"\./([^"]+\.js)"', text)}
        names = tuple(more - found)
    return found


# Who reads fetches none of these; who writes fetches them once.
WRITING = imported_by("editor.js", "images.js")


def compressed(paths: Iterable[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes())) for path in paths)


def test_styles_and_scripts_of_reading_stay_below_40_kb_compressed(tmp_path: Path) -> None:
    assets.bundle(assets.STYLES, tmp_path / "site.css")
    scripts = [path for path in (STATIC / "js").glob("*.js") if path.name not in WRITING]

    assert compressed([tmp_path / "site.css", *scripts]) <= 40_000


def test_scripts_of_the_editor_stay_below_25_kb_compressed() -> None:
    assert compressed(STATIC / "js" / name for name in WRITING) <= 25_000


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("a {\n  color: red;\n}\n", "a{color: red}"),
        ("/* why */ a { b: c }  /* and */\n d{e:f}", "a{b: c}d{e:f}"),
        ("a :hover { b: calc(1px + 2px) }", "a :hover{b: calc(1px + 2px)}"),
        ("a > * + b { c: d !important; }", "a > * + b{c: d !important}"),
        ('a::after { content: " ;  /* kept */ } " }', 'a::after{content: " ;  /* kept */ } "}'),
        ("a { b: url(../x.woff2) ; c: url( d/*e.f ) }", "a{b: url(../x.woff2);c: url( d/*e.f )}"),
        ("@media (width >= 40rem) { a { b: c } }", "@media (width >= 40rem){a{b: c}}"),
    ],
)
def test_only_spaces_without_meaning_are_removed(written: str, sent: str) -> None:
    assert assets.minified(written) == sent


def test_a_changed_component_is_in_the_next_bundle(tmp_path: Path) -> None:
    for name in assets.COMPONENTS:
        (tmp_path / f"{name}.css").write_text(f".{name} {{ order: 0 }}")
    made = tmp_path / "made" / "site.css"
    assets.bundle(tmp_path, made)
    before = made.read_text()

    (tmp_path / "base.css").write_text(".base { order: 1 }")
    assets.bundle(tmp_path, made)

    assert before.index(".tokens{") < before.index(".base{") < before.index(".print{")
    assert ".base{order: 1}" in made.read_text()
    assert [path.name for path in made.parent.iterdir()] == ["site.css"]


def test_a_missing_component_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"tokens\.css"):
        assets.bundle(tmp_path, tmp_path / "site.css")


def test_the_bundle_is_found_like_any_other_file() -> None:
    found = finders.find(assets.BUNDLE)

    assert found is not None
    assert "--ground" in Path(found).read_text()


def test_names_carry_the_content_also_inside_scripts(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "shortscience.web.assets.SiteStaticFilesStorage"},
    }

    call_command("collectstatic", interactive=False, verbosity=0)

    [entry] = tmp_path.glob("js/site.????????????.js")
    script = entry.read_text()
    assert "./theme.js" not in script
    assert "./editor.js" not in script
    assert list(tmp_path.glob("css/site.????????????.css"))
