import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A server on loopback that answers nothing: it notes which files are asked for, and lets every request wait until it is told to
 * forget them. So an installer that fetches all its files at once shows what it would install, without a byte of them.
 */
export class Recorder {
  readonly paths = new Set<string>();
  /** Hosts that were asked for through this server as a proxy: it must stay empty. */
  readonly outside = new Set<string>();
  onRequest: () => void = () => undefined;
  readonly #server: Server;
  #waiting: ServerResponse[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      const url = request.url ?? '';
      if (url.startsWith('/')) this.paths.add(url);
      else this.outside.add(url);
      this.#waiting.push(response);
      this.onRequest();
    });
    this.#server.on('connect', (request, socket) => {
      this.outside.add(request.url ?? '');
      socket.destroy();
    });
  }

  static async start(): Promise<Recorder> {
    const recorder = new Recorder();
    await new Promise<void>((resolve) => recorder.#server.listen(0, '127.0.0.1', resolve));
    return recorder;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  forget(): void {
    for (const response of this.#waiting) response.destroy();
    this.#waiting = [];
    this.paths.clear();
  }

  stop(): void {
    this.forget();
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
