"""Says which of some wheel files pypa/packaging would choose for each target.

Reads {"targets": [{"minor", "libc", "version", "machine"}], "packages": {name: [file name]}} from stdin; writes one object per target to stdout:
{name: file name or null}. Run by test/oracle/platforms.test.ts with the private environment's Python.
"""

import json
import sys

from packaging import _manylinux, _musllinux, tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename


def tag_order(target):
    version = tuple(int(part) for part in target["version"].split("."))
    is_musl = target["libc"] == "musl"
    _manylinux._get_glibc_version = lambda: _manylinux._GLibCVersion(*((-1, -1) if is_musl else version))
    _musllinux._get_musl_version = lambda _: _musllinux._MuslVersion(*version) if is_musl else None
    tags.sysconfig.get_platform = lambda: f"linux-{target['machine']}"
    platforms = list(tags._linux_platforms(is_32bit=False))
    python = (3, target["minor"])
    found = [*tags.cpython_tags(python, [f"cp3{python[1]}"], platforms), *tags.compatible_tags(python, f"cp3{python[1]}", platforms)]
    return {tag: position for position, tag in enumerate(found)}


def parsed(filename):
    try:
        return parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return None


def best(wheels, order):
    fitting = []
    for filename, (_, _, build, found) in wheels:
        positions = [order[tag] for tag in found if tag in order]
        if positions:
            fitting.append((-min(positions), build, filename))
    # The first of equals, as max gives it.
    return max(fitting, key=lambda item: item[:2])[2] if fitting else None


question = json.load(sys.stdin)
packages = {name: [(file, parsed(file)) for file in files if parsed(file)] for name, files in question["packages"].items()}
answers = []
for target in question["targets"]:
    order = tag_order(target)
    answers.append({name: best(wheels, order) for name, wheels in packages.items()})
json.dump(answers, sys.stdout)
