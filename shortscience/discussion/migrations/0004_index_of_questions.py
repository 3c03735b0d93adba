from django.db import migrations, models

from shortscience.lib.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("discussion", "0003_questions_and_badges")]

    operations = [
        AddIndexOnline(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("kind", "question")),
                fields=["-created_at", "-id"],
                name="comments_that_ask",
            ),
        ),
    ]
