import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledMinor } from '../bytecode/index.ts';
import type { Context } from '../context.ts';
import { openStore } from '../store/index.ts';
import type { BuildFile, BuildJob } from './types.ts';

/** What builds of the bundled interpreter use of a context: no network at all. */
export async function backendContext(signal = new AbortController().signal): Promise<Context & { readonly remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-backend-'));
  const store = await openStore({ env: {}, directory });
  const http: Context['http'] = { request: () => Promise.reject(new Error('no request is expected')) };
  const remove = () => rm(directory, { recursive: true, force: true });
  return { env: { PATH: process.env.PATH }, http, store, emit: () => undefined, signal, offline: true, workers: 1, remove };
}

/** Files from their texts. */
export function textFiles(texts: Readonly<Record<string, string>>): readonly BuildFile[] {
  return Object.entries(texts).map(([path, text]) => ({
    type: 'file',
    path,
    executable: text.startsWith('#!'),
    content: () => Buffer.from(text),
  }));
}

/**
 * A tree whose backend is one of its own files. `python` is the body of `work()`, whose answer becomes a file of the wheel; `more` stands beside
 * the hook `build_wheel`.
 */
export function ownBackend(python: string, more = ''): BuildJob {
  const body = python.trim().replaceAll('\n', '\n    ');
  const backend = `
import os, zipfile
def work():
    ${body}
NAME = 'demo-1.0-py3-none-any.whl'
def build_wheel(directory, config_settings=None, metadata_directory=None):
    answer = str(work())
    with zipfile.ZipFile(os.path.join(directory, NAME), 'w') as wheel:
        wheel.writestr('answer.txt', answer)
        wheel.writestr('demo-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n')
    return NAME
${more}
`;
  return {
    label: 'demo 1.0',
    files: textFiles({ 'tools/own.py': backend, 'data/b.txt': 'b', 'data/a.txt': 'a', 'data/-': '', 'run.sh': '#!/bin/sh\n' }),
    backend: { buildBackend: 'own', backendPath: ['tools'], configSettings: {} },
    backendWheels: [],
    minor: bundledMinor,
  };
}
