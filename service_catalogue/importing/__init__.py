"""Taking other people's catalogues in: `import_feed` for the command line and the desk alike."""

from service_catalogue.importing.report import ImportReport
from service_catalogue.importing.run import import_feed

__all__ = ["ImportReport", "import_feed"]
