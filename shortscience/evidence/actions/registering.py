"""The rules of a version: fixed by its first report, the same for every later one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from shortscience.accounts.models import User
from shortscience.evidence.models import (
    ClaimEvidence,
    Report,
    Reproduction,
    ReproductionVersion,
    TestedClaim,
)
from shortscience.evidence.reading import Reading
from shortscience.evidence.reading.checking import RULES
from shortscience.evidence.rules import OtherRules
from shortscience.papers.models import Paper

# Beside the rules: context, as the first report has it.
_CONTEXT = ("paper_says", "place", "paper_value", "paper_source", "reason")
# In a row the id is called `key`.
_COLUMNS = tuple(name for name in RULES if name != "id") + _CONTEXT
_MOST_DIFFERENCES = 5


def registered(reading: Reading, paper: Paper, member: User, now: datetime) -> ReproductionVersion:
    """Return the version of this report, made if it is the first. The paper is locked.

    Raises:
        OtherRules: the version has other rules.
    """
    reproduction = _reproduction(reading, paper, member, now)
    name = reading.report.version
    version = reproduction.versions.filter(name=name).first()
    if version is None:
        return _register(reading, reproduction, now)
    if version.rules_sha256 == reading.rules_sha256:
        return version
    if Report.objects.standing().filter(version=version).exists():
        raise OtherRules(name, " ".join(_differences(reading, version)))
    # A moderator hid all of its reports: they fixed nothing for others. They keep theirs.
    version.name = f"{name[:20]}#{version.pk}"
    version.save(update_fields=["name"])
    return _register(reading, reproduction, now)


def _reproduction(reading: Reading, paper: Paper, member: User, now: datetime) -> Reproduction:
    said = reading.report
    found = Reproduction.objects.of(paper).filter(slug=said.reproduction).oldest_first().first()
    if found is None:
        return Reproduction.objects.create(
            paper=paper,
            slug=said.reproduction,
            title=said.title,
            repository=said.code.repository,
            path=said.code.path,
            made_by=member,
            created_at=now,
        )
    if found.made_by_id == member.pk:
        found.title = said.title
        found.repository, found.path = said.code.repository, said.code.path
        found.save(update_fields=["title", "repository", "path"])
    return found


def _register(reading: Reading, reproduction: Reproduction, now: datetime) -> ReproductionVersion:
    before = reproduction.versions.order_by("-pk").first()
    version = ReproductionVersion.objects.create(
        reproduction=reproduction,
        name=reading.report.version,
        arms=[arm.name for arm in reading.report.arms],
        rules_sha256=reading.rules_sha256,
        registered_at=now,
    )
    TestedClaim.objects.bulk_create(
        TestedClaim(
            version=version,
            key=claim.id,
            position=position,
            **{name: getattr(claim, name) for name in _COLUMNS},
        )
        for position, claim in enumerate(reading.report.claims)
    )
    if before is not None:
        _take_links_along(before, version)
    return version


def _take_links_along(before: ReproductionVersion, version: ReproductionVersion) -> None:
    """A claim whose rule did not change between versions is linked to what it was linked to."""
    rows = {row.key: row for row in version.claims.all()}
    links = ClaimEvidence.objects.standing().filter(tested__version=before)
    for link in links.select_related("tested").oldest_first():
        row = rows.get(link.tested.key)
        if row is not None and all(getattr(row, n) == getattr(link.tested, n) for n in _RULED):
            link.pk, link.tested = None, row
            link.save(force_insert=True)


_RULED = tuple(name for name in RULES if name != "id")


def _differences(reading: Reading, version: ReproductionVersion) -> Iterator[str]:
    """Yield a sentence for each of the first differences."""
    arms = [arm.name for arm in reading.report.arms]
    if arms != version.arms:
        yield f"its arms are {', '.join(arms)} and were {', '.join(version.arms)}."
    found = list(_differing_claims(reading, version))
    yield from found[:_MOST_DIFFERENCES]
    if len(found) > _MOST_DIFFERENCES:
        yield f"And {len(found) - _MOST_DIFFERENCES} more."


def _differing_claims(reading: Reading, version: ReproductionVersion) -> Iterator[str]:
    rows = {row.key: row for row in version.claims.all()}
    said = {claim.id: claim for claim in reading.report.claims}
    for key in rows.keys() - said.keys():
        yield f"claim {key} is missing."
    for key, claim in said.items():
        if key not in rows:
            yield f"claim {key} is new."
            continue
        for name in _RULED:
            was, now = getattr(rows[key], name), getattr(claim, name)
            if was != now:
                yield f"claim {key}: {name} was {str(was)[:80]!r} and is {str(now)[:80]!r}."
    if [claim.id for claim in reading.report.claims] != [row.key for row in rows.values()]:
        yield "the claims stand in another order."
