import type { BaseFacts, DebianPackage } from '../base/facts.ts';
import type { Context } from '../context.ts';
import { asDiffId, digestOf } from '../digest.ts';
import type { Platform } from '../platform.ts';
import type { Project } from '../project/types.ts';
import type { LockedDebianBase, LockedImageBase } from './wherry-lock.ts';

/** Values for the tests of this folder. */
export const amd64: Platform = { os: 'linux', architecture: 'amd64' };
export const arm64: Platform = { os: 'linux', architecture: 'arm64' };

export function debianPackage(name: string, more: Partial<DebianPackage> = {}): DebianPackage {
  const path = `pool/main/${name[0]}/${name}/${name}_1.0_amd64.deb`;
  return { name, version: '1.0', architecture: 'amd64', archive: 'debian', path, size: 100, sha256: digestOf(name), ...more };
}

/** A `debian:13` entry with the packages that its facts are computed from. */
export function debianEntry(reference = 'debian:13'): LockedDebianBase {
  const packages = [debianPackage('libc6', { version: '2.41-12' }), debianPackage('python3.13-minimal', { version: '3.13.5-2' })];
  return {
    kind: 'debian',
    reference,
    platform: amd64,
    base: { kind: 'debian', release: 13, shell: !reference.endsWith('-noshell'), packages },
  };
}

export function imageFacts(reference: string, version = '3.12.7'): BaseFacts {
  return {
    platform: amd64,
    python: { path: '/usr/local/bin/python3.12', version },
    libc: { kind: 'glibc', version: '2.41' },
    passwd: 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/nologin\n',
    group: 'root:x:0:\n',
    shell: true,
    packages: ['libc6=2.41-12'],
    sonames: ['libc.so.6'],
    config: {
      env: ['PATH=/usr/local/bin:/usr/bin', 'X=a=b "c" \\'],
      labels: { 'a.b': 'c', é: 'ü' },
      volumes: ['/v'],
      exposedPorts: ['80/tcp'],
    },
    content: {
      kind: 'registry',
      reference,
      digest: digestOf('index'),
      manifest: digestOf('manifest'),
      layers: [
        { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOf('l'), size: 5, diffId: asDiffId(digestOf('d')) },
      ],
    },
  };
}

export function imageEntry(reference: string, version?: string): LockedImageBase {
  return { kind: 'image', reference, platform: amd64, facts: imageFacts(reference, version) };
}

/** A project by its `requires-python` and `.python-version`. */
export function projectWith(
  requiresPython?: string,
  pythonVersion?: string,
  docsPython?: string,
): Pick<Project, 'root' | 'rootPyproject' | 'members' | 'pythonVersion'> {
  const groups = {
    'dependency-groups': { docs: [] },
    tool: { uv: { 'dependency-groups': docsPython === undefined ? {} : { docs: { 'requires-python': docsPython } } } },
  };
  const data = { project: { name: 'demo', ...(requiresPython === undefined ? {} : { 'requires-python': requiresPython }) }, ...groups };
  const pyproject = { file: '/p/pyproject.toml', text: '', data };
  return {
    root: '/p',
    rootPyproject: pyproject,
    members: [{ name: 'demo', path: '.', pyproject, version: '1', isPackage: false, backend: undefined }],
    pythonVersion: pythonVersion === undefined ? undefined : { text: pythonVersion, file: '/p/.python-version' },
  };
}

/** A context whose every effect fails the test, except for those that are given. */
export function contextWith(parts: Partial<Context>): Context {
  const refuse = (): never => {
    throw new Error('no effect is expected here');
  };
  return {
    env: {},
    http: { request: refuse },
    store: new Proxy({}, { get: () => refuse }) as Context['store'],
    emit: () => {},
    signal: new AbortController().signal,
    offline: false,
    workers: 1,
    ...parts,
  };
}
