"""What may be logged of an error that nobody expected."""

from __future__ import annotations


def where(error: BaseException) -> str:
    """The kind of an error and the line it comes from. Never its message: that may hold what a resident wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    return f"{type(error).__name__} at {trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
