from django.db import migrations, models

from shortscience.lib.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("summaries", "0005_sharing")]

    operations = [
        AddIndexOnline(
            model_name="summary",
            index=models.Index(
                fields=["group", "-id"],
                name="summaries_of_group",
                condition=models.Q(group__isnull=False),
            ),
        ),
    ]
