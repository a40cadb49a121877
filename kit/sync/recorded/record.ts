/**
 * Says what this build says and stores: `bun kit/sync/recorded/record.ts > kit/sync/recorded/VERSION.json`, once before each release.
 * What is there already is never written anew: it is what older builds wrote.
 */
import type { Document, RecordId } from '@mana/model';
import fc from 'fast-check';
import type { Cell } from '../cell.ts';
import { anyCells, anyFrame } from '../codec/arbitrary.ts';
import { encodeFrame, frameTypes } from '../codec/index.ts';
import { placeKey } from '../merge.ts';
import { encodeChunk } from '../snapshot/index.ts';
import { notes, packed, type Recording, rowsOf, shownBy, somewhere } from './recording.ts';

const SEED = 20261128;
/** Of each type. */
const FRAMES = 6;
const COLLECTION = 769;

function recordedFrames(): Recording['frames'] {
	const all = fc.sample(anyFrame, { seed: SEED, numRuns: 5_000 });
	return frameTypes.flatMap((type) => {
		const some = all.filter((frame) => frame.type === type && encodeFrame(frame).length < 1_000).slice(0, FRAMES);
		if (some.length < FRAMES) throw new Error(`Only ${some.length} frames of type ${type} were made.`);
		return some.map((frame) => ({ bytes: encodeFrame(frame), frame }));
	});
}

function recordedChunks(): Recording['chunks'] {
	const once = (cells: readonly Cell[]) => [
		...new Map(cells.map((cell) => ({ ...cell, collection: COLLECTION })).map((cell) => [placeKey(cell), cell])).values(),
	];
	return fc
		.sample(anyCells, { seed: SEED, numRuns: 6 })
		.map(once)
		.map((cells) => ({ bytes: encodeChunk(COLLECTION, cells), collection: COLLECTION, cells }));
}

/** A device that has pages, a journal, something unsent and something refused. */
async function recordedDisk(): Promise<Pick<Recording, 'disk' | 'shown'>> {
	const { world, browser } = somewhere();
	world.server.refuse = (value) => (value === 'refused' ? 'Not that.' : null);
	const client = await browser.open();
	const { mana } = client;
	const write = (label: string, ...[act]: [Parameters<typeof mana.write>[1]]) => mana.write(label, act).saved;
	const ids: RecordId[] = [];
	await write('First', (tx) => {
		for (let i = 0; i < 3; i++)
			ids.push(
				tx.create(notes, {
					title: `note ${i} ü`,
					done: i === 1,
					tags: { add: ['red', `tag ${i}`] },
					seen: { add: i },
					best: i,
					soonest: -i,
					votes: { ana: true, ben: 'maybe' },
					body: { append: new Uint8Array([1, 2, i]) },
					price: i * 100,
					parent: ids[0] ?? null,
					place: `a${i}`,
					day: `2026-11-2${i}`,
					at: Date.UTC(2026, 10, 28, i),
					name: `Name ${i}`,
				}),
			);
	});
	await world.pass(30_000);
	await write('Into the journal', (tx) => {
		tx.update(notes, ids[1]!, { title: 'changed', tags: { remove: ['red'] }, seen: { add: 5 }, price: 7 });
		tx.trash(notes, ids[2]!);
	});
	await world.pass(1_000);
	await write('Refused', (tx) => tx.update(notes, ids[0]!, { title: 'refused' }));
	await world.pass(1_000);
	browser.online = false;
	browser.cut();
	await write('Unsent', (tx) => {
		const body: Document = tx.get(notes, ids[0]!)!.body;
		tx.update(notes, ids[0]!, {
			title: 'unsent',
			seen: { add: 2 },
			votes: { ben: null },
			body: { append: new Uint8Array([9]), instead: body.cells.keys() },
		});
		tx.create(notes, { title: 'made offline' });
	});
	await world.pass(200);
	return { disk: await rowsOf(browser.disk), shown: shownBy(client) };
}

const recording: Recording = { frames: recordedFrames(), chunks: recordedChunks(), ...(await recordedDisk()) };
console.log(JSON.stringify(packed(recording), null, '\t'));
