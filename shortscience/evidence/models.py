"""What people measured about the claims of papers: reproductions, their reports, and their fate.

A reproduction has versions; the first report of a version fixes its rules (`TestedClaim`). A
report is one run, and a `Finding` what it says about one of those rules. `ClaimEvidence` says which
claim of the site a rule tests; from these `Claim.status` is computed (see `deciding`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shortscience.claims.models import Claim
from shortscience.discussion.models import Comment
from shortscience.evidence.querysets import (
    ClaimEvidenceQuerySet,
    ExternalEvidenceQuerySet,
    FindingQuerySet,
    ReproductionQuerySet,
    RunReportQuerySet,
    StandingQuerySet,
)
from shortscience.lib.routes import address
from shortscience.papers.models import Paper

if TYPE_CHECKING:
    from shortscience.accounts.models import User

_PERSON = settings.AUTH_USER_MODEL

# The class of the style sheet that draws each status.
_DRAWN_AS = {
    "reproduced": "confirmed",
    "not_reproduced": "contradicted",
    "inconclusive": "mixed",
    "partly": "mixed",
    "not_attempted": "skipped",
}


class Status(models.TextChoices):
    REPRODUCED = "reproduced", _("reproduced")
    NOT_REPRODUCED = "not_reproduced", _("not reproduced")
    INCONCLUSIVE = "inconclusive", _("inconclusive")
    NOT_ATTEMPTED = "not_attempted", _("not attempted")


class Overall(models.TextChoices):
    REPRODUCED = "reproduced", _("reproduced")
    PARTLY = "partly", _("partly reproduced")
    NOT_REPRODUCED = "not_reproduced", _("not reproduced")
    NOT_ATTEMPTED = "not_attempted", _("not attempted")


class Reproduction(models.Model):
    """Somebody's code that tests what one paper says."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="reproductions")
    # As its reports call it. Two papers that were merged may each bring one of the same name.
    slug = models.SlugField(max_length=80, db_index=False)
    title = models.CharField(max_length=300)
    # Where the code is, as the newest report says.
    repository = models.CharField(max_length=1000, blank=True)
    path = models.CharField(max_length=1000, blank=True)
    # Who sent its first report.
    made_by = models.ForeignKey(
        _PERSON, null=True, on_delete=models.SET_NULL, related_name="reproductions"
    )
    created_at = models.DateTimeField()

    objects = ReproductionQuerySet.as_manager()

    class Meta:
        indexes = [
            # Serves an upload, which looks for its reproduction, and a paper's page.
            models.Index(fields=["paper", "slug"], name="reproductions_of_a_paper"),
        ]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return address("reproduction", self.pk)


class ReproductionVersion(models.Model):
    """The rules under which its reports are judged: fixed by the first report of that version."""

    reproduction = models.ForeignKey(
        Reproduction, on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    name = models.CharField(max_length=40)
    # The names of its arms, in order.
    arms = models.JSONField(default=list)
    # Of the canonical JSON of arms and rules; another report has them or is refused.
    rules_sha256 = models.CharField(max_length=64)
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reproduction", "name"], name="one_row_per_version")
        ]

    def __str__(self) -> str:
        return self.name


class TestedClaim(models.Model):
    """One proposition that a version tests, with the rule that decides about it."""

    # pytest takes what is called Test… for tests.
    __test__ = False

    class Kind(models.TextChoices):
        EFFECT = "effect", _("a difference")
        RATIO = "ratio", _("a ratio")
        EQUIVALENCE = "equivalence", _("no difference")
        EXACT = "exact", _("without exception")
        OUT_OF_REACH = "out_of_reach", _("out of reach")

    version = models.ForeignKey(
        ReproductionVersion, on_delete=models.CASCADE, related_name="claims", db_index=False
    )
    # "c1": its id in the reports.
    key = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=2000)
    paper_says = models.CharField(max_length=4000, blank=True)
    place = models.CharField(max_length=1000, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    metric = models.CharField(max_length=500, blank=True)
    relation = models.CharField(max_length=2)
    margin = models.FloatField()
    unit = models.CharField(max_length=200, blank=True)
    seeds = models.PositiveSmallIntegerField()
    # Other data or another size than the paper's.
    is_proxy = models.BooleanField()
    is_central = models.BooleanField()
    # What the paper measured: context, shown apart and with its source.
    paper_value = models.CharField(max_length=1000, blank=True)
    paper_source = models.CharField(max_length=1000, blank=True)
    reason = models.CharField(max_length=4000, blank=True)

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="one_rule_per_claim_tested")
        ]

    def __str__(self) -> str:
        return self.key


