"""Writes test vectors made by pypa/packaging, and by importlib.metadata for entry points, as JSON to stdout.

Every section is a list of [input, answer] rows; an answer of null means that the input is refused.
Run by test/oracle/packaging.test.ts with the private environment's Python; nothing of the host enters the vectors.
"""

import itertools
import json
import random
import sys
from importlib.metadata import EntryPoints

from packaging import _manylinux, _musllinux, tags
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

RANDOM = random.Random(20000101)

VERSIONS = """
1.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2 1.0b2.post345.dev456 1.0b2.post345
1.0rc1.dev456 1.0rc1 1.0rc2 1.0 1 1.0.0 1.0+abc.5 1.0+abc.7 1.0+5 1.0+5.1 1.0+5.abc 1.0.post456.dev34 1.0.post456 1.0.post456+x
1.0.15 1.1.dev1 1.1 1.1.0 1.1.1 1.2 1.2+123abc 1.2+123abc456 1.2+abc 1.2+abc123 1.2+abc123def 1.2+1234.abc 1.2+123456
1.2.r32+123456 1.2.rev33+123456 1.10 1.10.1 2 2.0 2.0.0.0 2.0.1 2.2 2.2.0 2.2.post3 2.3 2.2.1.dev0 3.11 3.11.9 3.12.0 3.13 3.13.5 3.13.0rc1
3.14 4.0 0 0.0 0.0.1 0.9.9 0.1dev 0.1.dev1 2012.4 2012.10 2013.1 1!0 1!0.1 1!1.0 1!1.0a1 1!1.0.post1 2!1 10 100 99999999999999999999 99999999999999999999.1
1.0a 1.0.alpha1 1.0-beta.2 1.0c1 1.0preview3 1.0-1 1.0-r2 1.0post 1.0.dev v1.0 V2.0RC1 1.0+LOCAL_1 01.02.03 1.0_post4 1.0+0 1.0+00 1.0+a.1 1.0+a.b
""".split()

NO_VERSIONS = ["", "x", "1.", ".1", "1..2", "1.0+", "1.0+_", "1.0+a+b", "1.0.dev1a1", "1 .0", "1.0-", "1!", "!1", "1!1!1", "1.0.post1.post2",
               "1.0*", "1.*", "1.0a-", "1.0a.", "1.0a-1", "1.0.dev-", "1,0", "vv1", "1.0+ü", "1.0.x", " 1.0", "1.0\n", "\t1.0 ", "٣.0", "1.0-1-1",
               "1.0rc", "1.0.rc.1.post.1.dev.1", "1_0", "1e5", "0x1", "-1", "+1", "1.0~1", "1.0^"]

SPEC_VERSIONS = ["1", "1.0", "1.0.0", "1.1", "1.0a1", "1.0rc1", "1.0b2.post345", "1.0.post456", "1.0.dev456", "1.2", "2", "2.0", "2.2", "2.2.0", "2.2.post3",
                 "3.11", "3.13", "0", "0.1", "1!0", "1!1.0", "1!1.0a1", "99999999999999999999", "1.0-1", "v1.0", "1.0.0rc1.dev0"]
SPEC_LOCALS = ["1.0+5", "1.0+abc.5", "1.2+abc123", "1.0+LOCAL-1"]
SPECS_MIXED = ["", ">=1,<2", ">=1.0, !=1.1, <2.2", "~=1.0,!=1.0.15", " >= 1.0 ", ">1.0,<1.0", "==1.0,==1.0.0", ">=3.11,<3.14", ">=1.0,", ",>=1.0", "==1.*,!=1.0.*",
               ">=1", "> 1", "==1!1.*", "!=1!1.*", "==1.0.0.*", "== 2.*", "==v1.*", ">=1.0.dev0", "<2.dev0", "<1.0.post1", "<1.0.dev1", ">1.0.post1", ">1.0a1", "<=1.0"]
NO_SPECS = ["1.0", "=1.0", "=>1.0", ">=", ">=1.*", "<1.*", "~=1", "~=1.*", ">=1.0+x", "~=1.0+x", "==1.0a1.*", "==1.0.dev1.*", "==1.0+x.*", "==1.*.1", "!1.0", ">=x",
            ">=1.0 <2", "<>1.0", "===", "==*", "~1.0", "^1.0", "~=1!1", "==1.0.post1.*", "> =1"]

MARKER_ENVIRONMENTS = [{"python": python, "machine": machine, "extra": extra}
                       for python in ("3.11.9", "3.12.0", "3.13.5", "3.14.1") for machine in ("x86_64", "aarch64") for extra in ("", "dev", "foo-bar")]
