import path from 'node:path';
import { ToolError } from '../../errors/index.ts';
import { parseVersion, specifiersAllow } from '../../packaging/index.ts';
import type { Target, What } from './target.ts';

/** A line without an exact version takes it from the constraints of its name; one with a version must agree with them (pip, "Constraints Files"). */
export function constrained(target: Target, constraints: readonly Target[]): readonly Target[] {
  if (target.what.kind !== 'versions') return [target];
  const mine = constraints.filter(({ name }) => name === target.name);
  const version = exactVersion(target.what);
  if (version === undefined) {
    const exact = mine.filter(({ what }) => what.kind !== 'versions' || exactVersion(what) !== undefined);
    return exact.length === 0 ? [target] : exact.map((constraint) => byConstraint(target, constraint));
  }
  for (const { what, marker, line } of mine) {
    if (what.kind === 'versions' && marker === undefined && !specifiersAllow(what.requirement.specifiers, parseVersion(version))) {
      throw new ToolError('REQUIREMENTS_CONFLICT', `${target.name} ${version} is not what its constraint allows`, {
        where: target.line.where,
        details: [`${path.basename(line.where.file)}:${line.where.line} allows ${what.requirement.specifierText}`],
        hint: 'correct one of the two lines',
      });
    }
  }
  const hashes = mine.flatMap(({ line }) => line.hashes);
  return [{ ...target, line: { ...target.line, hashes: [...target.line.hashes, ...hashes] } }];
}

function byConstraint(target: Target, constraint: Target): Target {
  const version = constraint.what.kind === 'versions' ? exactVersion(constraint.what) : undefined;
  const allowed =
    target.what.kind !== 'versions' || version === undefined || specifiersAllow(target.what.requirement.specifiers, parseVersion(version));
  if (!allowed) {
    throw new ToolError('REQUIREMENTS_CONFLICT', `the constraint ${target.name}==${version} is not what the requirement allows`, {
      where: target.line.where,
      hint: 'correct one of the two lines',
    });
  }
  const markers = [target.marker, constraint.marker].filter((text) => text !== undefined);
  const line = { ...target.line, hashes: [...target.line.hashes, ...constraint.line.hashes] };
  return {
    ...target,
    line,
    what: constraint.what,
    marker: markers.length === 2 ? markers.map((text) => `(${text})`).join(' and ') : markers[0],
  };
}

/** The version of `==1.0` or `===1.0`, and nothing beside it. */
export function exactVersion({ requirement }: What & { readonly kind: 'versions' }): string | undefined {
  const [, version] = /^={2,3}\s*([^\s,*]+)$/.exec(requirement.specifierText) ?? [];
  return version;
}
