import type { HttpResponse } from '../http/index.ts';
import { memoryOf, type RegistryContext } from './context.ts';
import { clean } from './failure.ts';

const pattern = /(?:^|,)\s*299\s+\S+\s+"((?:[^"\\]|\\.)*)"/g;

/** Shows each `Warning: 299` of a registry once (distribution-spec, "Warnings"). */
export function showWarnings(response: HttpResponse, registry: string, { http, emit }: Pick<RegistryContext, 'http' | 'emit'>): void {
  const { warnings } = memoryOf(http);
  for (const [, quoted = ''] of (response.headers.warning ?? '').matchAll(pattern)) {
    const message = `${registry} warns: ${clean(quoted.replace(/\\(.)/g, '$1'))}`;
    if (warnings.has(message)) continue;
    warnings.add(message);
    emit({ type: 'warning', message });
  }
}
