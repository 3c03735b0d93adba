from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("discussion", "0002_confidential")]

    operations = [
        migrations.AddField(
            model_name="comment",
            name="kind",
            field=models.CharField(
                choices=[("comment", "comment"), ("question", "question")],
                db_default="comment",
                default="comment",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="accepted_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="comment",
            name="badge",
            field=models.CharField(
                blank=True,
                choices=[
                    ("author", "author of this paper"),
                    ("maintainer", "maintainer of this code"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=10,
            ),
        ),
    ]
