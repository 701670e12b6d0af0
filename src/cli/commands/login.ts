import type { AddCommand } from '../command.ts';

/** Flags of `wherry login`. A password is never one of them: others could read it in the list of processes. */
export interface LoginFlags {
  readonly username?: string;
  readonly passwordStdin?: boolean;
}

const loginHelp = `
REGISTRY is HOST[:PORT], or HOST[:PORT]/PATH for a login that holds below that path only; without it, Docker Hub.
The login is checked first. It is kept by the credential helper of Docker's config.json if there is one, else in Wherry's own file.

Examples:
  wherry login registry.example
  wherry login registry.example -u ci --password-stdin < token.txt
`;

export const addLogin: AddCommand = (program, { terminal }) => {
  program
    .command('login')
    .description('Check a login of a registry and keep it')
    .argument('[registry]', 'HOST[:PORT][/PATH] (default: docker.io)')
    .option('-u, --username <name>', 'user name; asked for if it is missing')
    .option('--password-stdin', 'read the password or access token from stdin')
    .addHelpText('after', loginHelp)
    .action(async (registry: string | undefined, flags: LoginFlags) => {
      const { runLogin } = await import('../actions/login.ts');
      await runLogin(registry, flags, terminal);
    });
};

export const addLogout: AddCommand = (program, { terminal }) => {
  program
    .command('logout')
    .description('Forget the login of a registry')
    .argument('[registry]', 'HOST[:PORT][/PATH] (default: docker.io)')
    .action(async (registry: string | undefined) => {
      const { runLogout } = await import('../actions/login.ts');
      await runLogout(registry, terminal);
    });
};
