import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const pyproject = `[project]
name = "awkward"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["flask>=3.1", "waitress>=3", "wording"]

[tool.uv]
package = false
exclude-newer = "2026-11-01T00:00:00Z"

[tool.uv.workspace]
members = ["wording"]

[tool.uv.sources]
wording = { workspace = true }
`;

const member = `[project]
name = "wording"
version = "1.0"
requires-python = ">=3.11"

[project.scripts]
wording = "wording:main"

[build-system]
requires = ["uv_build>=0.13,<0.14"]
build-backend = "uv_build"
`;

/** Files as `path → content`; made here because git may change line ends and names on their way into a checkout. */
const files: Readonly<Record<string, string>> = {
  'pyproject.toml': pyproject,
  '.python-version': '3.13\n',
  'app.py': 'from flask import Flask\nfrom wording import word\n\napp = Flask(__name__)\napp.get("/")(word)\n',
  'tools/migrate': 'print("an executable that starts with neither #! nor the ELF magic")\n',
  'tools/start.sh': '#!/bin/sh\nexec python app.py\n',
  'templates/index.html': '<p>lines end as\r\nin Windows</p>\r\n',
  'static/größe-日本-🍇.txt': 'a name outside of ASCII\n',
  'untracked.txt': 'git does not know this file\n',
  'wording/pyproject.toml': member,
  'wording/src/wording/__init__.py': 'def word() -> str:\n    return "well"\n\n\ndef main() -> None:\n    print(word())\n',
  'wording/src/wording/wörter.csv': 'a,b\r\n1,2\r\n',
};

/** Writes a project that holds what digests could depend on by mistake. */
export function writeAwkwardProject(directory: string): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  chmodSync(join(directory, 'tools/migrate'), 0o755);
  chmodSync(join(directory, 'tools/start.sh'), 0o644);
  symlinkSync('../untracked.txt', join(directory, 'static/link.txt'));
}

/** What must lie below /app in the image: `path → mode and content`. */
export const expected: Readonly<Record<string, string>> = {
  'app.py': `644 ${files['app.py']}`,
  'tools/migrate': `644 ${files['tools/migrate']}`,
  'tools/start.sh': `755 ${files['tools/start.sh']}`,
  'templates/index.html': `644 ${files['templates/index.html']}`,
  'static/größe-日本-🍇.txt': `644 ${files['static/größe-日本-🍇.txt']}`,
  'static/link.txt': '-> ../untracked.txt',
  'untracked.txt': `644 ${files['untracked.txt']}`,
};
