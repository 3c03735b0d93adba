from django.apps import AppConfig


class VenuesConfig(AppConfig):
    name = "shortscience.venues"
    label = "venues"
