from django.apps import AppConfig


class VotingConfig(AppConfig):
    name = "shortscience.voting"
    label = "voting"
