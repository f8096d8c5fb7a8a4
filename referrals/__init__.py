"""Referrals: consent, the packet staff read, the promise of a call back, delivery and outcome. Imports only `common`."""
