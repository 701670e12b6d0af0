import { readFileSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { openZip, type ZipEntry } from '../../src/zip/index.ts';
import { collect, isSame, ourVerdict, parts, type Verdict, zlibVerdict } from '../deflate-samples.ts';
import { withEmptyLastBlock } from '../slow-inflate.ts';
import { mutations, type Random, randomNumbers } from './deflate-mutations.ts';

/** What was compared, and the first places where it differed. */
export interface Agreement {
  readonly compared: number;
  /** How many streams of them both accept. */
  readonly accepted: number;
  /** Bytes of those, inflated. */
  readonly bytes: number;
  readonly differences: readonly string[];
}

/** Entries up to this size are mutated: large ones would only make it slow. */
const smallEntry = 16 * 1024;

/**
 * Every deflate entry of the wheels, as the product reads it: bytes, CRC-32 and size as zlib and the archive have them; and zlib gives the
 * same bytes again for the stream with the mark of the last block cleared and another block at its end.
 */
export function compareEntries(wheels: readonly string[]): Agreement {
  const differences: string[] = [];
  let [compared, accepted, bytes] = [0, 0, 0];
  for (const wheel of wheels) {
    const file = readFileSync(wheel);
    const zip = openZip(wheel);
    for (const entry of zip.entries) {
      const deflated = zip.deflated(entry);
      if (deflated === undefined) continue;
      compared++;
      const { bytes: ours, raw, end } = collect(deflated.pieces());
      const [stream, theirs] = [streamOf(file, entry), zlibVerdict(streamOf(file, entry))];
      const again = inflateRawSync(withEmptyLastBlock(raw, end));
      const isRight = isSame(ours, theirs) && isSame(ours, again) && crc32(ours) === entry.crc32 && ours.length === entry.size;
      if (isRight && raw.length === stream.length && Math.ceil(end / 8) === stream.length) accepted++;
      else differences.push(`${zip.label} ${entry.path}`);
      bytes += ours.length;
    }
  }
  return { compared, accepted, bytes, differences };
}

/** At least `count` damaged entries in parts of any size: the same decision, the same reason and the same bytes as zlib's. */
export function compareMutations(wheels: readonly string[], options: { count: number; seed: number }): Agreement {
  const random = randomNumbers(options.seed);
  const streams = wheels.flatMap(smallStreams);
  const differences: string[] = [];
  let [compared, accepted, bytes] = [0, 0, 0];
  for (let index = 0; compared < options.count; index++) {
    const at = random(streams.length);
    for (const { kind, stream } of mutations(streams[at] as Buffer, streams[random(streams.length)] as Buffer, random)) {
      compared++;
      const [ours, theirs] = [ourVerdict(cut(stream, random)), zlibVerdict(stream)];
      if (!isSame(ours, theirs)) differences.push(`entry ${at}, round ${index}, ${kind}: ${name(ours)}, but zlib ${name(theirs)}`);
      else if (typeof ours !== 'string') {
        accepted++;
        bytes += ours.length;
      }
    }
  }
  return { compared, accepted, bytes, differences };
}

function smallStreams(wheel: string): Buffer[] {
  const file = readFileSync(wheel);
  const entries = openZip(wheel).entries.filter((entry) => entry.method === 'deflate' && entry.compressedSize <= smallEntry);
  return entries.map((entry) => Buffer.from(streamOf(file, entry)));
}

function streamOf(file: Buffer, entry: ZipEntry): Buffer {
  return file.subarray(entry.dataOffset, entry.dataOffset + entry.compressedSize);
}

/** In one piece, or in parts of one random size. */
function cut(stream: Buffer, random: Random): Iterable<Uint8Array> {
  return random(2) === 0 ? [stream] : parts(stream, 1 + random(random(4) === 0 ? 8 : 3000));
}

function name(verdict: Verdict): string {
  return typeof verdict === 'string' ? verdict : `accepts ${verdict.length} bytes`;
}
