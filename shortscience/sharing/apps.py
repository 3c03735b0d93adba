from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "shortscience.sharing"
    label = "sharing"
