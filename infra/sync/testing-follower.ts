// A follower in a process of its own, that ends itself with SIGKILL: `bun testing-follower.ts HOME SYNC_URL DATABASE_URL|- WHEN COUNT`.
// WHEN: `applied`, with the COUNT-th change written and not committed; `committed`, as soon as it is; `never`.
import { collectionNumbered } from '@mana/schema/registry/models';
import { openProjected, project } from './testing-projection.ts';

const [home = '', url = '', databaseUrl = '-', when = 'never', count = '0'] = process.argv.slice(2);
const store = await openProjected({ home, databaseUrl: databaseUrl === '-' ? undefined : databaseUrl });
let applied = 0;
const projection = await project({
	store,
	url,
	home,
	collections: [collectionNumbered(2 * 256 + 1)!],
	applied() {
		applied++;
		if (when === 'applied' && applied === Number(count)) process.kill(process.pid, 'SIGKILL');
		// The next change begins where the one before was committed and the stream not asked for more.
		if (when === 'committed' && applied === Number(count) + 1) process.kill(process.pid, 'SIGKILL');
	},
	lost: (error) => console.error(error),
});
await projection.ready();
console.log('ready');
