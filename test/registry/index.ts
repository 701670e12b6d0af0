/**
 * In: a login, a behaviour, faults. Out: a registry in memory on a loopback port that the conformance suite of the distribution-spec accepts,
 * and a record of every request. Must not: share a line with the client that it tests.
 */
export type { Behaviour } from './behaviour.ts';
export type { Deed, Fault, Step } from './faults.ts';
export { basicLogin, refreshToken } from './login.ts';
export { type Names, startNames } from './names.ts';
export { routeOf } from './route.ts';
export { startRegistry } from './server.ts';
export type { Login, SeenRequest, TestManifest, TestOrigin, TestRegistry, TestRegistryOptions, TokenRules } from './types.ts';
