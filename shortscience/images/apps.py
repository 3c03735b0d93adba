from django.apps import AppConfig


class ImagesConfig(AppConfig):
    name = "shortscience.images"
    label = "images"
