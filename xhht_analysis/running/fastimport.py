"""Import this before nbformat, papermill or nbconvert: it saves about one second per process.

nbformat imports jsonschema, which imports rfc3987_syntax, which compiles 35 grammars nobody here
uses. jsonschema wraps that import in ``suppress(ImportError)``, so an entry of ``None`` in
``sys.modules`` (an ImportError on import) skips it safely. pytest loads this module through
``-p`` because a conftest would be too late.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
