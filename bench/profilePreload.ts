/**
 * Loaded before Wherry by `node --import`: profiles every worker from its first moment until it is ended, into `PROFILE_DIRECTORY`. The
 * main thread is profiled by `--cpu-prof`, which does not reach workers that are started without its flags and ended from outside.
 */
import { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import threads from 'node:worker_threads';

/** Regular expressions stand as functions in a profile, with their quotes and backslashes as they are: no JSON. */
const expressions = /"functionName":"RegExp: [^\n]*?","(?=lineNumber")/g;
const directory = process.env.PROFILE_DIRECTORY ?? '.';
let count = 0;

class ProfiledWorker extends threads.Worker {
  private readonly folder: string;
  private readonly profile: ReturnType<threads.Worker['startCpuProfile']>;

  constructor(file: string | URL, options?: threads.WorkerOptions) {
    super(file, options);
    const path = typeof file === 'string' ? file : fileURLToPath(file);
    this.folder = basename(dirname(path));
    this.profile = new Promise((resolve, reject) => {
      this.once('online', () => void this.startCpuProfile().then(resolve, reject));
    });
    this.profile.catch(() => undefined);
  }

  override async terminate(): Promise<number> {
    try {
      count += 1;
      const text: string = await (await this.profile).stop();
      writeFileSync(join(directory, `${this.folder}.${count}.cpuprofile`), text.replace(expressions, '"functionName":"(RegExp)","'));
    } catch {
      // The worker ended by itself; its profile went with it.
    }
    return await super.terminate();
  }
}

threads.Worker = ProfiledWorker;
syncBuiltinESMExports();