STRING_VALUES = {"os_name": ["posix", "nt", ""], "sys_platform": ["linux", "win32", "darwin", "linux2"], "platform_machine": ["x86_64", "aarch64", "arm64", "AMD64"],
                 "platform_python_implementation": ["CPython", "PyPy", "cpython"], "platform_system": ["Linux", "Windows", "Darwin"],
                 "platform_version": ["", "#1 SMP"], "platform_release": ["", "5.10"], "implementation_name": ["cpython", "pypy"]}
VERSION_VALUES = ["3", "3.11", "3.12", "3.13", "3.13.5", "3.9", "3.14", "4.0", "3.12.0", "3.13.0rc1", "3.14.dev0", "3.1"]
DEPRECATED = {"os.name": "posix", "sys.platform": "linux", "platform.machine": "x86_64", "platform.version": "", "platform.python_implementation": "CPython",
              "python_implementation": "CPython"}


def attempt(function, *arguments):
    try:
        return function(*arguments)
    except Exception:
        return None


def specifier_texts():
    plain = [operator + version for operator in ("~=", "==", "!=", "<=", ">=", "<", ">", "===") for version in SPEC_VERSIONS]
    wildcards = [operator + version + ".*" for operator in ("==", "!=") for version in ("1", "1.0", "1.0.0", "2.2", "3", "3.1", "0", "1!1", "1!1.0", "2012")]
    local = [operator + version for operator in ("==", "!=", "===") for version in SPEC_LOCALS]
    return plain + wildcards + local + SPECS_MIXED


def marker_atoms():
    safe, other = [], []
    operators = ("==", "!=", "<", "<=", ">", ">=")
    for name, values in STRING_VALUES.items():
        for value in values:
            for operator in ("==", "!=", "in", "not in"):
                kind = other if name == "platform_release" else safe
                kind.append(f"{name} {operator} '{value}'")
                kind.append(f'"{value}" {operator} {name}')
            for operator in ("<", "<=", ">", ">=", "~=", "==="):
                other.append(f"{name} {operator} '{value}'")
    for name in ("python_version", "python_full_version", "implementation_version"):
        for value in VERSION_VALUES:
            for operator in operators:
                safe.append(f"{name} {operator} '{value}'")
                (other if "rc" in value or "dev" in value else safe).append(f"'{value}' {operator} {name}")
            other += [f"{name} ~= '{value}'", f"'{value}' ~= {name}", f"{name} === '{value}'", f"{name} in '{value} 3.10'", f"{name} not in '{value}, 3.10'", f"'{value}' in {name}"]
        safe += [f"{name} == '3.{minor}.*'" for minor in (9, 1, 11, 13)] + [f"{name} != '3.{minor}.*'" for minor in (9, 13)]
        other += [f"{name} >= '3.*'", f"'3.*' == {name}", f"{name} == 'x'", f"{name} < ''", f"{name} >= '2.7,!=3.0'"]
    safe += ["extra == 'dev'", "extra != 'dev'", "'dev' == extra", "extra == 'Foo_Bar'", "extra == 'foo.bar'", "extra != 'none'"]
    other += ["extra in 'dev'", "extra > 'dev'", "extra == ''", "extra == '-x'", "'a' == 'a'", "os_name == sys_platform", "python_version == python_full_version"]
    safe += [f"{old} == '{value}'" for old, value in DEPRECATED.items()]
    return safe, other


def marker_texts():
    safe, other = marker_atoms()
    combined = []
    for _ in range(900):
        a, b, c, d = RANDOM.sample(safe, 4)
        shape = RANDOM.choice(["{a} and {b}", "{a} or {b}", "{a} and {b} or {c}", "{a} or {b} and {c}", "({a} or {b}) and {c}", "{a} and ({b} or {c} and {d})", "(({a}))", "({a})and({b})"])
        combined.append(shape.format(a=a, b=b, c=c, d=d))
    syntax = ["", "()", "os_name", "os_name ==", "== 'x'", "os_name == 'posix' and", "(os_name == 'posix'", "os_name == 'posix')", "os_name = 'posix'", "nope == 'x'",
              "os_name == posix", "os_name == 'posix", "os_name == 'posix' xor os_name == 'nt'", "os_name == 'posix'and os_name == 'posix'", "os_name=='posix'or os_name=='nt'",
              "os_name == 'posix' andos_name == 'posix'", "os_name not  in 'posix nt'", "os_name notin 'posix'", "os_name in'posix'", "'posix'in os_name", "os_name == 'it\\'s'",
              'os_name == "it\'s"', "os_name == 'posix' , os_name == 'nt'", "not os_name == 'nt'", "os_name not 'nt'", "  os_name=='posix'  ", "os_name\t==\t'posix'", "OS_NAME == 'posix'",
              "os_name == 'posix' AND os_name == 'posix'", "os_name is 'posix'", "python_version<'4'and sys_platform=='linux'", "os_name == u'posix'", "python-version > '3'",
              "(os_name == 'posix') and (os_name == 'posix' or (os_name == 'nt'))", "os_name == 'posix' or", "and os_name == 'posix'", "os_name == 'posix' 'nt'", "extra", "os_name == ''", "'' == os_name"]
    return safe + other + combined + syntax


