"""The engine in C, built where a compiler is; all else about the package stands in setup.cfg."""

from glob import glob

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "autograd.native._engine",
            sources=sorted(glob("autograd/native/*.c")),
            depends=sorted(glob("autograd/native/*.h")),
            # Python rounds after each operation: no multiplication is fused with an addition.
            extra_compile_args=["-ffp-contract=off", "-fvisibility=hidden"],
            optional=True,
        )
    ]
)