class Report(models.Model):
    """One run, as somebody sent it and as it was computed again here. Never anonymous."""

    # Of its canonical JSON. It is the address, and what a confirmation names.
    sha256 = models.CharField(max_length=64, unique=True)
    version = models.ForeignKey(
        ReproductionVersion, on_delete=models.PROTECT, related_name="reports"
    )
    uploader = models.ForeignKey(
        _PERSON, null=True, on_delete=models.SET_NULL, related_name="run_reports", db_index=False
    )
    uploaded_at = models.DateTimeField()
    # When the run ended, as it says itself.
    ran_at = models.DateTimeField()
    preset = models.CharField(max_length=40)
    # 2 and 3 where the seeds of an earlier report were extended.
    look = models.PositiveSmallIntegerField()
    seed_count = models.PositiveSmallIntegerField()
    device = models.CharField(max_length=200, blank=True)
    wall_s = models.FloatField()
    cpu_s = models.FloatField()
    overall = models.CharField(max_length=14, choices=Overall.choices)
    env_sha256 = models.CharField(max_length=64)
    # Of the units' values in the order of the seeds: the same numbers again are no second run.
    values_sha256 = models.CharField(max_length=64, blank=True)
    code_sha256 = models.CharField(max_length=64, db_index=True)
    commit = models.CharField(max_length=64, blank=True)
    swhid = models.CharField(max_length=50, blank=True)
    repository = models.CharField(max_length=1000, blank=True)
    # Whether code with this hash is known here (`KnownCode`). If not, nobody but the uploader says
    # that such code exists, and the page says so.
    is_code_known = models.BooleanField(default=False)
    # How much it counts beside earlier reports, and why: see `weighing`.
    weight = models.FloatField(default=1.0)
    weighing = models.JSONField(default=list)
    # Set by moderation only.
    hidden_at = models.DateTimeField(null=True, editable=False)

    objects = RunReportQuerySet.as_manager()

    class Meta:
        indexes = [
            # Serves the lists of newest reports.
            models.Index(fields=["-uploaded_at", "-id"], name="reports_newest_first"),
            # Serves the limit of uploads a day and a person's own list.
            models.Index(fields=["uploader", "-uploaded_at"], name="reports_of_a_person"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    def get_absolute_url(self) -> str:
        return address("run-report", self.sha256)

    @property
    def short(self) -> str:
        """The first signs of its hash: enough to tell the reports of a paper apart."""
        return self.sha256[:10]

    @property
    def named_author(self) -> User | None:
        return self.uploader

    @property
    def paper(self) -> Paper:
        """Its paper; load `version__reproduction__paper`."""
        return self.version.reproduction.paper

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def drawn_as(self) -> str:
        """How its outcome is drawn, as in the class `status--mixed`."""
        return _DRAWN_AS[self.overall]

    @property
    def is_trial(self) -> bool:
        """Whether it only shows that the code runs: such a run decides about no claim."""
        return self.preset == "smoke"


class ReportDocument(models.Model):
    """The report itself, packed; read for its own page and for comparing, never for lists."""

    report = models.OneToOneField(
        Report, on_delete=models.CASCADE, primary_key=True, related_name="document"
    )
    # Canonical JSON in a zstd frame.
    packed = models.BinaryField()
    size_bytes = models.PositiveIntegerField()
    # Its uploader left, and the name was taken out: the hash is that of what was sent.
    is_disowned = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"Document of report {self.report_id}"


class Finding(models.Model):
    """What one report says about one claim that its version tests, computed from its units."""

    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, related_name="findings", db_index=False
    )
    tested = models.ForeignKey(TestedClaim, on_delete=models.CASCADE, related_name="findings")
    status = models.CharField(max_length=14, choices=Status.choices)
    # Geometric for a ratio.
    mean = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    level = models.FloatField(null=True)
    n = models.PositiveIntegerField()
    p = models.FloatField(null=True)
    p_holm = models.FloatField(null=True)
    # [[seed, value or null], …]
    per_seed = models.JSONField(default=list)
    note = models.TextField(blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "tested"], name="one_finding_per_claim")
        ]

    def __str__(self) -> str:
        return f"{self.status} by report {self.report_id}"

    @property
    def drawn_as(self) -> str:
        return _DRAWN_AS[self.status]

    @property
    def values(self) -> list[float]:
        return [value for _seed, value in self.per_seed if value is not None]


