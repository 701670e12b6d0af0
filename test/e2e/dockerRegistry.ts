export { type Distribution as DockerRegistry, startDistribution as startDockerRegistry } from './registries.ts';
