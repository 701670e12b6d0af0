import type { Command } from 'commander';
import type { Terminal } from './terminal.ts';

/** Adds a command to the program; `done` takes the exit status. */
export type AddCommand = (program: Command, cli: { readonly terminal: Terminal; readonly done: (status: number) => void }) => void;
