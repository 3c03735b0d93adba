from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "shortscience.jobs"
    label = "jobs"
