import { setTimeout as sleep } from 'node:timers/promises';

/** Prints the answer of a server as JSON, waiting until there is one: `fetcher.ts URL OPTIONS-AS-JSON SECONDS`. */
const [url = '', options = '{}', patience = '60'] = process.argv.slice(2);
const deadline = Date.now() + Number(patience) * 1000;
for (;;) {
  try {
    const answer = await fetch(url, JSON.parse(options) as RequestInit);
    const body = await answer.text();
    process.stdout.write(JSON.stringify({ status: answer.status, headers: Object.fromEntries(answer.headers), body }));
    break;
  } catch (error) {
    if (Date.now() > deadline) throw error;
    await sleep(100);
  }
}
