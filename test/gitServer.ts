import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Repositories of a directory over http on a loopback port, by git's own server program. */
export interface GitServer {
  /** `http://127.0.0.1:PORT`; the repository `name` is at `ORIGIN/name`. */
  readonly origin: string;
  /** `METHOD path` of every request so far. */
  readonly seen: string[];
  /** `user:password` that every request must carry from now on; undefined for none. */
  protect(login: string | undefined): void;
  close(): Promise<void>;
}

/** Starts the server; the caller closes it. Fetching any commit by its id is allowed, as large hosts do. */
export async function gitServer(root: string): Promise<GitServer> {
  const seen: string[] = [];
  let login: string | undefined;
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (login !== undefined && request.headers.authorization !== `Basic ${Buffer.from(login).toString('base64')}`) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    backend(root, request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    protect: (wanted) => {
      login = wanted;
    },
    close: () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** Runs `git http-backend` as a CGI program (RFC 3875). */
function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const protocol = request.headers['git-protocol'];
  const child = spawn('git', ['-c', 'safe.directory=*', '-c', 'uploadpack.allowAnySHA1InWant=true', 'http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      REMOTE_ADDR: '127.0.0.1',
      ...(request.headers['content-encoding'] === undefined ? {} : { HTTP_CONTENT_ENCODING: String(request.headers['content-encoding']) }),
      ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {}),
    },
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => {});
  const parts: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => parts.push(chunk));
  child.on('close', () => {
    const answer = Buffer.concat(parts);
    const end = answer.indexOf('\r\n\r\n');
    const headers = answer.toString('latin1', 0, Math.max(end, 0)).split('\r\n');
    const status = Number(/^Status: (\d+)/m.exec(headers.join('\n'))?.[1] ?? 200);
    for (const header of headers) {
      const [name = '', ...value] = header.split(': ');
      if (name !== '' && name !== 'Status') response.setHeader(name, value.join(': '));
    }
    response.writeHead(end < 0 ? 500 : status).end(answer.subarray(end + 4));
  });
}
