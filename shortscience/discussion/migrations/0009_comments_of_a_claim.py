from django.db import migrations, models

from shortscience.lib.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("discussion", "0008_comments_on_claims")]

    operations = [
        AddIndexOnline(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("claim__isnull", False)),
                fields=["claim", "created_at", "id"],
                name="comments_of_a_claim",
            ),
        ),
    ]
