import { browserPlatform, openMana } from '@mana/sync/client/browser/index';
import { socketConnector } from '@mana/sync/client/transport';
import { rows } from '../download-rows.ts';

/** First download in this page, from nothing to live, and until everything is in IndexedDB; ms since it began. */
async function download(socket: string): Promise<{ firstMs: number; liveMs: number; durableMs: number; rows: number }> {
	const began = performance.now();
	const since = () => performance.now() - began;
	const whole = browserPlatform();
	const network = async () => ({ ...(await whole.network()), connector: socketConnector(() => new WebSocket(socket)) });
	const platform = { ...whole, network };
	const mana = await openMana({ account: { person: 'ada' }, models: [rows], first: () => [rows], platform });
	let firstMs = 0;
	await new Promise<void>((resolve) => {
		const look = () => {
			if ((mana.sync.firstSync?.received ?? 0) > 0) firstMs ||= since();
			if (mana.sync.phase === 'live') resolve();
		};
		mana.subscribe(look);
		look();
	});
	const liveMs = since();
	const { length } = mana.query(rows).rows;
	const reading = since() - liveMs;
	await mana.close(); // settles when all that was to be stored is stored
	return { firstMs, liveMs, durableMs: since() - reading, rows: length };
}

Object.assign(globalThis, { download });
