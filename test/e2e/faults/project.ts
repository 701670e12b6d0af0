import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOf } from '../../../src/digest.ts';
import { buildWheel } from '../../zip-builder.ts';

/** A wheel as uv.lock names it and as the index serves it. */
export interface SampleWheel {
  readonly name: string;
  readonly version: string;
  /** `py3-none-any` */
  readonly tag: string;
  readonly bytes: Buffer;
}

/** Bytes that no compressor makes smaller, always the same. */
export function noise(length: number, seed: string): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < length; at += 32) blocks.push(Buffer.from(digestOf(`${seed} ${at}`).slice(7), 'hex'));
  return Buffer.concat(blocks).subarray(0, length);
}

/** Big enough for a layer of its own and for a transfer that breaks in the middle. */
export const alpha: SampleWheel = {
  name: 'alpha',
  version: '1.0',
  tag: 'py3-none-any',
  bytes: buildWheel({ name: 'alpha', files: { 'alpha/__init__.py': 'x = 1\n', 'alpha/data.bin': { data: noise(600_000, 'alpha') } } }),
};

export const beta: SampleWheel = {
  name: 'beta',
  version: '1.0',
  tag: 'py3-none-any',
  bytes: buildWheel({
    name: 'beta',
    files: { 'beta.py': 'def main(): print("beta")\n' },
    distInfo: { 'entry_points.txt': '[console_scripts]\nbeta = beta:main\n' },
  }),
};

export const samples: readonly SampleWheel[] = [alpha, beta];

export function fileName({ name, version, tag }: SampleWheel): string {
  return `${name}-${version}-${tag}.whl`;
}

/** Path of a wheel on the index. */
export function wheelPath(wheel: SampleWheel): string {
  return `/files/${fileName(wheel)}`;
}

/** A uv.lock of the project `shop`, as uv would write it. */
export function lockText(origin: string, wheels: readonly SampleWheel[] = samples): string {
  const source = `source = { registry = "${origin}/simple" }`;
  const packages = wheels.map((wheel) => {
    const digest = digestOf(wheel.bytes);
    const entry = `{ url = "${origin}${wheelPath(wheel)}", hash = "${digest}", size = ${wheel.bytes.length} }`;
    return `[[package]]\nname = "${wheel.name}"\nversion = "${wheel.version}"\n${source}\nwheels = [\n    ${entry},\n]\n`;
  });
  const dependencies = wheels.map(({ name }) => `    { name = "${name}" },`).join('\n');
  const metadata = wheels.map(({ name, version }) => `    { name = "${name}", specifier = "==${version}" },`).join('\n');
  const shop = `[[package]]
name = "shop"
version = "1.0"
source = { editable = "." }
dependencies = [
${dependencies}
]

[package.metadata]
requires-dist = [
${metadata}
]
`;
  return `version = 1\nrevision = 3\nrequires-python = ">=3.13"\n\n${[...packages, shop].join('\n')}`;
}

export function pyprojectText(origin: string): string {
  return `[project]
name = "shop"
version = "1.0"
requires-python = ">=3.13"
dependencies = ["alpha==1.0", "beta==1.0"]

[project.scripts]
shop = "shop:main"

[build-system]
requires = ["uv_build>=0.9,<1"]
build-backend = "uv_build"

[[tool.uv.index]]
name = "lab"
url = "${origin}/simple"
default = true

[tool.wherry]
base = "debian:13-noshell"
`;
}

/** Writes the project anew; nothing of an earlier state stays. */
export function writeProject(directory: string, files: Readonly<Record<string, string>>): void {
  rmSync(directory, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}
