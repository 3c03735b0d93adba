"""How the site is run: what it lets people do just now, and whether this process is stopping."""
