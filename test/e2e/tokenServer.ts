import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '../certificate.ts';

/** A token server for real registries: it signs JWTs that they check against its certificate (distribution, "Token Authentication"). */
export interface TokenServer {
  /** `http://127.0.0.1:PORT/token` */
  readonly realm: string;
  /** PEM; what the registry must trust. */
  readonly certificate: string;
  /** `METHOD path?query` of every request so far. */
  readonly seen: string[];
  close(): Promise<void>;
}

export const tokenIssuer = 'issuer-of-the-tests';

const account = `Basic ${Buffer.from('user:secret').toString('base64')}`;

/** Starts a token server: `user:secret` gets what it asks for, anonymous requests get `pull`; a token is good for five minutes. */
export async function startTokenServer(): Promise<TokenServer> {
  const { key, cert } = selfSigned();
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const { authorization } = request.headers;
    if (authorization !== undefined && authorization !== account) response.writeHead(401).end();
    else response.end(JSON.stringify({ token: jwt(claims(request), { key, cert }) }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    realm: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    certificate: cert,
    seen,
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

function claims({ url, headers }: IncomingMessage): Record<string, unknown> {
  const query = new URL(url ?? '', 'http://tokens.invalid').searchParams;
  const now = Math.floor(Date.now() / 1000);
  const access = query
    .getAll('scope')
    .flatMap((scopes) => scopes.split(' ').flatMap((scope) => grant(scope, headers.authorization !== undefined)));
  const life = { nbf: now - 60, iat: now - 60, exp: now + 300 };
  return { iss: tokenIssuer, sub: 'user', aud: query.get('service') ?? '', jti: `${now}-${Math.random()}`, ...life, access };
}

function grant(scope: string, known: boolean): { type: string; name: string; actions: string[] }[] {
  const [, type = '', name = '', actions = ''] = /^([a-z]+):(.+):([a-z,*]+)$/.exec(scope) ?? [];
  if (type === '') return [];
  return [{ type, name, actions: actions.split(',').filter((action) => known || action === 'pull') }];
}

/** A JSON Web Token (RFC 7515, 7518: ES256) that carries its certificate. */
function jwt(payload: Record<string, unknown>, { key, cert }: { readonly key: string; readonly cert: string }): string {
  const header = { typ: 'JWT', alg: 'ES256', x5c: [new X509Certificate(cert).raw.toString('base64')] };
  const signed = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(signed), { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
