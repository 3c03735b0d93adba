"""Addresses that machines read."""

from __future__ import annotations

from django.urls import path
from django.urls.resolvers import URLPattern

from shortscience.feeds import opensearch, rss, sitemaps

urlpatterns: list[URLPattern] = [
    path("rss.xml", rss.latest, name="rss"),
    path("rss-all.xml", rss.everything, name="rss-all"),
    path("rss-full.xml", rss.full, name="rss-full"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<str:part>.xml", sitemaps.part, name="sitemap-part"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("opensearch.xml", opensearch.description, name="opensearch"),
]
