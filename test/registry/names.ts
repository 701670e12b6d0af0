import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A proxy (`CONNECT`) that leads host names to loopback ports, so that https tests have hosts that are not loopback. */
export interface Names {
  /** What `HTTPS_PROXY` is set to. */
  readonly proxy: string;
  /** `HOST:PORT` of every tunnel that was asked for. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Starts a proxy that knows some hosts; others are refused. */
export async function startNames(ports: Readonly<Record<string, number>>): Promise<Names> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    return socket;
  };
  const server = createServer((_request, response) => response.writeHead(400).end()).on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '');
    const port = ports[(request.url ?? '').replace(/:\d+$/, '')];
    keep(socket);
    if (port === undefined) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const upstream = keep(
      connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      }),
    );
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    proxy: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}
