import type { ErrorCode } from '../../../src/errors/index.ts';
import type { Lab } from './lab.ts';

export type Arrange = (lab: Lab) => void | Promise<void>;

/** One bad situation, and what the user must be told. */
export interface Row {
  readonly name: string;
  readonly code: ErrorCode;
  /** Exit status. */
  readonly status: 1 | 2 | 64;
  /** The command or configuration line of the hint. */
  readonly hint: RegExp;
  /** A fact that the message must hold: the operand, the place. */
  readonly shows?: RegExp;
  /** Makes the situation. */
  readonly arrange?: Arrange;
  /** Looks at what the failed build left, and undoes what `lab.mend` does not. */
  readonly after?: Arrange;
  /** Arguments instead of `build PROJECT`. */
  readonly args?: (lab: Lab) => readonly string[];
  readonly env?: (lab: Lab) => Readonly<Record<string, string>>;
  /** It must be found before anything is asked of a server. */
  readonly early?: true;
}
