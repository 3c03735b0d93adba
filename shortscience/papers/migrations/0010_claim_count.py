from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("papers", "0009_paper_block_key"),
    ]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="claim_count",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
    ]
