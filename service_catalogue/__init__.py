"""Services: model, starter data, opening hours, search, and the Open Referral read API.

Importing any part of it also switches on the watch over its tables (version.py), so no change goes unnoticed.
"""

from service_catalogue import version as version
