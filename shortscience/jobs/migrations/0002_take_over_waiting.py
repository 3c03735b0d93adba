"""Jobs that waited in the tables of django-tasks-db wait here; then those tables go.

What had failed there is dropped: its errors are in the log. There is no way back.
"""

import json
from datetime import UTC, datetime

from django.db import migrations
from django.utils import timezone

OLD = "django_tasks_database_dbtaskresult"
# What this program schedules by itself.
SCHEDULED = {"shortscience.config.tasks.housekeeping"}
# A retried mail counted its failures in its arguments.
COUNTED = "failures"


def take_over(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if OLD not in connection.introspection.table_names(cursor):
            return
        cursor.execute(
            f"SELECT task_path, args_kwargs, priority, queue_name, run_after FROM {OLD}"  # noqa: S608
            " WHERE status IN ('READY', 'RUNNING') ORDER BY enqueued_at"
        )
        rows = [row for row in cursor.fetchall() if row[0] not in SCHEDULED]
    Job = apps.get_model("jobs", "Job")
    for task, arguments, priority, queue_name, run_after in rows:
        if isinstance(arguments, str):
            arguments = json.loads(arguments)
        arguments["kwargs"].pop(COUNTED, None)
        Job.objects.using(connection.alias).create(
            task=task,
            arguments=arguments,
            priority=priority,
            queue_name=queue_name,
            due_at=due_at(run_after),
        )


def due_at(run_after):
    """Return the time it was put off to; the year 9999 stood for "at once"."""
    if isinstance(run_after, str):
        run_after = datetime.fromisoformat(run_after)
    if run_after.tzinfo is None:
        run_after = run_after.replace(tzinfo=UTC)
    return timezone.now() if run_after.year == 9999 else run_after


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_jobs_and_appointments")]

    operations = [
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.RunSQL(f"DROP TABLE IF EXISTS {OLD}", migrations.RunSQL.noop),
    ]
