/** Beside an installed package, these are needed when it runs: entry modules, migrations, templates, static files, server settings, start scripts. */
const besidePackage: readonly RegExp[] = [
  /^(?:manage|main|app|api|server|application|asgi|wsgi|__main__)\.py$/,
  /^gunicorn\.conf\.py$/,
  /^(?:hypercorn|uvicorn|supervisord?|logging|log)[\w.-]*\.(?:toml|conf|ini|json|ya?ml)$/,
  /^alembic\.ini$/,
  /^(?:alembic|migrations|templates|static|locale)\/$/,
  /^(?:start|run|entrypoint|docker-entrypoint|prestart|worker|celery)[\w-]*\.sh$/,
];

/**
 * Files that tools read and a program does not. pyproject.toml and locks are among them so that a changed dependency does not change the
 * layer of the application.
 */
const forTools: readonly (readonly [RegExp, string])[] = [
  [/^(?:pyproject\.toml|uv\.lock|uv\.toml|\.python-version)$/, 'read by uv, not at run time'],
  [/^(?:pylock(?:\.[^.]+)?\.toml|(?:requirements|constraints)[\w.-]*\.(?:txt|in|lock))$/, 'read by installers, not at run time'],
  [/^wherry\.(?:toml|lock)$/, 'read by Wherry'],
  [
    /^\.(?:gitignore|gitattributes|gitmodules|gitkeep|git-blame-ignore-revs|github\/|gitlab\/|gitlab-ci\.ya?ml|circleci\/|forgejo\/|gitea\/)$/,
    'for version control and CI',
  ],
  [
    /^(?:\.dockerignore|(?:[\w.-]+\.)?(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?|(?:docker-)?compose[\w.-]*\.ya?ml)$/,
    'for other image builders',
  ],
  [/^\.(?:vscode\/|idea\/|devcontainer\/|editorconfig|pre-commit-config\.ya?ml)$/, 'for editors'],
];

/**
 * Why a top-level name (directories end in `/`) stays out of the image when `files` is not set; undefined if it goes in.
 */
export function runtimeFiles({ top, isPackage }: { readonly top: string; readonly isPackage: boolean }): string | undefined {
  const tool = forTools.find(([pattern]) => pattern.test(top));
  if (tool !== undefined) return tool[1];
  if (!isPackage || besidePackage.some((pattern) => pattern.test(top))) return undefined;
  return 'the project is installed as a package';
}
