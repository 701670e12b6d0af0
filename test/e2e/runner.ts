import { type RunOptions, runImage } from '../../src/runtime/index.ts';
import { openImage, pickPlatform, storedPlace } from '../../src/sources/index.ts';
import { contextAt, host } from './smallImage.ts';

/** Runs the image `small` of a store as `wherry run` would: `runner.ts STORE OPTIONS-AS-JSON`. */
const [directory = '', options = '{}'] = process.argv.slice(2);
const context = await contextAt(directory);
const place = await storedPlace(context.store, 'small');
if (place === undefined) throw new Error('there is no image small');
const image = await openImage(place);
// Who insists on an end may ask once more while what the container left is removed.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => {});
process.exitCode = await runImage({ ...(JSON.parse(options) as Partial<RunOptions>), image: pickPlatform(image, host), context });