def environment_of(spec):
    full = spec["python"]
    return {"implementation_name": "cpython", "implementation_version": full, "os_name": "posix", "platform_machine": spec["machine"], "platform_release": "",
            "platform_system": "Linux", "platform_version": "", "python_full_version": full, "platform_python_implementation": "CPython",
            "python_version": ".".join(full.split(".")[:2]), "sys_platform": "linux", "extra": spec["extra"]}


def marker_answers(text):
    marker = attempt(Marker, text)
    if marker is None:
        return None
    return [attempt(marker.evaluate, environment_of(spec)) for spec in MARKER_ENVIRONMENTS]


def tag_lists():
    for minor, (kind, version), machine in itertools.product((11, 12, 13, 14), (("glibc", "2.36"), ("glibc", "2.41"), ("musl", "1.2")), ("x86_64", "aarch64")):
        major_minor = tuple(int(part) for part in version.split("."))
        _manylinux._get_glibc_version = lambda: _manylinux._GLibCVersion(*(major_minor if kind == "glibc" else (-1, -1)))
        _musllinux._get_musl_version = lambda _: _musllinux._MuslVersion(*major_minor) if kind == "musl" else None
        tags.sysconfig.get_platform = lambda: f"linux-{machine}"
        platforms = list(tags._linux_platforms(is_32bit=False))
        found = [*tags.cpython_tags((3, minor), [f"cp3{minor}"], platforms), *tags.compatible_tags((3, minor), f"cp3{minor}", platforms)]
        yield {"minor": minor, "libc": {"kind": kind, "version": version}, "machine": machine}, [str(tag) for tag in found]


def wheel_names():
    names = ["foo", "Foo_Bar", "foo.bar", "foo_bar_baz", "f", "zope.interface", "foo__bar", "-foo", "foo+bar", "_foo", "foo_", "9foo", "foo._bar", "föö"]
    versions = ["1.0", "1.0.post1", "1.0+cu121", "2024.1a1", "1.0_1", "1", "x", "1.0.dev0+g12.d3", "1!2.0rc1", "v1.0", "1.0+cu12_1"]
    builds = ["", "1-", "2abc-", "x1-", "01-", "10_a-", "3.1-", "_1-"]
    sets = ["py3-none-any", "py2.py3-none-any", "cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64", "cp39-abi3-musllinux_1_2_aarch64", "CP313-none-ANY", "py3-none",
            "cp313-cp313t-macosx_11_0_arm64", "cp38.cp39-abi3.none-win_amd64", "py3-none-linux_armv6l.linux_armv7l"]
    for name, version, build, tag_set in itertools.product(names, versions, builds, sets):
        yield f"{name}-{version}-{build}{tag_set}.whl"
    yield from ["foo.whl", "foo-1.0-py3-none-any.zip", "foo-1.0-py3-none-any", "foo-1.0-1-2-py3-none-any.whl", "", ".whl", "foo-1.0-py3-none-any.whl.whl", "foo-1.0-py3-none-any.WHL"]


def wheel_answer(filename):
    parsed = attempt(parse_wheel_filename, filename)
    if parsed is None:
        return None
    name, version, build, found = parsed
    return {"name": str(name), "version": str(version), "build": list(build), "tags": sorted(str(tag) for tag in found)}


