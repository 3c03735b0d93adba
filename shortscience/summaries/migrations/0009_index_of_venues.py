from django.db import migrations, models

from shortscience.lib.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("summaries", "0008_indexes_of_people")]

    operations = [
        AddIndexOnline(
            model_name="summary",
            index=models.Index(
                fields=["paper", "score", "quality"],
                name="summaries_of_papers",
                condition=models.Q(is_public=True),
            ),
        )
    ]
