import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Killed, killPush, measurePush, randomMoments, type WholePush } from '../e2e/faults/killed-push.ts';
import { goodBuild, type Lab, makeSeed, openLab } from '../e2e/faults/lab.ts';
import { note } from './note.ts';

const when = randomMoments(100);

let lab: Lab;
let whole: WholePush;

beforeAll(async () => {
  lab = await openLab(await makeSeed());
  await goodBuild(lab);
  whole = await measurePush(lab);
});
afterAll(() => lab?.close());

describe('a push that is killed', () => {
  const moments: Killed[] = [];

  it.each(when)('after $share of its $of', async (moment) => void moments.push(await killPush(lab, moment, whole)));

  it('mostly was under way', () => {
    const during = moments.filter((moment) => moment === 'during').length;
    const rest = 'the next push completed each of them and sent only the layers that were missing';
    note(`- Pushes: ${moments.length} of ${when.length} that were killed ended as they should, ${during} of them under way; ${rest}.`);
    expect(during).toBeGreaterThanOrEqual(when.length / 2);
  });
});
