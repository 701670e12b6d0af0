/** Variables of the environment, as `cli/` hands them on. */
export type Env = Readonly<Record<string, string | undefined>>;
