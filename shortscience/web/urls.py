"""The addresses of the site: short, readable, permanent. Old addresses live in `legacy`."""

from __future__ import annotations

from django.urls import include, path, register_converter

from shortscience.web.converters import HandleConverter
from shortscience.web.views import (
    accounts,
    adding,
    authors,
    comments,
    curation,
    drafts,
    fetching,
    health,
    home,
    jobs,
    legacy,
    library,
    lists,
    media,
    moderation,
    pages,
    papers,
    people,
    reports,
    revisions,
    search,
    staff_curation,
    summaries,
    venues,
    writing,
)

register_converter(HandleConverter, "handle")

urlpatterns = [
    path("", home.front, name="home"),
    # papers
    path("p/<int:paper_id>", papers.by_number, name="paper-number"),
    path("p/<int:paper_id>/<slug:slug>", papers.detail, name="paper"),
    path("p/<int:paper_id>/<slug:slug>/bibtex", papers.bibtex, name="paper-bibtex"),
    path("p/<int:paper_id>/<slug:slug>/comment", comments.on_paper, name="comment-on-paper"),
    path("p/<int:paper_id>/<slug:slug>/write", writing.write, name="summary-write"),
    path("p/<int:paper_id>/<slug:slug>/details", curation.history, name="paper-history"),
    path("p/<int:paper_id>/<slug:slug>/correct", curation.correct, name="paper-correct"),
    path("p/<int:paper_id>/<slug:slug>/refresh", curation.refresh, name="paper-refresh"),
    path("p/<int:paper_id>/<slug:slug>/merge", curation.merge, name="paper-merge"),
    path("p/<int:paper_id>/<slug:slug>/save", library.save, name="paper-save"),
    path("p/<int:paper_id>/<slug:slug>/list", library.add, name="paper-list"),
    path("papers/add", adding.add, name="paper-add"),
    path("papers/fetch", fetching.fetch_paper, name="paper-fetch"),
    path("random", papers.random_summary, name="random"),
    # summaries
    path("s/<int:summary_id>", summaries.detail, name="summary"),
    path("s/<int:summary_id>/source", summaries.source, name="summary-source"),
    path("s/<int:summary_id>/share", summaries.share, name="summary-share"),
    path("s/<int:summary_id>/vote", summaries.vote, name="summary-vote"),
    path("s/<int:summary_id>/edit", writing.edit, name="summary-edit"),
    path("s/<int:summary_id>/delete", writing.delete, name="summary-delete"),
    path("s/<int:summary_id>/history", revisions.history, name="summary-history"),
    path("s/<int:summary_id>/compare", revisions.compare, name="summary-compare"),
    path("s/<int:summary_id>/r/<int:number>", revisions.detail, name="summary-revision"),
    path("s/<int:summary_id>/r/<int:number>/restore", revisions.restore, name="summary-restore"),
    path("s/<int:summary_id>/comment", comments.on_summary, name="comment-on-summary"),
    path("write", writing.choose_paper, name="write"),
    path("write/preview", writing.preview, name="write-preview"),
    path("drafts", drafts.index, name="drafts"),
    path("drafts/<int:draft_id>/delete", drafts.delete, name="draft-delete"),
    # comments
    path("c/<int:comment_id>", comments.detail, name="comment"),
    path("c/<int:comment_id>/reply", comments.reply, name="comment-reply"),
    path("c/<int:comment_id>/edit", comments.edit, name="comment-edit"),
    path("c/<int:comment_id>/delete", comments.delete, name="comment-delete"),
    # venues, people
    path("venues", venues.index, name="venues"),
    path("v/<slug:slug>", venues.detail, name="venue"),
    path("v/<slug:slug>/edit", curation.venue_edit, name="venue-edit"),
    path("v/<slug:slug>/<int:year>", venues.year, name="venue-year"),
    path("author/<path:name>", authors.detail, name="author"),
    path("people", people.index, name="people"),
    path("@<handle:handle>", people.detail, name="person"),
    path("@<handle:handle>/avatar.svg", people.avatar, name="person-avatar"),
    # what members keep
    path("library", library.index, name="library"),
    path("library/<int:saved_id>", library.edit, name="library-edit"),
    path("library/papers.<str:ending>", library.export, name="library-export"),
    path("lists/new", lists.new, name="list-new"),
    path("lists/<int:list_id>/<slug:slug>", lists.detail, name="list"),
    path("lists/<int:list_id>/<slug:slug>/papers.<str:ending>", lists.export, name="list-export"),
    path("lists/<int:list_id>/<slug:slug>/edit", lists.edit, name="list-edit"),
    path("lists/<int:list_id>/<slug:slug>/delete", lists.delete, name="list-delete"),
    path("lists/<int:list_id>/<slug:slug>/arrange", lists.arrange, name="list-arrange"),
    # the site
    path("search", search.results, name="search"),
    path("search/suggest", search.suggest, name="search-suggest"),
    path("about", pages.about, name="about"),
    path("guide", pages.guide, name="guide"),
    path("theme", pages.theme, name="theme"),
    path("log", moderation.public_log, name="log"),
    # moderation
    path("report/<str:kind>/<int:target_id>", reports.report, name="report"),
    path("staff/reports", moderation.queue, name="staff-reports"),
    path("staff/act/<str:kind>/<int:target_id>", moderation.act, name="staff-act"),
    path("staff/doubtful", staff_curation.doubtful, name="staff-doubtful"),
    path("staff/doubtful/<int:pair_id>", staff_curation.pair, name="staff-pair"),
    path("staff/corrections", staff_curation.suggestions, name="staff-suggestions"),
    path(
        "staff/corrections/<int:suggestion_id>", staff_curation.suggestion, name="staff-suggestion"
    ),
    path("staff/jobs", jobs.jobs, name="staff-jobs"),
    path("staff/jobs/<int:job_id>", jobs.job, name="staff-job"),
    path("staff/merges/<int:merge_id>/undo", staff_curation.undo, name="staff-undo-merge"),
    # one's own account
    path("settings", accounts.settings_page, name="settings"),
    path("settings/profile", accounts.profile, name="settings-profile"),
    path("settings/sessions", accounts.end_sessions, name="settings-sessions"),
    path("settings/export", accounts.export, name="settings-export"),
    path("settings/delete", accounts.delete, name="settings-delete"),
    path("account/", include("shortscience.web.account_urls")),
    # machines
    path("favicon.ico", pages.favicon, name="favicon"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("media/<path:name>", media.serve, name="media"),
    # the original site's addresses
    path("paper", legacy.paper, name="legacy-paper"),
    path("venue", legacy.venue, name="legacy-venue"),
    path("user", legacy.user, name="legacy-user"),
    path("users", legacy.users, name="legacy-users"),
    path("export", legacy.export, name="legacy-export"),
]

handler400 = "shortscience.web.views.errors.bad_request"
handler403 = "shortscience.web.views.errors.forbidden"
handler404 = "shortscience.web.views.errors.not_found"
handler500 = "shortscience.web.views.errors.broken"
# allauth shows this one when an address or a person tries too often.
handler429 = "shortscience.web.views.accounts.too_many"
