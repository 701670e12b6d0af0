/**
 * In: a repository, registries.conf, mirrors and the hosts that the user calls insecure. Out: where requests go, in which order, and by which scheme.
 * Must not: weaken a connection that the user did not name, or let a mirror decide about a push.
 */
export { createRoutedTransport, type RouteOptions } from './route.ts';
