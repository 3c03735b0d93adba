from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "shortscience.evidence"
    label = "evidence"

    def ready(self) -> None:
        from shortscience.evidence import deciding  # noqa: F401 - listens from now on
