import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { forwardPorts } from './forward.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true }, onConnection).listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

describe('forwardPorts', () => {
  it('passes both directions on, also after one side has ended', async () => {
    const container = await listen(async (socket) => {
      const heard = Buffer.concat(await socket.toArray()).toString();
      socket.end(`heard ${heard}`);
    });
    const host = await freePort();
    open.push(await forwardPorts([{ address: undefined, host, container }]));
    const socket = connect({ port: host, host: '127.0.0.1', allowHalfOpen: true });
    socket.end('hello');
    expect(Buffer.concat(await socket.toArray()).toString()).toBe('heard hello');
  });

  it('closes the connection when nothing listens in the container', async () => {
    const [host, container] = [await freePort(), await freePort()];
    open.push(await forwardPorts([{ address: '127.0.0.1', host, container }]));
    const socket = connect(host, '127.0.0.1');
    expect(await socket.toArray()).toEqual([]);
  });

  it('names a port that is taken, and frees the others', async () => {
    const taken = await listen(() => undefined);
    const free = await freePort();
    const ports = [free, taken].map((host) => ({ address: undefined, host, container: 1 }));
    await expect(forwardPorts(ports)).rejects.toMatchObject({ code: 'RUN_FAILED', message: expect.stringContaining(String(taken)) });
    open.push(await forwardPorts([{ address: undefined, host: free, container: 1 }]));
  });
});
