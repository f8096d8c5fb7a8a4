"""Declares the tables of every room, for what goes over the whole database."""

# ruff: noqa: F401
from __future__ import annotations

import common.keys
import desk.app  # with all that it stands on
import desk.model
import front_door.compose
import front_door.model
import front_door.moving.model
import referrals.asked_text
import referrals.follow_up
import referrals.model
import referrals.staff_text
import service_catalogue.care_model
import service_catalogue.feed_model
import service_catalogue.model
