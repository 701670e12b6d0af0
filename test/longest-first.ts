import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest (docs/testing.md, "Time"), so that none of them is alone at the end. */
const longest = [
  'bad-input',
  'tree',
  'interrupted',
  'layers',
  'bytes',
  'contents',
  'bytecode',
  'login',
  'loading',
  'registry-base',
  'ordinary',
  'detectors',
  'chroot',
  'pushed-image',
  'push-faults',
  'push',
  'debian',
  'wheel',
  'copy',
].map((name) => `${name}.test.ts`);

/** Begins with the files that take longest; in a fresh clone there are no earlier runs to know it from. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.indexOf(basename(moduleId));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
