import { Readable } from 'node:stream';
import { createCleartextMessage, generateKey, type Key, type PrivateKey, sign } from 'openpgp';
import type { Context } from '../src/context.ts';
import { digestOf, hexOf } from '../src/digest.ts';
import type { Http } from '../src/http/index.ts';
import type { Store } from '../src/store/index.ts';
import { storedXz } from './debianPackage.ts';

/** The time of all signatures and of `now` in tests. */
export const signedAt = Date.parse('2026-03-01T12:00:00Z');

/** A key of the test's own. */
export async function testKey(): Promise<{ readonly privateKey: PrivateKey; readonly publicKey: Key }> {
  const userIDs = [{ name: 'Test archive', email: 'archive@index.example' }];
  const date = new Date(signedAt - 1000);
  return await generateKey({ type: 'ecc', curve: 'ed25519Legacy', userIDs, date, format: 'object' });
}

export async function clearsign(text: string, privateKey: PrivateKey): Promise<string> {
  const message = await createCleartextMessage({ text });
  return await sign({ message, signingKeys: privateKey, date: new Date(signedAt) });
}

export interface SuiteSample {
  /** `https://mirror.example/debian` */
  readonly mirror: string;
  readonly suite: string;
  readonly architecture: string;
  /** Text of the Packages index. */
  readonly index: string;
  /** Further fields of the release file. */
  readonly fields?: string;
}

/** InRelease and index of a suite, by URL. */
export async function sampleSuite(sample: SuiteSample, privateKey: PrivateKey): Promise<Record<string, Uint8Array>> {
  const { mirror, suite, architecture, index, fields = '' } = sample;
  const packed = storedXz(Buffer.from(index));
  const hash = hexOf(digestOf(packed));
  const directory = `main/binary-${architecture}`;
  const release = `Origin: Debian\nCodename: ${suite}\nDate: Sun, 01 Mar 2026 10:00:00 UTC\n${fields}SHA256:\n ${hash} ${packed.length} ${directory}/Packages.xz\n`;
  const root = `${mirror}/dists/${suite}`;
  return {
    [`${root}/InRelease`]: Buffer.from(await clearsign(release, privateKey)),
    [`${root}/${directory}/by-hash/SHA256/${hash}`]: packed,
  };
}

/** A server that holds `files` by URL and remembers what it was asked for. */
export function fileServer(files: Readonly<Record<string, Uint8Array>>): { readonly http: Http; readonly asked: string[] } {
  const asked: string[] = [];
  const http: Http = {
    async request({ url }) {
      asked.push(url);
      const bytes = files[url];
      return {
        status: bytes ? 200 : 404,
        headers: { 'content-length': String(bytes?.length ?? 0) },
        url,
        body: Readable.from(bytes ? [bytes] : []),
      };
    },
  };
  return { http, asked };
}

export function sampleContext(http: Http, store: Store): Context {
  return { env: {}, http, store, emit: () => {}, signal: new AbortController().signal, offline: false, workers: 1 };
}
