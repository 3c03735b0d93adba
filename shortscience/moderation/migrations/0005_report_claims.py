import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0001_claims"),
        ("discussion", "0008_comments_on_claims"),
        ("library", "0001_saved_papers_and_lists"),
        ("moderation", "0004_report_lists"),
        ("papers", "0010_claim_count"),
        ("summaries", "0004_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="logentry",
            name="logentry_one_target",
        ),
        migrations.RemoveConstraint(
            model_name="report",
            name="report_one_target",
        ),
        migrations.AddField(
            model_name="logentry",
            name="claim",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="claims.claim",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="claim",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="claims.claim",
            ),
        ),
        migrations.AddConstraint(
            model_name="logentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("claim__isnull", True),
                        ("comment__isnull", True),
                        ("paper__isnull", True),
                        ("person__isnull", True),
                        ("reading_list__isnull", True),
                    ),
                    models.Q(
                        ("claim__isnull", True),
                        ("paper__isnull", True),
                        ("person__isnull", True),
                        ("reading_list__isnull", True),
                        ("summary__isnull", True),
                    ),
                    models.Q(
                        ("claim__isnull", True),
                        ("comment__isnull", True),
                        ("person__isnull", True),
                        ("reading_list__isnull", True),
                        ("summary__isnull", True),
                    ),
                    models.Q(
                        ("claim__isnull", True),
                        ("comment__isnull", True),
                        ("paper__isnull", True),
                        ("reading_list__isnull", True),
                        ("summary__isnull", True),
                    ),
                    models.Q(
                        ("claim__isnull", True),
                        ("comment__isnull", True),
                        ("paper__isnull", True),
                        ("person__isnull", True),
                        ("summary__isnull", True),
                    ),
                    models.Q(
                        ("comment__isnull", True),
                        ("paper__isnull", True),
                        ("person__isnull", True),
                        ("reading_list__isnull", True),
                        ("summary__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="logentry_one_target",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("claim__isnull", True),
                        ("comment__isnull", True),
                        ("paper__isnull", True),
                        ("person__isnull", True),
                        ("reading_list__isnull", True),
                    ),
                    models.Q(
                        ("claim__isnull", True),
                        ("paper__isnull", True),
                        ("person__isnull", True),
                        ("reading_list__isnull", True),
                        ("summary__isnull", True),
                    ),
                    models.Q(
                        ("claim__isnull", True),
                        ("comment__isnull", True),
                        ("person__isnull", True),
                        ("reading_list__isnull", True),
                        ("summary__isnull", True),
                    ),
                    models.Q(
                        ("claim__isnull", True),
                        ("comment__isnull", True),
                        ("paper__isnull", True),
                        ("reading_list__isnull", True),
                        ("summary__isnull", True),
                    ),
                    models.Q(
                        ("claim__isnull", True),
                        ("comment__isnull", True),
                        ("paper__isnull", True),
                        ("person__isnull", True),
                        ("summary__isnull", True),
                    ),
                    models.Q(
                        ("comment__isnull", True),
                        ("paper__isnull", True),
                        ("person__isnull", True),
                        ("reading_list__isnull", True),
                        ("summary__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="report_one_target",
            ),
        ),
    ]
