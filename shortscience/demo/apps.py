from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "shortscience.demo"
    label = "demo"
