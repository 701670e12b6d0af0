import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeEnvironment } from './interpreters.ts';
import { InstallerLog } from './log.ts';
import { Recorder } from './recorder.ts';

import { pythons } from './targets.ts';

/** What an installer chose for one package. */
export interface Choice {
  readonly version?: string;
  /** The file as it was asked for. */
  readonly file?: string;
  /** `sha256:…`, or undefined where the lock has none. */
  readonly hash?: string;
}

/** Everything that would be installed, or the sentence that refuses it. */
export type Answer = { readonly refused: string } | { readonly choices: ReadonlyMap<string, Choice> };

export interface Question {
  readonly directory: string;
  readonly minor: string;
  readonly platform: string;
  readonly flags: readonly string[];
  /** Packages from git: they are not fetched, only named. */
  readonly git: readonly string[];
}

const patience = 120_000;

/**
 * uv itself, watched: `uv sync --frozen` of a staged project, with as many downloads at once as there are files, all of them held by
 * a recorder, and killed when it has asked for everything. What it would have built is read from its log; no build gets anywhere,
 * because the recorder holds the build system too (`stage.ts`).
 */
export class Installer {
  readonly recorder: Recorder;
  readonly #uv: string;
  readonly #home: string;

  private constructor(uv: string, home: string, recorder: Recorder) {
    this.#uv = uv;
    this.#home = home;
    this.recorder = recorder;
  }

  /** `bin` holds uv and python; `home` is an empty directory of its own. */
  static async start(bin: string, home: string): Promise<Installer> {
    mkdirSync(home, { recursive: true });
    for (const [minor, version] of Object.entries(pythons)) {
      makeEnvironment(join(home, minor), { python: join(bin, 'python'), version });
    }
    return new Installer(join(bin, 'uv'), home, await Recorder.start());
  }

  stop(): void {
    this.recorder.stop();
  }

  /** Removes the environments of builds that went nowhere. */
  tidy(): void {
    rmSync(join(this.#home, 'cache/builds-v0'), { recursive: true, force: true });
  }

  /** Asks again without a package that nothing can be installed of, so that one such package hides no other. */
  async ask(question: Question): Promise<Answer> {
    const none = new Set<string>();
    const omitted = new Set(question.git);
    for (;;) {
      const flags = [...question.flags, ...[...omitted, ...none].flatMap((one) => ['--no-install-package', one])];
      const answer = await this.#once({ ...question, flags });
      const name = 'refused' in answer ? unfit(answer.refused) : undefined;
      if (name !== undefined && !none.has(name)) none.add(name);
      else return 'refused' in answer ? answer : { choices: new Map([...answer.choices, ...[...none].map((one) => [one, {}] as const)]) };
    }
  }

  async #once({ directory, minor, platform, flags, git }: Question): Promise<Answer> {
    const { recorder } = this;
    recorder.forget();
    const fixed = ['sync', '--frozen', '--no-editable', '-v', '--python', minor, '--python-platform', platform];
    const child = spawn(this.#uv, [...fixed, ...flags], {
      cwd: directory,
      env: this.#environment(minor),
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    const stop = () => stopGroup(child);
    const log = new InstallerLog();
    let isDone = false;
    const check = () => {
      isDone ||= log.hasAskedForAll(recorder.paths);
      if (isDone) stop();
    };
    recorder.onRequest = check;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log.read(text);
      check();
    });
    const timer = setTimeout(stop, patience);
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
    clearTimeout(timer);
    if (recorder.outside.size > 0) throw new Error(`uv asked for ${[...recorder.outside].join(', ')}`);
    return isDone || status === 0 ? { choices: log.choices(recorder.paths, git) } : { refused: log.refusal };
  }

  #environment(minor: string): NodeJS.ProcessEnv {
    const { address } = this.recorder;
    return {
      PATH: '/usr/bin:/bin',
      HOME: this.#home,
      NO_COLOR: '1',
      UV_CACHE_DIR: join(this.#home, 'cache'),
      UV_PROJECT_ENVIRONMENT: join(this.#home, minor),
      UV_PYTHON_DOWNLOADS: 'never',
      UV_PYTHON_PREFERENCE: 'system',
      UV_CONCURRENT_DOWNLOADS: '5000',
      UV_HTTP_TIMEOUT: '300',
      HTTP_PROXY: address,
      HTTPS_PROXY: address,
      NO_PROXY: '127.0.0.1',
    };
  }
}

/** The package that a refusal is about, if it is one that has no file for the platform. */
function unfit(refusal: string): string | undefined {
  return /istribution `([^`=@ ]+)[^`]*` can't be installed/.exec(refusal)?.[1];
}

function stopGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended on its own.
  }
}
