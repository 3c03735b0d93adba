"""Reports for tests: small ones made by hand, as a program of somebody else would write them.

`report_of` starts from units and fills in what follows from them, so that a test changes one thing
and says what must be wrong. It computes with the site's own rules: that these are right is shown by
`golden.json`, which another library computed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import msgspec

from shortscience.evidence.reading.checking import DERIVED
from shortscience.evidence.reading.format import Claim, Unit
from shortscience.evidence.reading.judging import judge, overall_of
from shortscience.evidence.reading.parsing import sha256_of

Json = dict[str, Any]

SEEDS = [0, 1, 2, 3, 4]
OUT = [0.91, 0.92, 0.905, 0.915, 0.91]
IN = [0.88, 0.885, 0.89, 0.878, 0.884]
BETTER = "out.accuracy - inside.accuracy"


def a_claim(key: str = "c1", **rule: Any) -> Json:
    """Return the rule of a claim: by default, one that the values above reproduce."""
    return {
        "id": key,
        "text": "On 500 digits, the sum outside the logarithm gives a better accuracy.",
        "paper_says": "The loss outside is better.",
        "place": "Table 1",
        "kind": "effect",
        "metric": BETTER,
        "relation": ">",
        "margin": 0.005,
        "unit": "",
        "seeds": 5,
        "is_proxy": True,
        "is_central": True,
        "paper_value": "78.7 against 67.4",
        "paper_source": "Table 1",
        "reason": "",
    } | rule


def units_of(arms: Mapping[str, Sequence[float]], seeds: Sequence[int] = SEEDS) -> list[Json]:
    """Return a unit for each accuracy."""
    return [
        {
            "id": f"{arm}/{seed}",
            "arm": arm,
            "seed": seed,
            "status": "ok",
            "values": {"accuracy": value},
            "series": {"loss": [1.0, 0.5, 0.25]},
            "cpu_s": 1.5,
            "error": "",
        }
        for arm, values in arms.items()
        for seed, value in zip(seeds, values, strict=True)
    ]


def report_of(
    *,
    arms: Mapping[str, Sequence[float]] | None = None,
    seeds: Sequence[int] = SEEDS,
    claims: Sequence[Json] = (),
    slug: str = "supcon",
    version: str = "1.0.0",
    arxiv: str = "2004.11362",
    preset: str = "laptop",
    look: int = 1,
    code: str = "the code",
    torch: str = "2.13.0+cpu",
    started: str = "2026-11-01T10:00:00Z",
    ended: str = "2026-11-01T10:13:32Z",
    confirms: Json | None = None,
) -> Json:
    """Return a report that adds up."""
    arms = arms or {"out": OUT, "inside": IN}
    report: Json = {
        "schema": "repro-report/1",
        "reproduction": slug,
        "version": version,
        "title": "Supervised contrastive loss on 500 digits",
        "paper": {
            "title": "Supervised Contrastive Learning",
            "authors": ["Prannay Khosla", "Piotr Teterwak"],
            "year": 2020,
            "venue": "NeurIPS",
            "arxiv": arxiv,
            "doi": "",
        },
        "config": {
            "preset": preset,
            "seeds": list(seeds),
            "look": look,
            "device": "cpu",
            "dtype": "float32",
            "threads": 1,
            "settings": {"seeds": len(seeds), "steps": 250},
        },
        "arms": [
            {"name": arm, "about": f"the arm {arm}", "seeds": list(seeds), "settings": {}}
            for arm in arms
        ],
        "claims": list(claims) or [a_claim()],
        "overall": "partly",
        "units": units_of(arms, seeds),
        "worst": {"accuracy": 0.0},
        "checks": [{"name": "the loss, written twice", "error": 1e-9, "limit": 1e-6, "ok": True}],
        "figures": [
            {
                "id": "loss",
                "title": "Loss by step",
                "alt": "Both fall from 1 to a quarter.",
                "kind": "lines",
                "x_label": "step",
                "y_label": "loss",
                "ticks": [],
                "log_x": False,
                "log_y": False,
                "lines": [{"name": "out", "x": [0, 1], "y": [1, 0.5], "low": [], "high": []}],
            }
        ],
        "perf": [],
        "deviations": ["500 digits instead of ImageNet."],
        "data": [
            {
                "name": "digits",
                "version": "1",
                "source": "generated",
                "licence": "CC0-1.0",
                "sha256": "d" * 64,
            }
        ],
        "code": {
            "sha256": "",
            "files": {"method.py": hashlib.sha256(code.encode()).hexdigest()},
            "repository": "https://example.org/code.git",
            "commit": "c" * 40,
            "committed_at": "2026-10-30T09:00:00Z",
            "is_clean": True,
            "swhid": "swh:1:dir:" + "a" * 40,
            "path": "methods/supcon",
        },
        "hashes": {"config": "", "env": ""},
        "env": {
            "exact": {
                "python": "3.11.7",
                "torch": torch,
                "numpy": "2.4.6",
                "blas": "mkl 2024.2",
                "cpu_capability": "AVX512",
                "threads": 1,
                "deterministic": True,
            },
            "loose": {"cpu_model": "a CPU", "os": "Linux", "cores": 2, "load1_start": 0.4},
        },
        "time": {"started": started, "ended": ended, "wall_s": 812.0, "cpu_s": 640.2},
        "confirms": confirms,
        "author": "",
    }
    return settled(report)


def settled(report: Json) -> Json:
    """Return the report with hashes and results that follow from the rest of it."""
    report = deepcopy(report)
    rules = [{k: v for k, v in one.items() if k not in DERIVED} for one in report["claims"]]
    units = [msgspec.convert(unit, Unit) for unit in report["units"]]
    blank = {"per_seed": [], "n": 0, "status": "inconclusive", "note": ""}
    empty = dict.fromkeys(DERIVED) | blank
    typed = [msgspec.convert(empty | rule, Claim) for rule in rules]
    verdicts = judge(typed, units, report["config"]["look"])
    report["claims"] = [
        rule
        | {
            "per_seed": [{"seed": seed, "value": value} for seed, value in one.per_seed],
            "mean": one.mean,
            "sd": one.sd,
            "n": one.n,
            "interval": one.interval and list(one.interval),
            "level": one.level,
            "p": one.p,
            "p_holm": one.p_holm,
            "status": one.status,
            "note": one.note,
        }
        for rule, one in zip(rules, verdicts, strict=True)
    ]
    report["overall"] = overall_of(verdicts)
    report["code"]["sha256"] = sha256_of(report["code"]["files"])
    report["hashes"] = {
        "config": sha256_of({"config": report["config"], "arms": report["arms"], "claims": rules}),
        "env": sha256_of(report["env"]["exact"]),
    }
    return report


def as_bytes(report: Json) -> bytes:
    return json.dumps(report, indent=1, ensure_ascii=False).encode()


def crate(**root: Any) -> dict[str, Any]:
    """Return a run crate of another program."""
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [
            {
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
                "about": {"@id": "./"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "name": "A training run",
                "conformsTo": [{"@id": "https://w3id.org/ro/wfrun/process/0.5"}],
                "mentions": {"@id": "#run"},
                "citation": {"@id": "https://doi.org/10.48550/arXiv.2004.11362"},
                **root,
            },
            {"@id": "https://example.org/tool", "@type": "SoftwareApplication", "name": "A tool"},
            {
                "@id": "#run",
                "@type": "CreateAction",
                "name": "training",
                "instrument": {"@id": "https://example.org/tool"},
                "agent": {"@id": "#carol"},
                "result": [{"@id": "model.bin"}],
                "endTime": "2026-05-17T12:00:00+02:00",
            },
            {"@id": "#carol", "@type": "Person", "name": "Carol Checker"},
            {"@id": "model.bin", "@type": "File", "name": "model.bin", "description": "Weights"},
        ],
    }


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()
