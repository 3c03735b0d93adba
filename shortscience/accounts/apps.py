from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "shortscience.accounts"
    label = "accounts"
