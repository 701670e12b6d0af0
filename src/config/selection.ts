import { normalizeName } from '../packaging/index.ts';
import type { BuildSettings, SelectionRequest } from '../selection-request.ts';
import type { ImageKeys } from './schema.ts';

/** What is installed, from the file's form. */
export function selectionOf(values: Partial<ImageKeys>): SelectionRequest {
  return {
    packages: packageNames(values),
    allPackages: values['all-packages'] ?? false,
    extras: normalized(values.extras),
    allExtras: values['all-extras'] ?? false,
    noExtras: normalized(values['no-extras']),
    groups: normalized(values.groups),
    allGroups: values['all-groups'] ?? false,
    onlyGroups: normalized(values['only-groups']),
    noGroups: normalized(values['no-groups']),
    dev: values.dev,
    noDefaultGroups: values['no-default-groups'] ?? false,
    noInstallProject: values['no-install-project'] === true || values['no-project'] === true,
    noInstallWorkspace: values['no-install-workspace'] ?? false,
    noInstallLocal: values['no-install-local'] ?? false,
    noInstallPackages: normalized(values['no-install-package']),
    builds: buildSettings(values),
  };
}

/** The members that an image names, normalised. */
export function packageNames({ package: names = [] }: Partial<ImageKeys>): readonly string[] {
  return normalized([names].flat());
}

function buildSettings(values: Partial<ImageKeys>): BuildSettings {
  return {
    noBuild: values['no-build'],
    noBuildPackages: normalized(values['no-build-package']),
    noBinary: values['no-binary'],
    noBinaryPackages: normalized(values['no-binary-package']),
  };
}

function normalized(names: readonly string[] = []): readonly string[] {
  return names.map(normalizeName);
}
