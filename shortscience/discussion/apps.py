from django.apps import AppConfig


class DiscussionConfig(AppConfig):
    name = "shortscience.discussion"
    label = "discussion"
