import { ToolError, type Where } from '../errors/index.ts';
import { holdsPrivateKey } from '../project/index.ts';

const secretName = /(?:^|_)(?:TOKEN|SECRET|SECRET_KEY|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?)$/i;

/** Shapes that well-known services give to their keys. */
const secretValues: readonly RegExp[] = [
  /^(?:AKIA|ASIA)[A-Z0-9]{16}$/,
  /^gh[pousr]_[A-Za-z0-9]{20,}$/,
  /^github_pat_\w{20,}$/,
  /^glpat-[\w-]{20,}$/,
  /^sk-[\w-]{20,}$/,
  /^(?:sk|rk)_live_\w{16,}$/,
  /^xox[abprs]-[\w-]{10,}$/,
  /^AIza[\w-]{35}$/,
  /^npm_[A-Za-z0-9]{30,}$/,
  /^pypi-[\w-]{30,}$/,
  /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/,
  /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i,
];

/** Names that end like a secret's but hold the place of one. */
const harmlessValue = /^(?:|\/\S+|true|false|none|\d{1,5})$/i;

/** Whether a variable would put a secret into the image: by its name with a value, or by the value's shape. */
export function looksSecret(name: string, value: string): boolean {
  if (secretValues.some((shape) => shape.test(value)) || holdsPrivateKey(value)) return true;
  return secretName.test(name) && !harmlessValue.test(value);
}

/** Throws SECRET_REFUSED for the first variable that looks like a secret; its value is never shown. */
export function refuseSecrets(env: Readonly<Record<string, string>>, where: (name: string) => Where | undefined): void {
  for (const [name, value] of Object.entries(env)) {
    if (!looksSecret(name, value)) continue;
    const place = where(name);
    throw new ToolError('SECRET_REFUSED', `env.${name} looks like a secret, and everyone who can pull the image could read it`, {
      ...(place === undefined ? {} : { where: place }),
      hint: `give it when the container starts: wherry run -e ${name}, or --env-file .env`,
    });
  }
}
