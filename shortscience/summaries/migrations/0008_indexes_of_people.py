from django.db import migrations, models

from shortscience.lib.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("summaries", "0007_level")]

    operations = [
        AddIndexOnline(
            model_name="summary",
            index=models.Index(
                fields=["author", f"-{order}", "-id"],
                name=name,
                condition=models.Q(is_public=True, is_anonymous=False),
            ),
        )
        for name, order in (("summaries_by_best", "quality"), ("summaries_by_recent", "recent_at"))
    ]
