import re
import subprocess

import pytest

from reproductions.harness import provenance


@pytest.fixture
def folder(tmp_path):
    for name in (
        "method.py",
        "experiment.py",
        "bench.py",
        "test_method.py",
        "golden.py",
        "fast.cpp",
    ):
        (tmp_path / name).write_text(f"# {name}\n")
    (tmp_path / "README.md").write_text("words")
    return tmp_path


def test_the_hash_is_of_what_decides_results(folder):
    assert set(provenance.code_files(folder)) == {"method.py", "experiment.py", "fast.cpp"}


@pytest.mark.parametrize("name", ["bench.py", "test_method.py", "README.md", "golden.py"])
def test_what_measures_tests_or_explains_does_not_make_a_report_stale(folder, name):
    before, _ = provenance.code_hash(folder)
    (folder / name).write_text("changed")

    assert provenance.code_hash(folder)[0] == before


@pytest.mark.parametrize("name", ["method.py", "experiment.py", "fast.cpp"])
def test_changed_code_has_another_hash(folder, name):
    before, _ = provenance.code_hash(folder)
    (folder / name).write_text("# changed")

    assert provenance.code_hash(folder)[0] != before


@pytest.mark.parametrize(
    "line",
    [
        "from reproductions.parts import mnist",
        "from reproductions.parts.mnist import MNIST",
        "import reproductions.parts.mnist",
        "import reproductions.parts.mnist as digits",
    ],
)
def test_shared_parts_count_however_they_are_imported(folder, line):
    (folder / "experiment.py").write_text(line)

    assert "parts/mnist.py" in provenance.code_files(folder)


def test_parts_count_through_other_parts_and_inside_of_functions(folder, monkeypatch, tmp_path):
    package = tmp_path / "package"
    (package / "parts" / "deep").mkdir(parents=True)
    for name in ("parts/__init__.py", "parts/b.py", "harness.py"):
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_text("")
    (package / "parts" / "a.py").write_text(
        "def f():\n    from . import b\n    from .deep import x\n"
    )
    (package / "parts" / "deep" / "__init__.py").write_text("from .x import y")
    (package / "parts" / "deep" / "x.py").write_text("y = 1")
    monkeypatch.setattr(provenance, "PACKAGE", package)
    own = tmp_path / "own"
    own.mkdir()
    (own / "experiment.py").write_text(
        "from reproductions.parts import a\nfrom reproductions.harness import runner\n"
    )

    assert set(provenance.code_files(own)) == {
        *("experiment.py", "parts/a.py", "parts/b.py", "parts/deep/__init__.py", "parts/deep/x.py"),
    }


def test_without_git_a_report_says_so(folder):
    code = provenance.code(folder)

    assert (code["commit"], code["swhid"], code["is_clean"]) == ("", "", False)
    assert code["path"] == folder.name


def test_uncommitted_changes_are_told_and_those_of_results_do_not_count(folder):
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "All"]):
        subprocess.run([*git, *command], check=True)

    (folder / "README.md").write_text("new words")
    clean = provenance.code(folder)
    (folder / "method.py").write_text("# new")
    dirty = provenance.code(folder)

    assert clean["is_clean"]
    assert re.fullmatch(r"swh:1:dir:[0-9a-f]{40}", clean["swhid"])
    assert not dirty["is_clean"]
    assert dirty["swhid"] == ""


def test_the_environment_says_what_digits_depend_on():
    env = provenance.environment()

    assert all(env["exact"][name] for name in ("python", "torch", "numpy", "blas"))
    assert provenance.canonical(env)
