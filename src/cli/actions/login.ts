import { ToolError } from '../../errors/index.ts';
import {
  checkLogin,
  defaultRegistry,
  forgetLogin,
  formatPlace,
  otherLogins,
  type Place,
  parsePlace,
  saveLogin,
} from '../../registry/index.ts';
import type { LoginFlags } from '../commands/login.ts';
import type { Terminal } from '../terminal.ts';

const maxPassword = 65_536;

/** `wherry login`: checks a user name and password with the registry, then keeps them. */
export async function runLogin(registry: string | undefined, flags: LoginFlags, terminal: Terminal): Promise<void> {
  const place = placeOf(registry);
  const username = await usernameOf(place, flags, terminal);
  const password = await passwordOf(flags, terminal);
  const context = await terminal.connection();
  const checked = await checkLogin({ place, username, password }, context);
  const kept = await saveLogin({ place, username, password }, context);
  const [variable] = (await otherLogins(place, terminal.env)).filter((name) => name.startsWith('WHERRY_'));
  terminal.finish();
  const name = formatPlace(place);
  if (terminal.json()) terminal.out(`${JSON.stringify({ schemaVersion: 1, registry: name, username, checked, kept })}\n`);
  if (terminal.quiet()) return;
  const unchecked = checked ? '' : '; the registry asked for no login, so it could not be checked';
  terminal.err(`logged in to ${name} as ${username}, kept in ${kept}${unchecked}\n`);
  if (variable !== undefined) terminal.err(`note: ${variable} is set for this registry and comes first\n`);
}

/** `wherry logout`: forgets what `wherry login` keeps. */
export async function runLogout(registry: string | undefined, terminal: Terminal): Promise<void> {
  const place = placeOf(registry);
  const { removed, left } = await forgetLogin(place, await terminal.connection());
  terminal.finish();
  const name = formatPlace(place);
  if (terminal.json()) terminal.out(`${JSON.stringify({ schemaVersion: 1, registry: name, removed, left })}\n`);
  if (terminal.quiet()) return;
  terminal.err(removed.length === 0 ? `there was no login of ${name}\n` : `logged out of ${name}\n`);
  for (const other of left) terminal.err(`note: ${other} still holds a login of ${name}, which is used from now on\n`);
}

function placeOf(registry: string | undefined): Place {
  const place = parsePlace(registry === undefined ? defaultRegistry : registry.replace(/^https:\/\//, ''));
  if (place !== undefined) return place;
  throw new ToolError('USAGE', 'the registry is not HOST[:PORT][/PATH]', {
    hint: 'name the host alone, for example registry.example:5000; one without https needs --insecure',
  });
}

async function usernameOf(place: Place, flags: LoginFlags, { input }: Terminal): Promise<string> {
  if (flags.username === undefined && (!input.isTerminal || flags.passwordStdin === true)) {
    throw new ToolError('USAGE', 'a user name is needed: -u USER', { hint: howToPipe });
  }
  const username = flags.username ?? (await input.ask(`user name for ${formatPlace(place)}: `, { hidden: false }));
  if (username !== '' && !/[:\p{Cc}]/u.test(username)) return username;
  throw new ToolError('USAGE', username === '' ? 'the user name is empty' : 'a user name has no colon and no control characters');
}

async function passwordOf(flags: LoginFlags, { input }: Terminal): Promise<string> {
  if (flags.passwordStdin !== true && !input.isTerminal)
    throw new ToolError('USAGE', 'there is no terminal to ask for the password', { hint: howToPipe });
  if (flags.passwordStdin === true && input.isTerminal) {
    throw new ToolError('USAGE', '--password-stdin is for a pipe or a file, and stdin is a terminal', { hint: 'leave it out to be asked' });
  }
  // Editors and `echo` end a line; a password that ends with one on purpose keeps the others.
  const password =
    flags.passwordStdin === true
      ? (await input.read(maxPassword)).replace(/\r?\n$/, '')
      : await input.ask('password or access token (not shown): ', { hidden: true });
  if (password !== '') return password;
  throw new ToolError('USAGE', 'the password is empty');
}

const howToPipe = 'wherry login HOST -u USER --password-stdin < FILE';