def requirement_texts():
    heads = ["requests", "Foo_Bar.baz", "a", "uvicorn[standard]", "uvicorn [ standard , Fast_API ]", "x[]", "x[a,,b]", "x[a", "-x", "x-", "9x", "x y", "", "x[a,]",
             "x[a.b,A-b]", "x [a]", "x[-a]", "zope.interface", "\tx", "x[a][b]"]
    bodies = ["", ">=1.0", " >=1.0,<2", "(>=1.0)", " ( >=1.0 , <2 ) ", "==1.*", "~=1", ">=1.0,", " @ https://files.example/x-1.0.tar.gz", "@https://files.example/x.whl#sha256=ab",
              " @ file:///tmp/x", " @ git+https://git.example/x@main", "@", " 1.0", "=1.0", "==1.0+local", "(>=1.0", ">=1.0)", "===1.0-weird",
              ">=1.0.*", "~=1.4.2", "!=1.0.*,>=0.9", " @ ./local/x.whl", "()", "< 2 , > 1", ">=1!2.0", " @ https://files.example/x 1.zip", "==1.0rc1"]
    tails = ["", "; python_version < '4'", " ; extra == 'dev'", ";", " ;os_name=='posix'", "; nope == '1'", " # comment", " ; os_name == 'posix' and extra == 'x'",
             " ; (os_name == 'posix'", "  ", " ; python_full_version >= '3.11.2' or sys_platform != 'linux'", " ;; os_name == 'posix'"]
    for head, body, tail in itertools.product(heads, bodies, tails):
        yield head + body + tail


def requirement_answer(text):
    found = attempt(Requirement, text)
    if found is None:
        return None
    return {"name": canonicalize_name(found.name), "extras": sorted({canonicalize_name(extra) for extra in found.extras}),
            "specifiers": sorted(str(specifier).replace(" ", "") for specifier in found.specifier), "url": found.url, "marked": found.marker is not None}


def entry_point_texts():
    names = ["tool", "Tool-2", "tool.sub", "tool_x", "a b", "../x", "a/b", "", "Python3"]
    values = ["pkg:main", "pkg.mod:main", "pkg.mod:Class.method", "pkg : main", "pkg:main [extra]", "pkg:main[a,b]", "pkg.mod:main [ a , b ]", "pkg", "pkg:", ":main",
              "pkg:main:x", "pkg main", "pkg-x:main", "pkg:main-x", "pkg..mod:main", "пкг:main", "1pkg:main", "pkg:main extra", "pkg:main # c", "pkg:main ; c",
              "pkg:ma in", "pkg/mod:main", "pkg:main [", "pkg:main = x", ""]
    layouts = ["[console_scripts]\n{n} = {v}\n", "[gui_scripts]\n{n}={v}", "[console_scripts]\n# c\n\n  {n}\t=\t{v}  \n", "[other]\nx = y:z\n[console_scripts]\n{n} = {v}\n",
               "[other]\n{n} = {v}\n", "[console_scripts]\r\n{n} = {v}\r\n", "[console_scripts]\n{n}: {v}", "[console_scripts]\n{n} = {v}\nother = pkg:other\n",
               "[gui_scripts]\nother = pkg:other\n[console_scripts]\n{n} = {v}\n", "[Console_Scripts]\n{n} = {v}\n"]
    for layout, name, value in itertools.product(layouts, names, values):
        yield layout.format(n=name, v=value)


def scripts(text):
    points = EntryPoints._from_text_for(text, None)
    return sorted([point.name, point.module, point.attr or ""] for point in points if point.group in ("console_scripts", "gui_scripts"))


def sections():
    texts = VERSIONS + NO_VERSIONS
    versions = [Version(text) for text in VERSIONS]
    specifiers = specifier_texts()
    yield "versions", [[text, attempt(lambda value: str(Version(value)), text)] for text in texts]
    yield "order", [[text, [(version > other) - (version < other) for other in versions]] for text, version in zip(VERSIONS, versions)]
    yield "specifiers", [[text, attempt(SpecifierSet, text) is not None] for text in specifiers + NO_SPECS]
    valid = [text for text in specifiers if attempt(SpecifierSet, text) is not None]
    for section, prereleases in (("allowed", True), ("allowedFinal", False)):
        yield section, [[text, [SpecifierSet(text).contains(version, prereleases=prereleases) for version in versions]] for text in valid]
    yield "markers", [[text, marker_answers(text)] for text in dict.fromkeys(marker_texts())]
    yield "tags", list(tag_lists())
    yield "wheels", [[name, wheel_answer(name)] for name in wheel_names()]
    yield "requirements", [[text, requirement_answer(text)] for text in requirement_texts()]
    yield "entryPoints", [[text, attempt(scripts, text)] for text in entry_point_texts()]


json.dump({"candidates": VERSIONS, "environments": MARKER_ENVIRONMENTS, **dict(sections())}, sys.stdout, ensure_ascii=False)
