import { ToolError } from '../errors/index.ts';
import type { Lock, LockedPackage } from '../lock/types.ts';
import { parseSpecifiers, specifiersAllow } from '../packaging/index.ts';
import type { Target } from '../resolve/target.ts';
import { release } from './check-target.ts';

/** Refuses packages that do not allow the image's Python, where the lock says so (PEP 751, "packages.requires-python"). Throws TARGET_UNSUPPORTED. */
export function checkPackagePython(installed: readonly LockedPackage[], lock: Lock, target: Target): void {
  const python = target.base.python.version;
  const refusing = installed.filter(
    ({ requiresPython }) => requiresPython !== undefined && !specifiersAllow(parseSpecifiers(requiresPython), release(target)),
  );
  const [first] = refusing;
  if (first === undefined) return;
  throw new ToolError(
    'TARGET_UNSUPPORTED',
    `${first.name} ${first.version} is for Python ${first.requiresPython}, and the image would have ${python}`,
    {
      details: refusing.slice(1, 6).map(({ name, version, requiresPython }) => `${name} ${version}: Python ${requiresPython}`),
      hint: 'choose another Python with python = "X.Y" in [tool.wherry], or other versions of the packages',
      where: { file: lock.file },
    },
  );
}
