import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("discussion", "0004_index_of_questions"),
        ("summaries", "0004_drafts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Passage",
            fields=[
                (
                    "comment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="passage",
                        serialize=False,
                        to="discussion.comment",
                    ),
                ),
                ("exact", models.TextField()),
                ("version", models.PositiveIntegerField()),
                ("was_public", models.BooleanField()),
                ("was_anonymous", models.BooleanField()),
                ("is_open", models.BooleanField()),
                (
                    "fate",
                    models.CharField(
                        choices=[("same", "same"), ("altered", "altered"), ("gone", "gone")],
                        max_length=7,
                    ),
                ),
                ("start", models.PositiveIntegerField(null=True)),
                ("end", models.PositiveIntegerField(null=True)),
                ("now", models.TextField(blank=True)),
                ("prefix", models.CharField(blank=True, max_length=40)),
                ("suffix", models.CharField(blank=True, max_length=40)),
                (
                    "summary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passages",
                        to="summaries.summary",
                    ),
                ),
            ],
        ),
    ]
