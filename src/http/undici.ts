import api from 'undici/lib/api/index.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';

// What of undici is used. Its index loads fetch, caches, mocks and WebSocket as well: half of the time until a first request, of which
// a push that changes nothing has only one. As the index does, dispatchers get their methods here.
Object.assign(Dispatcher.prototype, api);

export { Agent, EnvHttpProxyAgent };
