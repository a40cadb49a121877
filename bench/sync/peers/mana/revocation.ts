import { openMana } from '@mana/sync/client/open';
import { Spaces } from '@mana/sync/client/spaces';
import type { SpaceId } from '@mana/sync';
import { newRecord, op, RawClient } from '../../../../infra/sync/testing.ts';
import { ask } from '../../../../infra/sync/testing-spaces.ts';
import { platformFor } from './platform.ts';
import { rows } from './rows.ts';
import type { Address } from './visitor.ts';

/**
 * Ada takes Ben out of a space while she goes on writing there. For each round, from her request: ms until the last DELTA that Ben's
 * device heard, and until his client neither shows nor has stored anything of the space.
 */
export async function revocation(
	_state: unknown,
	{ address, rounds }: { address: Address; rounds: number },
): Promise<Revocation[]> {
	const platform = platformFor({ ...address, token: address.tokenOfBen });
	const home = await openMana({ account: { person: 'ben' }, models: [rows], platform });
	const spaces = new Spaces({ home, person: 'ben', models: [rows], platform });
	const results: Revocation[] = [];
	for (let round = 0; round < rounds; round++) {
		const space = await sharedSpace(address);
		const ada = await join(address, address.token, space);
		const bare = await join(address, address.tokenOfBen, space);
		const mana = await spaces.open(space);
		const write = () => ada.write({ ...op(newRecord(), 'secret'), collection: rows.number });
		write();
		await until(() => mana.query(rows).rows.length > 0);
		const writing = setInterval(write, 2);
		const heard = lastDelta(bare);
		const began = performance.now();
		const { status } = await ask(address, address.token, 'DELETE', `/spaces/${space}/members/ben`);
		if (status !== 204) throw new Error(`The removal was answered with ${status}.`);
		await until(async () => mana.query(rows).rows.length === 0 && (await isForgotten(space)));
		const wipedMs = performance.now() - began;
		await bare.next('revoked');
		await new Promise((resolve) => setTimeout(resolve, 50)); // what would still come, would come
		clearInterval(writing);
		results.push({ lastByteMs: Math.max(0, heard.at() - began), wipedMs });
		for (const client of [ada, bare]) client.close();
		await spaces.close(space);
	}
	await spaces.closeAll();
	await home.close();
	return results;

	async function isForgotten(space: SpaceId): Promise<boolean> {
		const disk = await platform.openDisk('mana-ben');
		const kept = await disk.run('read', ['journal', 'pages', 'outbox'], async (tx) => {
			const lists = [await tx.list('journal', space), await tx.list('pages', space), await tx.list('outbox', space)];
			return lists.flat().length;
		});
		return kept === 0;
	}
}

export interface Revocation {
	readonly lastByteMs: number;
	readonly wipedMs: number;
}

async function sharedSpace(address: Address): Promise<SpaceId> {
	const made = await ask(address, address.token, 'POST', '/spaces', { kind: 'family', name: 'Bench' });
	const space = made.body['id'] as SpaceId;
	const { body } = await ask(address, address.token, 'POST', `/spaces/${space}/invitations`, { role: 'editor' });
	const invitation = new URL(String(body['link'])).hash.replace('#token=', '');
	const { status } = await ask(address, address.tokenOfBen, 'POST', '/memberships', { invitation });
	if (status !== 201) throw new Error(`Ben was let in with ${status}.`);
	return space;
}

async function join({ url }: Address, token: string, space: SpaceId): Promise<RawClient> {
	const client = await RawClient.open(url);
	await client.hello(token);
	await client.sub(space);
	return client;
}

/** When the last DELTA came, looked at each time something does. */
function lastDelta(client: RawClient): { at(): number } {
	let count = 0;
	let at = 0;
	void client
		.until(() => {
			const now = client.heard.filter(({ type }) => type === 'delta').length;
			if (now > count) at = performance.now();
			count = now;
			return false;
		}, 'the end')
		.catch(() => undefined); // it ends when the client is closed
	return { at: () => at };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
	while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 1));
}
