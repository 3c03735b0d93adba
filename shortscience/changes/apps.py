from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "shortscience.changes"
    label = "changes"
