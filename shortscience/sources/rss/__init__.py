"""The original site's RSS feeds (`/rss.xml`, `/rss-all.xml`, `/rss-full.xml`)."""

from shortscience.sources.rss.parse import NotAFeed, RssFeed, RssItem, parse

__all__ = ["NotAFeed", "RssFeed", "RssItem", "parse"]
