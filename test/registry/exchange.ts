import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerOf, changed, type Deed, deed } from './faults.ts';
import { challengeOf } from './login.ts';
import { routeOf } from './route.ts';
import type { State } from './state.ts';
import type { Asked, Reply } from './types.ts';

/** How one origin answers. */
export interface Handlers {
  /** Before the request's body is read. */
  readonly early: (state: State, asked: Asked) => Reply | undefined;
  readonly late: (state: State, asked: Asked) => Reply;
}

/** One request and its answer, with the faults that strike it. */
export async function exchange(
  state: State,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { early, late }: Handlers,
): Promise<void> {
  const url = new URL(request.url ?? '', 'http://registry.invalid');
  const head: Asked = { method: request.method ?? '', url, headers: request.headers, body: new Uint8Array(), route: routeOf(url) };
  const deeds = state.faults.strike(head);
  deed(deeds, 'meanwhile')?.run();
  if (deed(deeds, 'hang') !== undefined) return;
  const instead = deed(deeds, 'answer');
  if (instead?.early === true) return write(response, answerOf({ ...instead, headers: { ...instead.headers, connection: 'close' } }), head);
  const refused = instead === undefined ? early(state, head) : undefined;
  const body = await receive(request, deed(deeds, 'reset')?.after);
  if (body === undefined) return;
  const reply = instead === undefined ? (refused ?? led(state, head, deeds) ?? late(state, { ...head, body })) : answerOf(instead);
  if (deed(deeds, 'lose') !== undefined) request.socket.resetAndDestroy();
  else send(response, { reply: changed(withHeaders(state, reply), deeds), asked: head, deeds });
}

/** Another answer that depends on the request: a challenge, or a redirect. */
function led(state: State, asked: Asked, deeds: readonly Deed[]): Reply | undefined {
  const [refusal, redirect] = [deed(deeds, 'refuse'), deed(deeds, 'redirect')];
  if (refusal !== undefined) return challengeOf(state, asked, refusal);
  if (redirect === undefined) return undefined;
  return { status: redirect.status, headers: { location: `${state.origins.storage}${asked.url.pathname}${asked.url.search}` } };
}

function withHeaders({ behaviour }: State, reply: Reply): Reply {
  return { ...reply, headers: { ...behaviour.headers, ...reply.headers } };
}

/** The body of a request, or undefined if the connection broke after some bytes of it. */
async function receive(request: IncomingMessage, breakAfter: number | undefined): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const isOver = (): boolean => breakAfter !== undefined && size >= breakAfter;
  try {
    if (!isOver())
      for await (const chunk of request as AsyncIterable<Uint8Array>) {
        chunks.push(chunk);
        size += chunk.length;
        if (isOver()) break;
      }
  } catch {
    // The client went away.
    return undefined;
  }
  if (!isOver()) return Buffer.concat(chunks);
  request.socket.resetAndDestroy();
  return undefined;
}

function send(
  response: ServerResponse,
  { reply, asked, deeds }: { readonly reply: Reply; readonly asked: Asked; readonly deeds: readonly Deed[] },
): void {
  const [cut, stall] = [deed(deeds, 'cut'), deed(deeds, 'stall')];
  const after = cut?.after ?? stall?.after;
  if (after === undefined) {
    write(response, reply, asked);
    return;
  }
  response.writeHead(reply.status, { 'content-length': reply.body?.length ?? 0, ...reply.headers });
  response.flushHeaders();
  const broken = (): void => {
    if (cut !== undefined) setImmediate(() => response.socket?.destroy());
  };
  if (after === 0) broken();
  else response.write((reply.body ?? new Uint8Array()).subarray(0, after), broken);
}

function write(response: ServerResponse, { status, headers, body }: Reply, { method }: Asked): void {
  const length: Record<string, number> = status === 204 ? {} : { 'content-length': body?.length ?? 0 };
  response.writeHead(status, { ...length, ...headers });
  response.end(method === 'HEAD' ? undefined : body);
}
