// For tests: mana-auth in a process of its own, so that it can be killed. Says its address on the first line it prints.
import { createLogger } from '@mana/service';
import { service } from './index.ts';

const { home, addresses } = JSON.parse(process.argv[2]!) as {
	readonly home: string;
	readonly addresses: Readonly<Record<string, string>>;
};
const log = createLogger('mana-auth', 'silent');
const running = await service.start({ port: 0, home, publicUrl: 'http://mana.localhost', addresses, env: {}, log });
console.log(running.url);
// Whoever started it holds the other end: when they are gone, so is this.
for await (const _ of process.stdin) continue;
process.exit();
