import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { run, start, until } from '../command.ts';
import { freePort } from '../network.ts';
import { root } from '../product.ts';

export interface Kafka {
  /** HOST:PORT on loopback. */
  readonly broker: string;
  stop(): Promise<void>;
}

/** A small heap, and a compiler that is done sooner: the broker lives for seconds. */
const java = ['java', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(root, '.cache/kafka/libs/*')];

/** Starts a real Apache Kafka of one node (KRaft, broker and controller in one process) that keeps its data below a directory. */
export async function startKafka(directory: string): Promise<Kafka> {
  await run([join(root, 'scripts/setup-kafka')]);
  await mkdir(directory, { recursive: true });
  const [port, controller] = [await freePort(), await freePort()];
  const properties = join(directory, 'server.properties');
  await writeFile(properties, settings({ port, controller, data: join(directory, 'data') }));
  await run([...java, 'kafka.tools.StorageTool', 'format', '--cluster-id', 'd2hlcnJ5LWV4YW1wbGVzLQ', '--config', properties]);
  const server = start([...java, 'kafka.Kafka', properties]);
  const ended = server.ended.then(({ out, err }) => {
    throw new Error(`Kafka has ended:\n${out}${err}`);
  });
  ended.catch(() => undefined);
  await Promise.race([until('Kafka listens', () => listens(port)), ended]);
  return {
    broker: `127.0.0.1:${port}`,
    stop: async () => {
      // Its data is thrown away: nothing needs an orderly end.
      server.kill('SIGKILL');
      await server.ended;
    },
  };
}

interface Settings {
  readonly port: number;
  readonly controller: number;
  readonly data: string;
}

function settings({ port, controller, data }: Settings): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${data}
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
`;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => socket.destroy());
    socket.once('error', () => resolve(false));
    socket.once('close', (failed) => resolve(!failed));
  });
}
