/** `counter.ts HOST:PORT`: a loopback port that passes everything on; it prints its own `127.0.0.1:PORT`, and per line of stdin the bytes so far: there, back. */
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const [target = ''] = process.argv.slice(2);
const [host = '', port = ''] = target.split(':');
let [sent, received] = [0, 0];

const server = createServer({ allowHalfOpen: true }, (client) => {
  const upstream = connect({ host, port: Number(port), allowHalfOpen: true });
  client.on('data', (chunk: Buffer) => {
    sent += chunk.length;
  });
  upstream.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
  client.pipe(upstream).pipe(client);
});
server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${(server.address() as AddressInfo).port}`));
createInterface(process.stdin)
  .on('line', () => console.log(`${sent} ${received}`))
  .on('close', () => process.exit());
