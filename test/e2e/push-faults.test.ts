import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/digest.ts';
import { errorCatalog } from '../../src/errors/index.ts';
import { app, older } from '../faults/image.ts';
import type { FaultRow } from '../faults/row.ts';
import { secrets, setScene } from '../faults/scene.ts';
import { faultTable } from '../faults/table.ts';
import { type Killed, killPush, measurePush, randomMoments, type WholePush } from './faults/killed-push.ts';
import { goodBuild, type Lab, makeSeed, openLab, storeProblems } from './faults/lab.ts';
import { digestIn, type Outcome } from './wherry.ts';

/** Rows of the table that need no long waits; the whole command plays them. */
const chosen = [
  'A blob has arrived, but the answer is lost',
  'A blob is too large for a proxy (413 before it has arrived)',
  'The registry confirms a blob under another digest',
  'The upload location is on another host by https',
  'The upload location is an address inside the network',
  'Sending a blob is redirected to another host (307)',
  'The tag may not be moved (400 TAG_INVALID)',
  'The registry misses a blob that a manifest lists (404 MANIFEST_BLOB_UNKNOWN)',
  'Storing the tag gives 403',
  'The stored login is wrong (token server)',
  'A token expires while a blob is sent (401 after its bytes)',
  'A refresh token is stored (OAuth2)',
  'The registry names a token server by plain http',
  'The token server answers with a page',
];

let lab: Lab;

beforeAll(async () => {
  lab = await openLab(await makeSeed());
  await goodBuild(lab);
});
afterAll(() => lab?.close());

function rowOf(fault: string): FaultRow {
  const row = Object.values(faultTable)
    .flat()
    .find((candidate) => candidate.fault === fault);
  if (row === undefined) throw new Error(`there is no row ${JSON.stringify(fault)}`);
  return row;
}

describe('wherry build --push', () => {
  it.each(chosen)('%s', async (fault) => {
    const { given, ends } = rowOf(fault);
    const scene = await setScene(given);
    const push = async (): Promise<Outcome> =>
      await lab.run(['build', lab.project, '--push', '-t', `${scene.registry.host}/${app}:1`], { env: scene.env });
    const tagged = (): string => digestOf(scene.registry.manifest(app, '1')?.bytes ?? '');
    try {
      const outcome = await push();
      if (ends === 'done') expect([outcome.status, tagged()], outcome.err).toEqual([0, digestIn(outcome.out)]);
      else {
        const { exit } = errorCatalog[ends.code];
        expect({ status: outcome.status, out: outcome.out, tag: tagged() }, outcome.err).toEqual({
          status: exit,
          out: '',
          tag: digestOf(older),
        });
        expect(outcome.err).toMatch(new RegExp(`^error\\[${ends.code}\\]: [\\s\\S]*${ends.says?.source ?? ''}[\\s\\S]*\\nhint: `, 'm'));
      }
      for (const secret of secrets) expect(outcome.out + outcome.err).not.toContain(secret);
      expect(scene.foreign.flatMap(({ seen }) => seen).filter(({ headers }) => headers.authorization ?? headers.cookie)).toEqual([]);
      expect(await storeProblems(lab)).toEqual([]);
    } finally {
      await scene.close();
    }
  });
});

describe('a push that is killed', () => {
  const moments: Killed[] = [];
  const when = randomMoments(5);
  let whole: WholePush;
  beforeAll(async () => {
    whole = await measurePush(lab);
  });

  it.each(when)('after $share of its $of', async (moment) => void moments.push(await killPush(lab, moment, whole)));

  it('was mostly under way', () => {
    expect(moments.filter((moment) => moment === 'during').length).toBeGreaterThanOrEqual(when.length / 2);
  });
});
