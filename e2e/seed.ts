import type { Mana } from '@mana/sync/client/api';
import { webEnvironment } from '@mana/sync/client/environment';
import { MemoryDisk } from '@mana/sync/client/memory-disk';
import { memoryNotes } from '@mana/sync/client/memory-notes';
import { openMana } from '@mana/sync/client/open';
import type { Platform } from '@mana/sync/client/platform';
import { exchangeConnector } from '@mana/sync/client/exchange';
import type { TestMana } from './mana.ts';
import { post, signIn, type TestPerson } from './people.ts';

/** Writes somebody's data as one more device of theirs would, one without a screen. Resolves when the server has all of it. */
export async function seed(house: TestMana, person: TestPerson, write: (mana: Mana) => void): Promise<void> {
	const mana = await openMana({ account: { person: person.id }, platform: await screenless(house, person) });
	write(mana);
	await new Promise<void>((resolve) => {
		const look = (): void => void (mana.sync.phase === 'live' && mana.sync.unsent === 0 && resolve());
		mana.subscribe(look);
		look();
	});
	await mana.close();
}

async function screenless(house: TestMana, person: TestPerson): Promise<Platform> {
	const { name, value } = await signIn(house, person);
	return {
		env: webEnvironment(),
		locks: { hold: (_name, _signal, work) => void work() },
		network: async () => ({
			connector: exchangeConnector((body, waitMs, signal) =>
				fetch(`${house.url}/api/mana-sync/exchange?wait=${waitMs}`, {
					method: 'POST',
					body: body as Uint8Array<ArrayBuffer>,
					signal,
				}),
			),
		}),
		token: async () => {
			const { body } = await post(house, '/token', {}, { cookie: `${name}=${value}` });
			const { token, expiresAt } = body as { token: string; expiresAt: string };
			return { token, expiresAt: Date.parse(expiresAt) };
		},
		spacesUrl: `${house.url}/api/mana-sync/spaces`,
		notes: memoryNotes(),
		openDisk: async () => new MemoryDisk(true),
		deleteDisk: async () => undefined,
		channel: () => ({ post: () => undefined, listen: () => undefined, close: () => undefined }),
		persist: () => undefined,
		storage: async () => ({ usedBytes: 0, quotaBytes: Infinity }),
		onWake: () => () => undefined,
		onLeave: () => () => undefined,
		report: (error) => console.error(error),
	};
}
