import { type Quirk, type QuirkName, quirks } from '../registry/quirks.ts';
import type { FaultRow, Given } from './row.ts';

/** How a fake is met. ACR is the one where people have refresh tokens. */
function at(name: QuirkName, doing: Given['doing'], more: Given['registry'] = {}): Given {
  const { faults = [], ...registry }: Quirk['options'] = quirks[name].options;
  const behaviour = { ...registry.behaviour, ...more.behaviour };
  return { doing, faults, registry: { ...registry, ...more, behaviour }, login: name === 'acr' ? 'refresh token' : 'password' };
}

const doings = { push: 'a push', pull: 'a pull', attach: 'an attestation' } as const;

/** Every fake is pushed to and pulled from, and holds an attestation; ECR's immutable tags have rows of their own. */
export const registries: readonly FaultRow[] = [
  ...(Object.keys(quirks) as QuirkName[]).flatMap((name) =>
    (['push', 'pull', 'attach'] as const).map(
      (doing): FaultRow => ({
        fault: `${quirks[name].name}: ${doings[doing]}`,
        effect: quirks[name].answer,
        given: at(name, doing, name === 'ecr' ? { behaviour: { immutableTags: false } } : {}),
        ends: 'done',
        steps: { 'PATCH upload': 0 },
      }),
    ),
  ),
  {
    fault: 'Amazon ECR: a tag that is immutable',
    effect: 'the tag stays, and the error says so',
    given: at('ecr', 'push'),
    ends: { code: 'REGISTRY_TAG_IMMUTABLE', says: /may not be moved/ },
  },
  {
    fault: 'Amazon ECR: a repository that does not exist',
    effect: 'nothing is sent, and the hint says so',
    given: at('ecr', 'push', { behaviour: { repositories: ['team/base'] } }),
    ends: { code: 'REGISTRY_NOT_FOUND', hint: /created/ },
    steps: { 'PUT upload': 0 },
  },
  {
    fault: 'Amazon ECR: a mount that no manifest of the source vouches for',
    effect: 'the blob is sent',
    given: at('ecr', 'push', { behaviour: { mount: 'never', immutableTags: false } }),
    ends: 'done',
    steps: { 'PUT upload': 3 },
  },
];