class Confirmation(models.Model):
    """That one report repeats another one, and whether what it found agrees."""

    class How(models.TextChoices):
        REPLAY = "replay", _("same seeds")
        REPLICATE = "replicate", _("fresh seeds")

    class Decision(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        WEAK = "weak", _("weak support")
        DISPUTED = "disputed", _("disputed")
        NOT_COMPARABLE = "not_comparable", _("not comparable")

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="confirms")
    of = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="confirmations")
    how = models.CharField(max_length=9, choices=How.choices)
    decision = models.CharField(max_length=14, choices=Decision.choices)
    # {"c1": "confirmed", …}
    by_claim = models.JSONField(default=dict)
    # A sentence for each number that decided.
    reasons = models.JSONField(default=list)
    # Where a dispute is talked about.
    thread = models.ForeignKey(
        Comment, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return f"{self.decision} by {self.how}"


class ClaimEvidence(models.Model):
    """That a claim of the site is what a version of a reproduction tests, as somebody says."""

    tested = models.ForeignKey(
        TestedClaim, on_delete=models.CASCADE, related_name="links", db_index=False
    )
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="evidence")
    # As the claim read then; what says something else since is not what was tested.
    claim_version = models.PositiveIntegerField()
    linked_by = models.ForeignKey(
        _PERSON, null=True, on_delete=models.SET_NULL, related_name="claims_linked"
    )
    linked_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    taken_off_at = models.DateTimeField(null=True)
    taken_off_by = models.ForeignKey(
        _PERSON, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    taken_off_reason = models.CharField(max_length=300, blank=True)

    objects = ClaimEvidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tested", "claim"],
                condition=Q(taken_off_at__isnull=True),
                name="one_link_per_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tested_id} tests claim {self.claim_id}"

    @property
    def is_standing(self) -> bool:
        return self.taken_off_at is None


class Standing(models.Model):
    """What a claim's line tells of its reports. Derived; `deciding` computes it again."""

    claim = models.OneToOneField(
        Claim, on_delete=models.CASCADE, primary_key=True, related_name="standing"
    )
    # Reports that count, and among them those that reproduced it and those that did not.
    runs = models.PositiveIntegerField()
    reproduced = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    # Of those that reproduced it: the sum of their weights, one report a person, and that rounded
    # down. A run that depends on nobody's counts 1.
    weight = models.FloatField()
    independent = models.PositiveIntegerField()
    disputes = models.PositiveIntegerField()
    last_ran_at = models.DateTimeField(null=True)
    first_failed_at = models.DateTimeField(null=True)
    first_failed = models.ForeignKey(
        Report, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    objects = StandingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Standing of claim {self.claim_id}"


class KnownCode(models.Model):
    """Code that the operator has seen, by the hash that its reports carry."""

    sha256 = models.CharField(max_length=64, unique=True)
    about = models.CharField(max_length=200)
    registered_by = models.ForeignKey(
        _PERSON, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    registered_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "known code"

    def __str__(self) -> str:
        return f"{self.about} ({self.sha256[:10]})"


class ExternalEvidence(models.Model):
    """What was found elsewhere and written down in another format: shown, and never judged here."""

    class Format(models.TextChoices):
        CODECHECK = "codecheck", "CODECHECK"
        RO_CRATE = "ro-crate", "Workflow Run RO-Crate"

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="external_evidence")
    format = models.CharField(max_length=9, choices=Format.choices)
    # Of the bytes that were sent.
    sha256 = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    # Where the certificate or the crate is, or "".
    url = models.CharField(max_length=1000, blank=True)
    repository = models.CharField(max_length=1000, blank=True)
    done_at = models.DateTimeField(null=True)
    # Names, as the file has them.
    people = models.JSONField(default=list)
    says = models.TextField(blank=True)
    # [{"file": …, "about": …}, …]
    outputs = models.JSONField(default=list)
    uploader = models.ForeignKey(
        _PERSON, null=True, on_delete=models.SET_NULL, related_name="external_evidence"
    )
    uploaded_at = models.DateTimeField()
    # Set by moderation only.
    hidden_at = models.DateTimeField(null=True, editable=False)

    objects = ExternalEvidenceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "external evidence"
        constraints = [
            models.UniqueConstraint(fields=["paper", "sha256"], name="one_row_per_imported_file")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its line on the paper's page; the paper must be loaded."""
        return f"{self.paper.get_absolute_url()}#external-{self.pk}"

    @property
    def named_author(self) -> User | None:
        return self.uploader
