from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "shortscience.sources"
    label = "sources"
