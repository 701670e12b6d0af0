import { ToolError } from '../../errors/index.ts';
import { formatPlace, isWithin, type Place } from '../place.ts';
import { defaultRegistry, type Repository } from '../reference.ts';

/** A `[[registry]]` table of registries.conf (containers-registries.conf(5), version 2). */
export interface RegistryRule {
  readonly prefix: RulePrefix;
  /** What takes the prefix's place; undefined (for wildcards) leaves names as they are. */
  readonly location: Place | undefined;
  readonly insecure: boolean;
  readonly blocked: boolean;
  readonly mirrors: readonly RuleMirror[];
  /** Where it is written, for messages. */
  readonly file: string;
}

/** `HOST[:PORT][/PATH]`, or `*.DOMAIN` for every host below a domain. */
export type RulePrefix = { readonly kind: 'place'; readonly place: Place } | { readonly kind: 'below'; readonly domain: string };

export interface RuleMirror {
  readonly location: Place;
  readonly insecure: boolean;
  readonly pulls: 'all' | 'digest-only' | 'tag-only';
}

/** A mirror that the project's configuration names. */
export interface ProjectMirror {
  readonly prefix: Place;
  readonly location: Place;
}

export interface EndpointRules {
  readonly rules: readonly RegistryRule[];
  readonly mirrors: readonly ProjectMirror[];
  /** `HOST[:PORT]` that the user calls insecure. */
  readonly insecure: readonly string[];
}

/** One place to ask for a repository. */
export interface RegistryEndpoint extends Repository {
  /** Plain http and any certificate will do. */
  readonly insecure: boolean;
  readonly isMirror: boolean;
}

/** What a request is about: a pull of a tag or of a digest, or `origin` for everything that mirrors must not answer, as pushes. */
export type Use = 'tag' | 'digest' | 'origin';

/**
 * Where a repository is asked for, in order: mirrors of registries.conf, mirrors of the project, and last the registry itself, whose name
 * registries.conf may rewrite. Errors: REGISTRY_BLOCKED, REGISTRY_CONFIG.
 */
export function endpointsOf(repository: Repository, settings: EndpointRules, use: Use): readonly RegistryEndpoint[] {
  const rule = ruleFor(repository, settings.rules);
  const origin = originOf(repository, rule, settings);
  if (use === 'origin') return [origin];
  const fromRule = (rule?.rule.mirrors ?? [])
    .filter(({ pulls }) => pulls === 'all' || pulls === `${use}-only`)
    .map(({ location, insecure }) => {
      const place = placed(rewritten(location, rule?.rest ?? ''), repository);
      return { ...place, insecure: insecure || settings.insecure.includes(place.registry), isMirror: true };
    });
  return unique([...fromRule, ...projectMirrors(repository, settings), origin]);
}

/** Whether a registry, asked under its own name, may be asked insecurely. */
export function isInsecure(place: Place, { rules, insecure }: Pick<EndpointRules, 'rules' | 'insecure'>): boolean {
  if (insecure.includes(place.registry)) return true;
  return ruleFor({ registry: place.registry, repository: place.path }, rules)?.rule.insecure ?? false;
}

function originOf(repository: Repository, found: FoundRule | undefined, { insecure }: EndpointRules): RegistryEndpoint {
  if (found?.rule.blocked === true) {
    throw new ToolError('REGISTRY_BLOCKED', `${repository.registry}/${repository.repository} is blocked on this machine`, {
      where: { file: found.rule.file },
    });
  }
  const location = found?.rule.location;
  const place = location === undefined ? repository : placed(rewritten(location, found?.rest ?? ''), repository);
  const isPlain = found?.rule.insecure === true || insecure.includes(place.registry);
  return { registry: place.registry, repository: place.repository, insecure: isPlain, isMirror: false };
}

/** Of the project's mirrors those with the longest prefix. Each is a registry of its own, so what the machine says about it holds as well. */
function projectMirrors(repository: Repository, settings: EndpointRules): RegistryEndpoint[] {
  const fitting = settings.mirrors.filter(({ prefix }) => isWithin(repository, prefix));
  const longest = Math.max(...fitting.map(({ prefix }) => prefix.path.length));
  return fitting
    .filter(({ prefix }) => prefix.path.length === longest)
    .map(({ prefix, location }) => {
      const mirror = placed(rewritten(location, restAfter(prefix, repository)), repository);
      return { ...originOf(mirror, ruleFor(mirror, settings.rules), settings), isMirror: true };
    });
}

interface FoundRule {
  readonly rule: RegistryRule;
  /** The path that follows the prefix, without a leading slash. */
  readonly rest: string;
}

/** The rule with the longest prefix; of a host's own prefix and a wildcard the host's own. */
function ruleFor(repository: Repository, rules: readonly RegistryRule[]): FoundRule | undefined {
  let best: { readonly rule: RegistryRule; readonly weight: number } | undefined;
  for (const rule of rules) {
    const weight = weightOf(rule.prefix, repository);
    if (weight !== undefined && (best === undefined || weight > best.weight)) best = { rule, weight };
  }
  if (best === undefined) return undefined;
  const { prefix } = best.rule;
  return { rule: best.rule, rest: prefix.kind === 'place' ? restAfter(prefix.place, repository) : repository.repository };
}

function weightOf(prefix: RulePrefix, repository: Repository): number | undefined {
  if (prefix.kind === 'place') return isWithin(repository, prefix.place) ? 1000 + prefix.place.path.length : undefined;
  const host = repository.registry.replace(/:\d+$/, '');
  return host.endsWith(`.${prefix.domain}`) ? prefix.domain.length : undefined;
}

function restAfter(prefix: Place, { repository }: Repository): string {
  return prefix.path === '' ? repository : repository.slice(prefix.path.length + 1);
}

function rewritten({ registry, path }: Place, rest: string): Place {
  return { registry, path: [path, rest].filter((part) => part !== '').join('/') };
}

function placed({ registry, path }: Place, named: Repository): Repository {
  if (path === '' && named.repository !== '') {
    throw new ToolError(
      'REGISTRY_CONFIG',
      `registries.conf turns ${named.registry}/${named.repository} into ${registry}, which names no repository`,
      {
        hint: 'give the location a path, or make the prefix shorter',
      },
    );
  }
  return { registry, repository: registry === defaultRegistry && path !== '' && !path.includes('/') ? `library/${path}` : path };
}

function unique(endpoints: readonly RegistryEndpoint[]): RegistryEndpoint[] {
  const byName = new Map<string, RegistryEndpoint>();
  // The registry itself is last, and stays what it is if somebody lists it as its own mirror.
  for (const endpoint of endpoints.toReversed()) {
    const name = formatPlace({ registry: endpoint.registry, path: endpoint.repository });
    if (!byName.has(name)) byName.set(name, endpoint);
  }
  return [...byName.values()].toReversed();
}
