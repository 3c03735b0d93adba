"""Evidence of a paper that is merged into another one goes along, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shortscience.claims.models import Claim
from shortscience.evidence import deciding
from shortscience.evidence.models import ExternalEvidence, Reproduction
from shortscience.papers.models import Paper


def move(drop: Paper, keep: Paper) -> dict[str, list[int]]:
    """Move reproductions and imported evidence; return their numbers.

    What was imported for both papers stays where it is: the kept one shows it already.
    """
    reproductions = Reproduction.objects.of(drop)
    there = ExternalEvidence.objects.on(keep).values("sha256")
    external = ExternalEvidence.objects.on(drop).exclude(sha256__in=there)
    noted = {
        "reproductions": list(reproductions.order_by("pk").values_list("pk", flat=True)),
        "external_evidence": list(external.order_by("pk").values_list("pk", flat=True)),
    }
    reproductions.update(paper=keep)
    ExternalEvidence.objects.filter(pk__in=noted["external_evidence"]).update(paper=keep)
    return noted


def move_back(drop: Paper, keep: Paper, moved: Mapping[str, Iterable[int]]) -> None:
    """Move back what a merge noted; merges from before there was evidence noted nothing.

    A link between what is now of two papers is counted for neither.
    """
    mine = Reproduction.objects.of(keep).filter(pk__in=list(moved.get("reproductions", ())))
    mine.update(paper=drop)
    external = ExternalEvidence.objects.on(keep)
    external.filter(pk__in=list(moved.get("external_evidence", ()))).update(paper=drop)
    claims = Claim.objects.filter(paper__in=(keep, drop)).values_list("pk", flat=True)
    deciding.refresh(claims)
