"""Reading what others publish in Open Referral's many dialects. Pure: nothing here knows the database.

`reading` takes a file apart into records, `crawl` does the same with a live API, `normalise` turns one record into plain
facts that fit our tables.
"""
