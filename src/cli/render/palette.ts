import { styleText } from 'node:util';

/** Colours for one stream; every function returns its text unchanged when colour is off. */
export interface Palette {
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

export interface ColourChoice {
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Off when the stream is no terminal, `NO_COLOR` is set or `TERM=dumb`; `FORCE_COLOR` forces it on. */
export function wantsColour({ isTTY, env }: ColourChoice): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0') return true;
  return isTTY && env.TERM !== 'dumb';
}

export function makePalette(colour: boolean): Palette {
  const paint =
    (style: 'red' | 'yellow' | 'green' | 'cyan' | 'dim' | 'bold') =>
    (text: string): string =>
      colour ? styleText(style, text, { validateStream: false }) : text;
  return { red: paint('red'), yellow: paint('yellow'), green: paint('green'), cyan: paint('cyan'), dim: paint('dim'), bold: paint('bold') };
}
