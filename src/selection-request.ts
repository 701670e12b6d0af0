/** What is to be installed, in uv's own terms (uv-and-wheels §2.2). Names need not be normalised. */
export interface SelectionRequest {
  /** Workspace members to install (`--package`); empty means the project at hand. */
  readonly packages: readonly string[];
  /** Every member (`--all-packages`). */
  readonly allPackages: boolean;
  readonly extras: readonly string[];
  readonly allExtras: boolean;
  /** Wins over the two above. */
  readonly noExtras: readonly string[];
  /** Groups beside the default ones. */
  readonly groups: readonly string[];
  readonly allGroups: boolean;
  /** Groups alone: no default groups, no project and no dependencies of its own. */
  readonly onlyGroups: readonly string[];
  /** Wins over the three above. */
  readonly noGroups: readonly string[];
  /**
   * The group `dev`, whether or not there is one: `true` adds it, `false` leaves it out whatever else names it. Without either it is out
   * unless it is asked for by name or with all others; a default alone never brings it into an image.
   */
  readonly dev: boolean | undefined;
  readonly noDefaultGroups: boolean;
  readonly noInstallProject: boolean;
  readonly noInstallWorkspace: boolean;
  readonly noInstallLocal: boolean;
  readonly noInstallPackages: readonly string[];
  readonly builds: BuildSettings;
}

/** Which files may be installed: uv's `no-build` and `no-binary`, for all packages or for some. */
export interface BuildSettings {
  /** `false` forbids no build at all, whatever packages are named. */
  readonly noBuild: boolean | undefined;
  readonly noBuildPackages: readonly string[];
  readonly noBinary: boolean | undefined;
  readonly noBinaryPackages: readonly string[];
}
