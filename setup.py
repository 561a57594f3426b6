"""The engine in C, where it is asked for; all else about the package stands in setup.cfg.

`AUTOGRAD_NATIVE=1 pip install .` builds it. Where there is no compiler, the rest is installed.
"""

import os
from pathlib import Path

from setuptools import Extension, setup

ENGINE = Extension(
    "autograd.native._engine",
    sources=sorted(map(str, Path("autograd/native").glob("*.c"))),
    depends=sorted(map(str, Path("autograd/native").glob("*.h"))),
    # Python rounds after each operation: no product is fused with the sum that follows.
    extra_compile_args=[] if os.name == "nt" else ["-ffp-contract=off", "-fvisibility=hidden"],
    optional=True,
)

setup(ext_modules=[ENGINE] if os.environ.get("AUTOGRAD_NATIVE") == "1" else [])
