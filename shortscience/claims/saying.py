"""What a claim says, from a mark or from a form, and the version that keeps it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from django.utils.translation import gettext as _

from shortscience.accounts.models import User
from shortscience.claims.models import Claim, ClaimVersion, Kind, Relation
from shortscience.claims.rules import WrongStatement
from shortscience.lib import markup
from shortscience.lib.plaintext import squeeze
from shortscience.summaries.actions import cited_papers


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a claim and the same in columns, named as those of `Statement`."""

    statement: str
    kind: str = Kind.QUALITATIVE
    metric: str = ""
    relation: str = ""
    value: str = ""
    unit: str = ""
    place: str = ""


COLUMNS = tuple(field.name for field in fields(Said))
LONGEST = {
    column.name: column.max_length
    for column in Claim._meta.concrete_fields
    if column.name in COLUMNS and column.max_length
}
RENDERED = ("html", "has_math", "number", "renderer_version")


def said_by(mark: markup.ClaimMark) -> Said:
    """Return what a text's mark says; its faults were told by the markup."""
    told = mark.fields
    return Said(
        statement=mark.statement,
        kind=told.kind.value,
        metric=told.metric,
        relation=told.relation,
        value=told.value,
        unit=told.unit,
        place=told.where,
    )


def checked(said: Said) -> Said:
    """Return what somebody typed into a form as it is stored.

    Raises:
        markup.SourceRefused: characters that are no text.
        WrongStatement: it says nothing, or too much; the sentence says what to change.
    """
    told = Said(**{name: squeeze(value) for name, value in asdict(said).items()})
    if not told.statement:
        raise WrongStatement(_("Write what the paper says, in one sentence."))
    for text in asdict(told).values():
        if text:
            markup.check_source(text)
    for name, most in LONGEST.items():
        if len(getattr(told, name)) > most:
            words = {"name": name, "most": most}
            raise WrongStatement(_("The %(name)s is longer than %(most)d characters.") % words)
    if not markup.plain_line(told.statement):
        raise WrongStatement(_("Write what the paper says, in words."))
    _check_relation(told)
    return told


def _check_relation(said: Said) -> None:
    if said.kind not in Kind.values or (said.relation and said.relation not in Relation.values):
        raise WrongStatement(_("Choose one of the types and relations."))
    if said.relation and not said.value:
        raise WrongStatement(_("Say what is expected: a value, or what it is compared with."))
    if said.kind == Kind.NUMBER and markup.number_of(said.value) is None:
        raise WrongStatement(_("A number needs a value such as 78.7; its unit stands apart."))


def fill(claim: Claim, said: Said) -> bool:
    """Write what is said into the claim, without saving; return whether it was another."""
    before = tuple(getattr(claim, name) for name in COLUMNS)
    for name in COLUMNS:
        setattr(claim, name, getattr(said, name))
    render(claim)
    return before != tuple(getattr(claim, name) for name in COLUMNS)


def render(claim: Claim) -> None:
    """Fill the columns that are made from the words, without saving."""
    claim.html = markup.render_line(claim.statement, resolve=cited_papers)
    claim.has_math = "<math" in claim.html
    claim.number = markup.number_of(claim.value)
    claim.renderer_version = markup.RENDERER_VERSION


def keep_version(
    claim: Claim,
    *,
    editor: User | None,
    at: datetime,
    is_shown: bool = True,
    text_version: int | None = None,
) -> None:
    """Store the claim as it reads now, in the transaction that changed it."""
    now = {name: getattr(claim, name) for name in COLUMNS}
    ClaimVersion.objects.create(
        claim=claim,
        number=claim.version,
        saved_at=at,
        editor=editor,
        is_shown=is_shown,
        text_version=text_version,
        **now,
    )
