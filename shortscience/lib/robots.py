"""Is this a person's browser, by what it calls itself?"""

from __future__ import annotations

from functools import lru_cache

# Longer names only cost time; what robots call themselves stands in front.
LONGEST_AGENT = 400
# So many names are remembered: looking one up costs a half of a millisecond.
_KNOWN = 4096


@lru_cache(maxsize=_KNOWN)
def is_robot(agent: str) -> bool:
    """Whether this user agent is a program that nobody sits at.

    Every browser in use calls itself Mozilla. Whatever else comes is a program, or somebody who
    does not want to be counted.
    """
    # Loaded when first needed: half a megabyte that commands do not use.
    from crawleruseragents import is_crawler

    agent = agent[:LONGEST_AGENT]
    return not agent.startswith("Mozilla/") or bool(is_crawler(agent))
