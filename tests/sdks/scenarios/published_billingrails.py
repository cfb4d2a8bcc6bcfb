"""Loads the Billingrails packages as published, which Python before 3.14 refuses to import.

0.2.2 names types that one of its modules does not import, so its annotations must wait, as 3.14
lets them. The ``__init__`` of 0.1.0 is not even Python, so the package is registered without it.
Neither's files are touched.
"""

import __future__

import sys
from importlib import import_module
from importlib.machinery import PathFinder, SourceFileLoader
from types import ModuleType

NAME = "billingrails"


class _Waiting(SourceFileLoader):
    """Compiles a module as if its first line made its annotations wait."""

    def source_to_code(self, data, path, *, _optimization=-1):
        flags = __future__.annotations.compiler_flag
        return compile(data, path, "exec", flags=flags, dont_inherit=True, optimize=_optimization)

    def get_code(self, fullname):
        """Compile from the source, whatever was compiled before."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] != NAME:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Waiting(spec.loader.name, spec.loader.path)
        return spec


def load_0_2():
    """The package 0.2.2."""
    sys.meta_path.insert(0, _Finder)
    return import_module(NAME)


def load_0_1():
    """The client's module of 0.1.0."""
    package = ModuleType(NAME)
    package.__path__ = PathFinder.find_spec(NAME).submodule_search_locations
    sys.modules[NAME] = package
    return import_module(f"{NAME}.client")
