/** What `wherry explain CODE` prints. */
export interface ErrorEntry {
  /** 1: the project or a check is at fault; 2: the environment (registry, disk) or a bug; 64: usage. */
  readonly exit: 1 | 2 | 64;
  /** One line: what it means. */
  readonly title: string;
  /** Why it happens. */
  readonly cause: string;
  /** What to do, with a command or a configuration line. */
  readonly fix: string;
}
