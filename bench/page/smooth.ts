import type { Mana } from '@mana/sync/client/api';
import { browserPlatform, openMana } from '@mana/sync/client/browser/index';
import { socketConnector } from '@mana/sync/client/transport';
import { rows } from '../download-rows.ts';

let mana: Mana | null = null;
/** Until pages are on the disk: the leader writes them when it has been quiet for 5 s. */
const WRITTEN_MS = 9_000;

/**
 * Opens this page's Mana with a list of all rows, waits until all of them are owned by somebody whose name begins with `mark`, and until they are on
 * the disk. @param chunks whether the server may send a snapshot. Answers how many there are.
 */
async function follow(socket: string, chunks: boolean, mark: string): Promise<number> {
	const whole = browserPlatform();
	const network = async () => {
		const { chunks: source } = await whole.network();
		return { connector: socketConnector(() => new WebSocket(socket)), ...(chunks && source && { chunks: source }) };
	};
	const platform = { ...whole, network };
	mana = await openMana({ account: { person: 'ada' }, models: [rows], first: () => [rows], platform });
	const opened = mana;
	const list = opened.query(rows);
	list.subscribe(() => undefined);
	await new Promise<void>((resolve) => {
		const look = () => {
			if (opened.sync.phase === 'live' && list.rows.length > 0 && list.rows.every(({ owner }) => owner?.startsWith(mark)))
				resolve();
		};
		opened.subscribe(look);
		look();
	});
	await new Promise((resolve) => setTimeout(resolve, WRITTEN_MS));
	return list.rows.length;
}

async function leave(): Promise<void> {
	await mana?.close();
	mana = null;
}

Object.assign(globalThis, { follow, leave });
