// The part of ws that the fake gateway uses; ws has no types of its own.

declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { Server } from 'node:http';

  export interface WebSocket extends EventEmitter {
    send(data: string | Uint8Array): void;
    close(code?: number): void;
    terminate(): void;
  }

  export class WebSocketServer extends EventEmitter {
    readonly clients: ReadonlySet<WebSocket>;
    constructor(options: { readonly server: Server });
    close(): void;
  }
}
