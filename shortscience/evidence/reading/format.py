"""The format `repro-report/1`, as types. The JSON Schema that others read is made from these.

Only the shape is said here. What the numbers must agree with is in `checking`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

# A name that can stand in a metric.
Name = Annotated[str, Meta(pattern="^[A-Za-z_][A-Za-z0-9_]*$", max_length=80)]
Key = Annotated[str, Meta(pattern="^[A-Za-z0-9_.-]+$", max_length=40)]
Slug = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]*$", max_length=80)]
Version = Annotated[str, Meta(pattern="^[0-9A-Za-z][0-9A-Za-z.+-]*$", max_length=40)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
Commit = Annotated[str, Meta(pattern="^([0-9a-f]{40}|[0-9a-f]{64})?$", max_length=64)]
# A persistent identifier of a directory, revision or snapshot: swhid.org, version 1.2.
Swhid = Annotated[str, Meta(pattern="^(swh:1:(cnt|dir|rev|rel|snp):[0-9a-f]{40})?$", max_length=50)]
Moment = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$",
        max_length=35,
    ),
]
Word = Annotated[str, Meta(max_length=200)]
Sentence = Annotated[str, Meta(max_length=1000)]
Paragraph = Annotated[str, Meta(max_length=4000)]
# What JSON keeps exactly for every reader.
Seed = Annotated[int, Meta(ge=0, le=2**53)]
Count = Annotated[int, Meta(ge=0, le=10**9)]
NotNegative = Annotated[float, Meta(ge=0)]
Points = Annotated[list[float | None], Meta(max_length=100_000)]
# Any: settings are whatever JSON the experiment reads; they are shown and hashed, never used.
Settings = dict[Word, Any]
Facts = Annotated[dict[Word, str | int | float | bool | None], Meta(max_length=60)]

Kind = Literal["effect", "ratio", "equivalence", "exact", "out_of_reach"]
Relation = Literal[">", "<", "=="]
Status = Literal["reproduced", "not_reproduced", "inconclusive", "not_attempted"]
Overall = Literal["reproduced", "partly", "not_reproduced", "not_attempted"]


class Part(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A JSON object without other keys than these."""


class Paper(Part):
    title: Annotated[str, Meta(min_length=1, max_length=500)]
    authors: Annotated[list[Word], Meta(max_length=5000)]
    year: Annotated[int, Meta(ge=1500, le=2200)]
    venue: Sentence
    arxiv: Word
    doi: Sentence


class Config(Part):
    preset: Key
    seeds: Annotated[list[Seed], Meta(min_length=1, max_length=1000)]
    # 1 for the first run, 2 and 3 after its seeds were extended.
    look: Literal[1, 2, 3]
    device: Word
    dtype: Word
    threads: Count
    settings: Settings


class Arm(Part):
    name: Name
    about: Sentence
    seeds: Annotated[list[Seed], Meta(max_length=1000)]
    settings: Settings


class SeedValue(Part):
    seed: Seed
    value: float | None


class Claim(Part):
    """A rule, and below it what follows from the units and is computed again by every reader."""

    id: Key
    text: Annotated[str, Meta(min_length=1, max_length=2000)]
    paper_says: Paragraph
    place: Sentence
    kind: Kind
    metric: Annotated[str, Meta(max_length=500)]
    relation: Relation
    margin: float
    unit: Word
    # With fewer that ran it stays open: none would let nothing at all decide.
    seeds: Annotated[int, Meta(ge=1, le=1000)]
    is_proxy: bool
    is_central: bool
    paper_value: Sentence
    paper_source: Sentence
    reason: Paragraph
    per_seed: Annotated[list[SeedValue], Meta(max_length=1000)]
    mean: float | None
    sd: float | None
    n: Count
    interval: Annotated[list[float], Meta(min_length=2, max_length=2)] | None
    level: float | None
    p: float | None
    p_holm: float | None
    status: Status
    note: Annotated[str, Meta(max_length=100_000)]


class Unit(Part):
    id: Annotated[str, Meta(max_length=100)]
    arm: Name
    seed: Seed
    status: Literal["ok", "diverged", "failed"]
    values: Annotated[dict[Name, float], Meta(max_length=1000)]
    series: Annotated[dict[Name, Points], Meta(max_length=200)]
    cpu_s: NotNegative
    error: Paragraph


class Check(Part):
    name: Sentence
    error: float | None
    limit: float
    ok: bool


class Line(Part):
    name: Sentence
    x: Points
    y: Points
    low: Points
    high: Points


class Figure(Part):
    id: Word
    title: Sentence
    alt: Paragraph
    kind: Literal["lines", "points", "bars"]
    x_label: Sentence
    y_label: Sentence
    ticks: Annotated[list[Word], Meta(max_length=500)]
    log_x: bool
    log_y: bool
    lines: Annotated[list[Line], Meta(max_length=100)]


class Speed(Part):
    id: Word
    what: Sentence
    peer: Sentence
    ratio: float | None
    low: float | None
    high: float | None
    aim: float | None
    n: Count
    cpu: Sentence


class Data(Part):
    name: Sentence
    version: Sentence
    source: Sentence
    licence: Sentence
    sha256: Sha256


class Code(Part):
    sha256: Sha256
    files: Annotated[dict[Annotated[str, Meta(max_length=300)], Sha256], Meta(max_length=2000)]
    repository: Sentence
    commit: Commit
    committed_at: Annotated[str, Meta(max_length=40)]
    is_clean: bool
    swhid: Swhid
    path: Sentence


class Hashes(Part):
    config: Sha256
    env: Sha256


class Environment(Part):
    # What must agree to repeat every digit.
    exact: Facts
    # What may differ.
    loose: Settings


class Time(Part):
    started: Moment
    ended: Moment
    wall_s: NotNegative
    cpu_s: NotNegative


class Confirms(Part):
    report: Sha256
    how: Literal["replay", "replicate"]
    user: Annotated[str, Meta(max_length=150)]


class Report(Part):
    """One run of a reproduction, whole."""

    schema: Literal["repro-report/1"]
    reproduction: Slug
    version: Version
    title: Annotated[str, Meta(min_length=1, max_length=300)]
    paper: Paper
    config: Config
    arms: Annotated[list[Arm], Meta(min_length=1, max_length=200)]
    claims: Annotated[list[Claim], Meta(min_length=1, max_length=200)]
    overall: Overall
    units: Annotated[list[Unit], Meta(max_length=20_000)]
    worst: Annotated[dict[Name, float], Meta(max_length=1000)]
    checks: Annotated[list[Check], Meta(max_length=500)]
    figures: Annotated[list[Figure], Meta(max_length=60)]
    perf: Annotated[list[Speed], Meta(max_length=100)]
    deviations: Annotated[list[Paragraph], Meta(max_length=200)]
    data: Annotated[list[Data], Meta(max_length=100)]
    code: Code
    hashes: Hashes
    env: Environment
    time: Time
    confirms: Confirms | None
    author: Word
