import copy
import json

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reproductions.harness import reports, schema
from reproductions.harness.provenance import canonical, sha256_of


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    from reproductions_toys import Toy

    folder = tmp_path_factory.mktemp("toy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPRODUCTIONS_CACHE", str(folder / "cache"))
        return Toy(folder).write().run()


def changed(report, path, value):
    copied = copy.deepcopy(report)
    *way, last = path
    place = copied
    for step in way:
        place = place[step]
    place[last] = value
    return copied


def test_a_report_is_read_as_it_was_written(report, tmp_path):
    path = tmp_path / "deep" / "report.json"

    reports.write(report, path)

    assert reports.read(path) == report
    assert reports.identity(reports.read(path)) == reports.identity(report)


def test_our_reports_keep_to_the_schema(report):
    jsonschema.Draft202012Validator.check_schema(schema.report_schema())
    jsonschema.validate(report, schema.report_schema())


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (["claims", 0, "status"], "not_reproduced", "claim c1 says status"),
        (["claims", 1, "status"], "reproduced", "claim c2 says status"),
        (["claims", 0, "mean"], 7.0, "claim c1 says mean 7.0, its units say"),
        (["claims", 0, "interval"], [0.9, 1.1], "claim c1 says interval"),
        (["claims", 0, "p_holm"], 0.01, "claim c1 says p_holm"),
        (["claims", 0, "n"], 6, "claim c1 says n"),
        (["overall"], "partly", "overall says partly"),
        (["units", 7, "values", "score"], 3.0, "claim c1 says per_seed"),
        (["claims", 0, "margin"], -5.0, "hashes.config"),
        (["config", "settings", "gain"], 2.0, "hashes.config"),
        (["env", "exact", "torch"], "1.0", "hashes.env"),
        (["code", "files", "method.py"], "0" * 64, "code.sha256"),
        (["checks", 0, "error"], 1.0, "against its numbers"),
        (["units", 7, "id"], "old/0", "two units have one id"),
        (["units", 7, "seed"], 4, "has the id of another"),
        (["arms", 0, "seeds"], [0, 1, 2, 3], "arms and units do not agree about old/4"),
        (["arms", 0, "seeds"], [0, 1, 2, 3, 9], "seeds that the run did not have"),
        (["units", 0, "status"], "failed", "failed and yet has values"),
        (["claims", 0, "metric"], "open('x')", "a metric cannot hold"),
    ],
)
def test_what_does_not_follow_is_named(report, path, value, why):
    assert why in "; ".join(reports.problems(changed(report, path, value)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["units", 0, "values", "score"], "1.0"),
        (["units", 0, "values", "score"], None),
        (["units", 0, "surprise"], 1),
        (["surprise"], 1),
        (["schema"], "repro-report/2"),
        (["config", "seeds"], []),
        (["config", "seeds"], [-1]),
        (["config", "look"], 4),
        (["claims"], []),
        (["claims", 0, "kind"], "vote"),
        (["time", "wall_s"], -1.0),
        (["time", "started"], "yesterday"),
        (["env", "exact", "torch"], ""),
        (["code", "commit"], "abc"),
        (["confirms"], {"report": "0" * 64, "how": "hope", "user": "alice"}),
        (["title"], "x" * 301),
        (["units"], {}),
        (["worst"], [1]),
        (["claims", 0, "is_proxy"], 1),
    ],
)
def test_our_validator_and_the_library_refuse_alike(report, path, value):
    other = changed(report, path, value)

    assert schema.problems(other)
    assert not jsonschema.Draft202012Validator(schema.report_schema()).is_valid(other)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(value=JSON, data=st.data())
def test_any_part_replaced_by_anything_gets_the_same_verdict_from_both(report, value, data):
    path, place = [], report
    while isinstance(place, dict | list) and place and (not path or data.draw(st.booleans())):
        keys = list(place) if isinstance(place, dict) else range(min(2, len(place)))
        path.append(data.draw(st.sampled_from(keys)))
        place = place[path[-1]]
    other = changed(report, path, value)

    ours = schema.problems(other) == []
    assert ours == jsonschema.Draft202012Validator(schema.report_schema()).is_valid(other)
    reports.problems(other)


@pytest.mark.parametrize("missing", ["units", "claims", "hashes", "env", "worst", "confirms"])
def test_nothing_may_be_left_out(report, missing):
    other = {name: value for name, value in report.items() if name != missing}

    assert f"report.{missing} is missing" in reports.problems(other)


@pytest.mark.parametrize(
    "text", ["", "[", "[]", "1", "null", '{"a": NaN}', "{" * 5000, '{"schema": Infinity}']
)
def test_a_file_that_is_no_report_is_refused_in_a_sentence(tmp_path, text):
    path = tmp_path / "report.json"
    path.write_text(text)

    with pytest.raises(reports.BadReport, match=r"report\.json"):
        reports.read(path)


def test_a_file_that_is_not_there_or_far_too_large_is_refused(tmp_path, monkeypatch):
    with pytest.raises(reports.BadReport, match="cannot be read"):
        reports.read(tmp_path / "nothing.json")
    monkeypatch.setattr(reports, "MAX_BYTES", 10)
    (tmp_path / "large.json").write_text(json.dumps("x" * 20))
    with pytest.raises(reports.BadReport, match="larger than"):
        reports.read(tmp_path / "large.json")


def test_another_program_may_put_its_notes_in_its_own_words(report):
    assert reports.problems(changed(report, ["claims", 0, "note"], "as expected")) == []


def test_canonical_json_is_one_text_for_one_value():
    assert canonical({"b": [1.0, "é"], "a": None}) == '{"a":null,"b":[1.0,"é"]}'
    assert sha256_of({"b": 1, "a": 2}) == sha256_of({"a": 2, "b": 1})
    with pytest.raises(ValueError, match="JSON"):
        canonical([float("nan")])
