import { type RunOptions, runImage } from '../../src/runtime/index.ts';
import { pickPlatform, recallImage } from '../../src/sources/index.ts';
import { contextAt, host } from './smallImage.ts';

/** Runs the image `small` of a store as `wherry run` would: `runner.ts STORE OPTIONS-AS-JSON`. */
const [directory = '', options = '{}'] = process.argv.slice(2);
const context = await contextAt(directory);
const image = await recallImage(context.store, 'small');
if (image === undefined) throw new Error('there is no image small');
process.exitCode = await runImage({ ...(JSON.parse(options) as Partial<RunOptions>), image: pickPlatform(image, host), context });
