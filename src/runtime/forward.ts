import { connect, createServer, type Server, type Socket } from 'node:net';
import { ToolError } from '../errors/index.ts';
import type { PortMapping } from './types.ts';

/** Listens on each mapping's host port and passes every connection on to its container port on loopback. Throws RUN_FAILED if a port is taken. */
export async function forwardPorts(ports: readonly PortMapping[]): Promise<{ close(): void }> {
  const servers: Server[] = [];
  const close = () => {
    for (const server of servers) server.close();
  };
  try {
    for (const port of ports) servers.push(await forwardPort(port));
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}

async function forwardPort({ address, host, container }: PortMapping): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => join(socket, container));
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(busy(host, cause)));
    server.listen(host, address?.replace(/^\[|\]$/g, '') ?? '127.0.0.1', resolve);
  });
  return server;
}

/** Ends are passed on one side at a time; a fault of either side ends both. */
function join(outer: Socket, port: number): void {
  const inner = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  outer.on('error', () => inner.destroy());
  inner.on('error', () => outer.destroy());
  outer.pipe(inner).pipe(outer);
  outer.unref();
  inner.unref();
}

function busy(port: number, cause: Error): ToolError {
  return new ToolError('RUN_FAILED', `cannot listen on port ${port}: ${(cause as NodeJS.ErrnoException).code}`, {
    hint: `choose another port, for example -p ${port + 1}:…`,
    cause,
  });
}
