"""What an editor points out in a text before it is published. Nothing here blocks anything."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shortscience.lib import markup
from shortscience.lib.copying import copied
from shortscience.lib.figures import Compared, Said, compared
from shortscience.lib.markup import Proof
from shortscience.papers.models import Paper, PaperNotice
from shortscience.papers.records import NoticeKind
from shortscience.summaries.actions import as_cited, papers_by_key

# So many words in a row may be a name, a quotation or chance.
QUOTED_AT_MOST = 30
# Of each kind of finding: who has more to look at looks at these first.
MOST_OF_A_KIND = 8

_TAKEN_BACK = (NoticeKind.RETRACTION.value, NoticeKind.WITHDRAWAL.value)
_OPEN_CITE = re.compile(r"\\cite\{[^}\n]*$|\\cite\{\s*\}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: what it is about, a sentence, and its line (from 1) if it has one."""

    about: str
    sentence: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What there is to look at, and how many numbers of the text the abstract has, too."""

    findings: Sequence[Finding]
    agreeing: int = 0
    # A formula that is not shown is marked beside its line as well.
    formulas: Sequence[Finding] = ()

    @property
    def count(self) -> int:
        return len(self.findings) + len(self.formulas)


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as its page will show it, and what an editor says beside it."""

    rendered: markup.Rendered
    checked: Checked


def preview(*, text: str, paper: Paper | None) -> Preview:
    """Return the HTML that saving this text would show, made by the same code; nothing is stored.

    Args:
        paper: what it is about, for its abstract; None compares with nothing.

    Raises:
        markup.SourceRefused: the text cannot be kept; the sentence says why.
    """
    cited: dict[str, Paper] = {}

    def resolve(keys: Collection[str]) -> Mapping[str, markup.CitedPaper]:
        cited.update(papers_by_key(keys))
        return as_cited(cited)

    proof = markup.proof(text, resolve=resolve, id_prefix="preview-")
    return Preview(proof.rendered, check(proof, paper=paper, cited=cited))


def check(proof: Proof, *, paper: Paper | None, cited: Mapping[str, Paper]) -> Checked:
    """Look at a text that is about to be published.

    Args:
        cited: the papers that its keys mean. Costs one query if there are any.
    """
    abstract = paper.abstract if paper else ""
    said = list(_numbers(proof, abstract)) if abstract else []
    findings = [
        *_only_links(proof),
        *_of_numbers(said),
        *_copies(proof, abstract),
        *_retracted(cited),
        *_unknown(proof, cited),
        *_pictures(proof),
    ]
    formulas = [
        Finding(one.tex[:80], one.reason, one.line + 1)
        for one in proof.rendered.broken[:MOST_OF_A_KIND]
    ]
    agreeing = sum(one.said is Said.THERE for _line, one in said)
    return Checked(findings, agreeing, formulas)


def _only_links(proof: Proof) -> Iterator[Finding]:
    if proof.is_only_links:
        sentence = _("This is only a link. Say what a reader finds there: the idea, in your words.")
        yield Finding(_("Only a link"), sentence)


def _numbers(proof: Proof, abstract: str) -> Iterator[tuple[int, Compared]]:
    """Yield each number with its line. Those of all passages are compared at once: one that
    stands elsewhere in the text is not one mistyped."""
    text, starts = "", []
    for passage in proof.passages:
        starts.append((len(text), passage))
        text += passage.text + "\n\n"
    for one in compared(text, abstract):
        start, passage = next(pair for pair in reversed(starts) if pair[0] <= one.figure.start)
        yield passage.line + passage.text.count("\n", 0, one.figure.start - start) + 1, one


def _of_numbers(said: Sequence[tuple[int, Compared]]) -> Iterator[Finding]:
    wrong = [(line, one) for line, one in said if one.there is not None]
    for line, one in wrong[:MOST_OF_A_KIND]:
        yield Finding(one.figure.written, _sentence(one), line)
    absent = [(line, one.figure.written) for line, one in said if one.said is Said.ABSENT]
    if absent:
        names = ", ".join(written for _line, written in absent[:MOST_OF_A_KIND])
        more = len(absent) - MOST_OF_A_KIND
        if more > 0:
            names += ngettext(" and %(n)d more", " and %(n)d more", more) % {"n": more}
        sentence = ngettext(
            "Not in the abstract: %(names)s. Does it stand so in the paper?",
            "Not in the abstract: %(names)s. Do they stand so in the paper?",
            len(absent),
        )
        yield Finding(_("Numbers"), sentence % {"names": names}, absent[0][0])


def _sentence(one: Compared) -> str:
    told = {"here": one.figure.written, "there": one.there.written if one.there else ""}
    if one.said is Said.OTHER_SIGN:
        return _("%(here)s has another sign in the abstract (there: %(there)s).") % told
    if one.said is Said.OTHER_UNIT:
        return _("%(here)s has another unit in the abstract (there: %(there)s).") % told
    return _("%(here)s is not in the abstract (there: %(there)s).") % told


def _copies(proof: Proof, abstract: str) -> Iterator[Finding]:
    for passage in proof.passages:
        # What is marked as a quotation says that it is one.
        if not abstract or passage.is_quoted:
            continue
        for run in copied(passage.text, abstract, more_than=QUOTED_AT_MOST):
            sentence = _("%(n)d words in a row are the abstract’s. It stands on the page already.")
            line = passage.line + passage.text.count("\n", 0, run.start) + 1
            yield Finding(f"“{run.begins} …”", sentence % {"n": run.words}, line)


def _retracted(cited: Mapping[str, Paper]) -> Iterator[Finding]:
    if not cited:
        return
    papers = {paper.pk: paper for paper in cited.values()}
    told = PaperNotice.objects.filter(paper__in=papers, kind__in=_TAKEN_BACK)
    for pk in sorted(set(told.values_list("paper", flat=True))):
        sentence = _("This paper was retracted. If you cite it for that, say so.")
        yield Finding(papers[pk].cite_label, sentence)


def _unknown(proof: Proof, cited: Mapping[str, Paper]) -> Iterator[Finding]:
    unknown = [key for key in proof.rendered.cites if key not in cited]
    for key in unknown[:MOST_OF_A_KIND]:
        sentence = _(
            "Not known here yet. If it is a DOI or an arXiv id, we fetch it when you save."
        )
        yield Finding(f"\\cite{{{key}}}", sentence)
    for passage in proof.passages:
        for found in _OPEN_CITE.finditer(passage.text):
            line = passage.line + passage.text.count("\n", 0, found.start()) + 1
            yield Finding(found[0][:40], _("Not closed yet: pick a paper from the list."), line)


def _pictures(proof: Proof) -> Iterator[Finding]:
    for line in proof.undescribed[:MOST_OF_A_KIND]:
        sentence = _("Say what it shows, for those who cannot see it: ![what it shows](…).")
        yield Finding(_("Image"), sentence, line + 1)
