"""The engine in C; all else about the package stands in setup.cfg.

Where it cannot be built, the rest is installed, and Python does its work. The environment decides
otherwise: with AUTOGRAD_NATIVE=0 it is left out, with AUTOGRAD_NATIVE=1 its failure is an error.
"""

import os
from pathlib import Path
from runpy import run_path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

# The package itself cannot be imported yet.
LIBRARY = run_path("autograd/native/library.py")
FILES = LIBRARY["sources"]()
CHOICE = os.environ.get("AUTOGRAD_NATIVE", "")

# Bit for bit as Python, which rounds after each operation: no product is fused with the sum that
# follows, and no flag of the user lets the compiler reorder sums. Nobody reads errno, and without
# it a root is one instruction.
OPTIONS = {
    "msvc": ["/std:c11", "/fp:precise"],
    "unix": ["-ffp-contract=off", "-fno-fast-math", "-fno-math-errno", "-fvisibility=hidden"],
}


class BuildEngine(build_ext):
    """Builds the engine as its compiler needs it, and says in one line what is lost without."""

    def build_extension(self, ext: Extension) -> None:
        """Build; a failure is raised again, which setuptools forgives where `ext` is optional."""
        kind = self.compiler.compiler_type
        ext.extra_compile_args = OPTIONS.get(kind, OPTIONS["unix"])
        try:
            super().build_extension(ext)
        except Exception:
            self.warn(f"{LIBRARY['LOST']}: it could not be built, see above")
            raise


ENGINE = Extension(
    "autograd.native._engine",
    sources=sorted(map(str, Path("autograd/native").glob("*.c"))),
    depends=FILES,
    define_macros=[("SOURCES", str(LIBRARY["digest"](FILES)))],
    optional=CHOICE != "1",
)

wanted = CHOICE != "0" and LIBRARY["FITS"]
setup(ext_modules=[ENGINE] if wanted else [], cmdclass={"build_ext": BuildEngine})
