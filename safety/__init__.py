"""The red-flag screen, the crisis contacts and the crisis replies. Pure; imports no other room; runs on Python 3.10 and 3.11."""
