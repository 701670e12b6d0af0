import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { constants, createDeflate } from 'node:zlib';
import { type WebSocket, WebSocketServer } from 'ws';
import { until } from '../command.ts';

/** What a message of the gateway may be (Discord's developer documentation, "Gateway opcodes"). */
const op = { dispatch: 0, heartbeat: 1, identify: 2, hello: 10, acknowledged: 11 } as const;
/** Why it closes a connection ("Gateway close event codes"). */
const closed = { token: 4004, version: 4012 } as const;
/** A slash command with a name is one; so is each of its subcommands. */
const chatInput = 1;
const application = { id: '1000', flags: 0 };
const bot = { id: application.id, username: 'fake', discriminator: '0000', avatar: null, bot: true };
const person = { id: '2000', username: 'someone', discriminator: '0', global_name: 'Someone', avatar: null };

interface Message {
  readonly op: number;
  readonly d: unknown;
}

export interface Identify {
  readonly token: string;
  readonly intents: number;
}

/** An option of a command: a value, or a subcommand with options. */
export interface Option {
  readonly name: string;
  readonly type: number;
  readonly value?: string | number;
  readonly options?: readonly Option[];
}

export interface Discord {
  /** Base of the REST API. */
  readonly api: string;
  readonly gateway: string;
  /** Every IDENTIFY, in order. */
  readonly identified: readonly Identify[];
  /** Heartbeats since HELLO. */
  heartbeats(): number;
  /** Names of the commands that the bot has registered. */
  commands(): readonly string[];
  /** Messages that the bot sent to channels by itself. */
  readonly sent: readonly string[];
  /** Gives a slash command as a person would; resolves with the text of the answer. */
  give(name: string, options?: readonly Option[]): Promise<string>;
  close(): void;
}

/** Discord as a bot sees it, on loopback: the part of the REST API that discord.py uses at its start, and a gateway that compresses its stream. */
export async function startDiscord(token: string): Promise<Discord> {
  const fake = new FakeDiscord(token);
  const server = createServer((request, response) => {
    void fake.answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => fake.connect(socket, new URL(request.url ?? '', 'ws://fake')));
  const port = await listen(server);
  return {
    api: `http://127.0.0.1:${port}/api/v10`,
    gateway: `ws://127.0.0.1:${port}/`,
    identified: fake.identified,
    heartbeats: () => fake.heartbeats,
    commands: () => fake.commands.map(({ name }) => name),
    sent: fake.sent,
    give: (name, options) => fake.give(name, options),
    close: () => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      server.close();
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as { readonly port: number }).port;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

class FakeDiscord {
  readonly identified: Identify[] = [];
  readonly sent: string[] = [];
  readonly answers = new Map<string, string>();
  heartbeats = 0;
  commands: readonly { readonly name: string }[] = [];
  readonly #token: string;
  #dispatch: ((event: string, data: unknown) => void) | undefined;

  constructor(token: string) {
    this.#token = token;
  }

  async answer(request: IncomingMessage): Promise<Answer> {
    const route = `${request.method} ${new URL(request.url ?? '', 'http://fake').pathname.replace('/api/v10', '')}`;
    const body: unknown = request.headers['content-type'] === 'application/json' ? await json(request) : undefined;
    // An interaction carries a token of its own in its path.
    const [, interaction] = /^POST \/interactions\/(\d+)\/[^/]+\/callback$/.exec(route) ?? [];
    if (interaction !== undefined) return this.#answered(interaction, body as Callback);
    if (request.headers.authorization !== `Bot ${this.#token}`) return { status: 401, body: { message: '401: Unauthorized', code: 0 } };
    return this.#rest(route, body);
  }

  #rest(route: string, body: unknown): Answer {
    if (route === 'GET /users/@me') return { status: 200, body: bot };
    if (route === 'GET /oauth2/applications/@me') {
      const facts = { name: 'fake', description: '', icon: null, bot_public: false, bot_require_code_grant: false, verify_key: '' };
      return { status: 200, body: { ...application, ...facts, owner: person } };
    }
    if (route === `PUT /applications/${application.id}/commands`) {
      this.commands = body as typeof this.commands;
      return { status: 200, body: this.commands.map((command, id) => ({ ...command, id: String(id), application_id: application.id })) };
    }
    if (/^POST \/channels\/\d+\/messages$/.test(route)) {
      this.sent.push((body as { readonly content: string }).content);
      return { status: 200, body: message((body as { readonly content: string }).content) };
    }
    return { status: 404, body: { message: '404: Not Found', code: 0 } };
  }

  #answered(interaction: string, { data }: Callback): Answer {
    this.answers.set(interaction, data.content);
    return { status: 200, body: { interaction: { id: interaction, type: 2 } } };
  }

  connect(socket: WebSocket, url: URL): void {
    if (url.searchParams.get('encoding') !== 'json' || url.searchParams.get('compress') !== 'zlib-stream') {
      socket.close(closed.version);
      return;
    }
    const send = compressed(socket);
    let sequence = 0;
    this.#dispatch = (event, data) => {
      sequence += 1;
      send({ op: op.dispatch, t: event, s: sequence, d: data });
    };
    send({ op: op.hello, d: { heartbeat_interval: 300 } });
    socket.on('message', (text) => {
      const { op: kind, d } = JSON.parse(String(text)) as Message;
      if (kind === op.heartbeat) {
        this.heartbeats += 1;
        send({ op: op.acknowledged });
      }
      if (kind === op.identify) this.#identify(d as Identify, socket);
    });
  }

  #identify(identify: Identify, socket: WebSocket): void {
    this.identified.push(identify);
    if (identify.token !== this.#token) {
      socket.close(closed.token);
      return;
    }
    const session = { session_id: 'fake', resume_gateway_url: 'ws://127.0.0.1:1/' };
    this.#dispatch?.('READY', { v: 10, user: bot, guilds: [], application, ...session });
  }

  async give(name: string, options: readonly Option[] = []): Promise<string> {
    const id = String(3000 + this.answers.size);
    const facts = { version: 1, locale: 'en-US', context: 1, app_permissions: '0', attachment_size_limit: 1, entitlements: [] };
    const data = { id: '1', name, type: chatInput, options };
    const where = { channel_id: '4000', channel: { id: '4000', type: 1 }, user: person };
    this.#dispatch?.('INTERACTION_CREATE', { id, application_id: application.id, type: 2, token: randomUUID(), data, ...where, ...facts });
    await until(`/${name} is answered`, () => this.answers.has(id));
    return this.answers.get(id) ?? '';
  }
}

interface Callback {
  readonly data: { readonly content: string };
}

function message(content: string): unknown {
  const lists = { attachments: [], embeds: [], mentions: [], mention_roles: [], components: [] };
  const facts = {
    type: 0,
    pinned: false,
    mention_everyone: false,
    tts: false,
    edited_timestamp: null,
    timestamp: '2026-01-01T00:00:00+00:00',
  };
  return { id: '5000', channel_id: '4000', author: bot, content, ...lists, ...facts };
}

/** One deflate stream per connection, flushed after each message ("Transport compression", zlib-stream). */
function compressed(socket: WebSocket): (message: unknown) => void {
  const stream = createDeflate();
  let parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  return (message) => {
    stream.write(JSON.stringify(message));
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      if (parts.length > 0) socket.send(Buffer.concat(parts));
      parts = [];
    });
  };
}
