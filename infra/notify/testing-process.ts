// For tests: mana-notify in a process of its own, so that it can be killed. Says its address on the first line it prints.
import { createLogger } from '@mana/service';
import { service } from './index.ts';
import { TEST_ORIGIN } from './testing.ts';

const {
	home,
	databaseUrl,
	auth,
	takers = {},
	env,
} = JSON.parse(process.argv[2]!) as {
	readonly home: string;
	readonly databaseUrl?: string;
	readonly auth: string;
	readonly takers?: Readonly<Record<string, string>>;
	readonly env: Readonly<Record<string, string>>;
};
const running = await service.start({
	port: 0,
	home,
	databaseUrl,
	publicUrl: TEST_ORIGIN,
	addresses: { 'mana-auth': auth, 'mana-sync': auth, ...takers },
	env,
	log: createLogger('mana-notify', 'silent'),
});
console.log(running.url);
// Whoever started it holds the other end: when they are gone, so is this.
for await (const _ of process.stdin) continue;
process.exit();
