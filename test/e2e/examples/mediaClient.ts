import { setTimeout as sleep } from 'node:timers/promises';

/** Talks to the example media API inside of its network, waiting until it listens; prints what it found as JSON: `mediaClient.ts TITLE`. */
const base = 'http://127.0.0.1:8000';
const [title = ''] = process.argv.slice(2);

export interface MediaFindings {
  readonly health: unknown;
  readonly home: string;
  readonly clip: string;
  /** Width and height of the poster and of a still of its clip; 0 where something else came. */
  readonly poster: readonly [number, number];
  readonly still: readonly [number, number];
}

async function listening(): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await fetch(`${base}/health`).catch(() => undefined)) return;
    await sleep(100);
  }
  throw new Error('nothing listens');
}

/** Width and height in the header of a PNG. */
async function sizeOf(answer: Response): Promise<[number, number]> {
  const bytes = Buffer.from(await answer.arrayBuffer());
  return bytes.subarray(1, 4).toString() === 'PNG' ? [bytes.readUInt32BE(16), bytes.readUInt32BE(20)] : [0, 0];
}

await listening();
const poster = await sizeOf(await fetch(`${base}/poster.png?title=${title}`));
const made = await fetch(`${base}/clips`, { method: 'POST', body: new URLSearchParams({ title }) });
const { clip } = (await made.json()) as { readonly clip: string };
const upload = new FormData();
upload.set('clip', await (await fetch(`${base}/clips/${clip}`)).blob(), 'a.mkv');
const still = await sizeOf(await fetch(`${base}/stills`, { method: 'POST', body: upload }));
const health: unknown = await (await fetch(`${base}/health`)).json();
const home = await (await fetch(`${base}/`)).text();
const findings: MediaFindings = { health, home, clip, poster, still };
process.stdout.write(JSON.stringify(findings));
