"""Addresses that machines read."""

from __future__ import annotations

from django.urls import path
from django.urls.resolvers import URLPattern

from shortscience.feeds import lists, opensearch, rss, sitemaps

urlpatterns: list[URLPattern] = [
    path("rss.xml", rss.latest, name="rss"),
    path("rss-all.xml", rss.everything, name="rss-all"),
    path("rss-full.xml", rss.full, name="rss-full"),
    path("lists/<int:list_id>/<slug:slug>/feed", lists.of_list, name="list-feed"),
    path("@<str:handle>/lists/feed", lists.of_person, name="person-lists-feed"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<str:part>.xml", sitemaps.part, name="sitemap-part"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("opensearch.xml", opensearch.description, name="opensearch"),
]
