from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "shortscience.feeds"
    label = "feeds"
