from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "shortscience.web"
    label = "web"
