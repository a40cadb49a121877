// The service in a process of its own, for tests that kill or weigh it: `bun testing-process.ts HOME AUTH_URL [ORIGIN [DATABASE]]`, prints its address.
import { service } from './index.ts';
import { TEST_ORIGIN } from './testing.ts';

const [home = '', auth = '', publicUrl = TEST_ORIGIN, databaseUrl] = process.argv.slice(2);
const running = await service.start({
	home,
	databaseUrl,
	port: 0,
	publicUrl,
	addresses: { 'mana-auth': auth },
	// Many devices of one person play here, and lose their connection more often than in life.
	env: { MANA_SYNC_CONNECTS_PER_MINUTE: '6000' },
	logLevel: 'error',
});
console.log(running.url);
