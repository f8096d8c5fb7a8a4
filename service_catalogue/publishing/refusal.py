"""An answer other than 200."""

from __future__ import annotations


class Refused(Exception):
    """HTTP status, code for programs, message for people (a whole sentence)."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def bad(parameter: str, what: str) -> Refused:
    """400: `parameter` is not `what` ("a whole number from 1 to 500")."""
    code = "bad_page" if parameter in ("page", "per_page") else "bad_parameter"
    return Refused(400, code, f"{parameter} must be {what}.")


def not_found(what: str) -> Refused:
    return Refused(404, "not_found", f"There is no {what} with this id in the catalogue.")
