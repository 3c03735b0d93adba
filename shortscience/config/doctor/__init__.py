"""What can be wrong with a site that runs, how it is found, and how it is mended.

`checks` lists all of them; `finding` says what one of them can answer.
"""
