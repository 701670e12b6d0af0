/**
 * `fileServer.ts DIRECTORY`: a loopback server that gives `/https/HOST/PATH` as `https://HOST/PATH` gave it the first time; it prints its
 * origin. So both sides of a benchmark take their files from this machine's disk, whatever the network does.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const [directory = '.'] = process.argv.slice(2);
const underway = new Map<string, Promise<string>>();

/** The file that holds what an address gave, fetched if it is not there yet; one request even if many ask. */
async function fileOf(url: string): Promise<string> {
  const file = join(directory, createHash('sha256').update(url).digest('hex'));
  // The lists of a Debian archive change; wheels and packages never do.
  if (!url.includes('/dists/') && (await stat(file).catch(() => undefined)) !== undefined) return file;
  const known = underway.get(url) ?? download(url, file);
  underway.set(url, known);
  return await known.finally(() => underway.delete(url));
}

async function download(url: string, file: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`status ${response.status}`);
  await writeFile(`${file}.part`, new Uint8Array(await response.arrayBuffer()));
  await rename(`${file}.part`, file);
  return file;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, scheme, rest] = /^\/(https?)\/(.+)$/.exec(request.url ?? '') ?? [];
  if (scheme === undefined) {
    response.writeHead(404).end();
    return;
  }
  const file = await fileOf(`${scheme}://${rest}`);
  const { size } = await stat(file);
  const [, from = '0', to = `${size - 1}`] = /^bytes=(\d+)-(\d+)?$/.exec(request.headers.range ?? '') ?? [];
  const [start, end] = [Number(from), Math.min(Number(to), size - 1)];
  const isPart = request.headers.range !== undefined;
  const range = isPart ? { 'content-range': `bytes ${start}-${end}/${size}` } : {};
  response.writeHead(isPart ? 206 : 200, { 'accept-ranges': 'bytes', 'content-length': end - start + 1, ...range });
  if (request.method === 'HEAD') response.end();
  else createReadStream(file, { start, end, highWaterMark: 1 << 20 }).pipe(response);
}

await mkdir(directory, { recursive: true });
const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => response.writeHead(502).end(`${error}`));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
