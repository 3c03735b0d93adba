from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("papers", "0010_claim_count"),
    ]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="author_orcids",
            field=models.JSONField(default=list, editable=False, null=True),
        ),
    ]
