import { ToolError } from '../errors/index.ts';
import type { Stanza } from './deb822.ts';
import { leftOutReason } from './packages.ts';
import { formatDependency, isMet, offers, parseRelations } from './relations.ts';

/**
 * Checks that every `Depends` and `Pre-Depends` of the packages is met among them or left out on purpose. Throws `DEB_CLOSURE` that lists all others,
 * so that an update that needs something new is never built without it.
 */
export function checkClosure(packages: readonly Stanza[]): void {
  const offered = offers(packages);
  const unmet = packages.flatMap((stanza) => {
    const name = stanza.get('package') ?? '';
    return ['pre-depends', 'depends']
      .flatMap((field) => parseRelations(stanza.get(field)))
      .filter((dependency) => !isMet(dependency, offered) && !dependency.some((relation) => leftOutReason(name, relation.name)))
      .map((dependency) => `${name} ${stanza.get('version')} depends on ${formatDependency(dependency)}`);
  });
  if (unmet.length === 0) return;
  throw new ToolError('DEB_CLOSURE', 'the Debian base lacks a dependency of its packages', {
    details: unmet,
    hint: 'keep the entries of wherry.lock as they are, and update Wherry',
  });
}
