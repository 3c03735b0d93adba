from django.apps import AppConfig


class DiscussionConfig(AppConfig):
    name = "shortscience.discussion"
    label = "discussion"

    def ready(self) -> None:
        from shortscience.accounts import proofs
        from shortscience.discussion.badges import refresh_of
        from shortscience.discussion.notes import follow
        from shortscience.summaries.signals import html_changed

        html_changed.connect(
            lambda sender, summary, **_kwargs: follow(summary), weak=False, dispatch_uid="notes"
        )
        proofs.changed.connect(
            lambda sender, person, **_kwargs: refresh_of(person), weak=False, dispatch_uid="badges"
        )
