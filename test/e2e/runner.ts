import { setTimeout as sleep } from 'node:timers/promises';
import { type RunOptions, runImage } from '../../src/runtime/index.ts';
import { openImage, pickPlatform, storedPlace } from '../../src/sources/index.ts';
import { contextAt, ended, host } from './smallImage.ts';

/** Runs the image `small` of a store as `wherry run` would: `runner.ts STORE OPTIONS-AS-JSON`. */
const [directory = '', options = '{}'] = process.argv.slice(2);
const context = await contextAt(directory);
const place = await storedPlace(context.store, 'small');
if (place === undefined) throw new Error('there is no image small');
const image = await openImage(place);
// Who insists on an end may ask once more while what the container left is removed.
let asked = 0;
const hear = (): void => {
  asked += 1;
};
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, hear);
process.exitCode = await runImage({ ...(JSON.parse(options) as Partial<RunOptions>), image: pickPlatform(image, host), context });
// Node hears no signal while it ends itself, and would die of one. So who insists is told to stop, and has stopped.
if (asked > 1) process.stdout.write(`${ended}\n`);
for (let heard = 1; heard < asked; ) {
  heard = asked;
  await sleep(500);
}
