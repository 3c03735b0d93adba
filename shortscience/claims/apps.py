from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "shortscience.claims"
    label = "claims"

    def ready(self) -> None:
        from shortscience.claims import following  # noqa: F401 - listens from now on
