import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0001_claims"),
        ("discussion", "0007_mentions"),
    ]

    operations = [
        migrations.AddField(
            model_name="comment",
            name="claim",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="comments",
                to="claims.claim",
            ),
        ),
    ]
