from django.conf import settings
from django.db import migrations, models

from shortscience.lib.online import RemoveKeyIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("summaries", "0008_indexes_of_people"),
        ("voting", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RemoveKeyIndexOnline(
            model_name="summaryvote",
            name=name,
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.deletion.CASCADE,
                related_name=related_name,
                to=to,
            ),
        )
        for name, related_name, to in (
            ("summary", "votes", "summaries.summary"),
            ("voter", "summary_votes", settings.AUTH_USER_MODEL),
        )
    ]
