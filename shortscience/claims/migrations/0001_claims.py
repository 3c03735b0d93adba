import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("papers", "0010_claim_count"),
        ("summaries", "0008_indexes_of_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("number", "a number"),
                            ("comparison", "a comparison"),
                            ("theorem", "a theorem"),
                            ("qualitative", "in words"),
                        ],
                        default="qualitative",
                        max_length=11,
                    ),
                ),
                ("statement", models.CharField(max_length=600)),
                ("metric", models.CharField(blank=True, max_length=80)),
                (
                    "relation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("=", "is"),
                            (">=", "at least"),
                            ("<=", "at most"),
                            ("~", "about"),
                        ],
                        max_length=2,
                    ),
                ),
                ("value", models.CharField(blank=True, max_length=40)),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("place", models.CharField(blank=True, max_length=80)),
                ("mark", models.CharField(blank=True, max_length=20)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("mark", "marked in a summary"),
                            ("page", "proposed for the paper"),
                            ("summary", "proposed for a summary"),
                        ],
                        max_length=7,
                    ),
                ),
                ("number", models.FloatField(editable=False, null=True)),
                ("html", models.TextField(editable=False)),
                ("has_math", models.BooleanField(default=False, editable=False)),
                ("renderer_version", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("untested", "untested"),
                            ("reproduced", "reproduced"),
                            ("not_reproduced", "not reproduced"),
                            ("inconclusive", "inconclusive"),
                            ("disputed", "disputed"),
                            ("not_attempted", "not attempted"),
                        ],
                        default="untested",
                        editable=False,
                        max_length=14,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(editable=False, null=True)),
                ("declined_at", models.DateTimeField(editable=False, null=True)),
                ("decline_reason", models.CharField(blank=True, editable=False, max_length=300)),
                ("hidden_at", models.DateTimeField(editable=False, null=True)),
                ("comment_count", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "merged_into",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="claims.claim",
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="papers.paper",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="claims_proposed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "summary",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="claims",
                        to="summaries.summary",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClaimMerge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("merged_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "drop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges_into_others",
                        to="claims.claim",
                    ),
                ),
                (
                    "keep",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges",
                        to="claims.claim",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClaimVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("number", "a number"),
                            ("comparison", "a comparison"),
                            ("theorem", "a theorem"),
                            ("qualitative", "in words"),
                        ],
                        default="qualitative",
                        max_length=11,
                    ),
                ),
                ("statement", models.CharField(max_length=600)),
                ("metric", models.CharField(blank=True, max_length=80)),
                (
                    "relation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("=", "is"),
                            (">=", "at least"),
                            ("<=", "at most"),
                            ("~", "about"),
                        ],
                        max_length=2,
                    ),
                ),
                ("value", models.CharField(blank=True, max_length=40)),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("place", models.CharField(blank=True, max_length=80)),
                ("number", models.PositiveIntegerField()),
                ("saved_at", models.DateTimeField()),
                ("text_version", models.PositiveIntegerField(null=True)),
                ("is_shown", models.BooleanField(default=True)),
                (
                    "claim",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="claims.claim",
                    ),
                ),
                (
                    "editor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["summary", "id"], name="claims_of_a_text"),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["status", "-id"], name="claims_by_status"),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["renderer_version", "id"], name="claims_renderer"),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("mark", ""), _negated=True),
                fields=("summary", "mark"),
                name="one_claim_per_mark",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("origin", "mark"), _negated=True),
                    ("proposed_by__isnull", True),
                    _connector="OR",
                ),
                name="marks_name_nobody",
            ),
        ),
        migrations.AddIndex(
            model_name="claimmerge",
            index=models.Index(fields=["by", "-merged_at"], name="claim_merges_by_person"),
        ),
        migrations.AddConstraint(
            model_name="claimmerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)),
                fields=("drop",),
                name="one_standing_merge_per_claim",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimversion",
            constraint=models.UniqueConstraint(
                fields=("claim", "number"), name="one_version_per_change"
            ),
        ),
    ]
