import { collection, field, guarded } from '@mana/model';
import type { Client } from '../client/client.ts';
import { AREAS, type Area } from '../client/disk.ts';
import type { MemoryDisk } from '../client/memory-disk.ts';
import { QUARANTINE } from '../client/quarantine.ts';
import { PERSONAL } from '../client/store.ts';
import { TestBrowser, World } from '../client/test-world.ts';
import type { Frame } from '../frames.ts';

/** What a build wrote, as JSON holds it (`packed`): every later build must read it and make the same of it. */
export interface Recording {
	/** What was sent, and what it says. */
	readonly frames: readonly { readonly bytes: Uint8Array; readonly frame: Frame }[];
	/** Chunks of snapshots: of which collection, and what they hold. */
	readonly chunks: readonly { readonly bytes: Uint8Array; readonly collection: number; readonly cells: readonly object[] }[];
	/** Everything that stood on a device's disk, … */
	readonly disk: readonly DiskRow[];
	/** … and what its app showed. */
	readonly shown: Shown;
}

export interface DiskRow {
	readonly area: Area;
	readonly space: string;
	readonly at: number;
	readonly value: unknown;
}

/** What a person sees of a device. */
export interface Shown {
	readonly notes: readonly object[];
	/** Labels of what was written and the server has not, and of what it refused. */
	readonly unsent: readonly string[];
	readonly refused: readonly string[];
}

/** A collection with a field of every law. Its numbers are for ever: recordings hold them. */
export const notes = collection(
	'recorded/notes',
	{ app: 251, number: 1 },
	{
		title: field.text(1, { fallback: '' }),
		done: field.flag(2),
		tags: field.set(3),
		seen: field.counter(4),
		best: field.greatest(5),
		soonest: field.least(6),
		votes: field.map(7),
		body: field.document(8),
		price: guarded(field.integer(9)),
		parent: field.parent(10),
		place: field.position(11),
		day: field.day(12),
		at: field.instant(13),
		name: field.unique(14),
	},
);

/** Where recordings were made, and are read: the same seed is the same space. */
export function somewhere(): { world: World; browser: TestBrowser } {
	const world = new World(7);
	world.models = [notes];
	const browser = new TestBrowser(world);
	browser.models = [notes];
	return { world, browser };
}

export function shownBy({ mana }: Client): Shown {
	const plain = mana.query(notes).rows.map(({ tags, votes, body, ...row }) => ({
		...row,
		tags: [...tags].sort(),
		votes: [...votes].sort(),
		body: [...body.cells],
	}));
	const labels = (list: Iterable<{ readonly label: string }>) => [...list].map(({ label }) => label);
	return { notes: plain.sort((a, b) => (a.id < b.id ? -1 : 1)), unsent: labels(mana.outbox()), refused: labels(mana.refused()) };
}

const SPACES = ['', PERSONAL, QUARANTINE];

export async function rowsOf(disk: MemoryDisk): Promise<DiskRow[]> {
	return disk.run('read', AREAS, async (tx) => {
		const rows: DiskRow[] = [];
		for (const area of AREAS)
			for (const space of SPACES) for (const { at, value } of await tx.list(area, space)) rows.push({ area, space, at, value });
		return rows;
	});
}

export async function fill(disk: MemoryDisk, rows: readonly DiskRow[]): Promise<void> {
	await disk.run('write', AREAS, async (tx) => {
		for (const { area, space, at, value } of rows) tx.put(area, [space, at], value);
	});
}

/** As JSON that keeps bytes, and numbers that it has no word for. */
export function packed(value: unknown): unknown {
	if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
	if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) };
	if (Array.isArray(value)) return value.map(packed);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).flatMap(([key, of]) => (of === undefined ? [] : [[key, packed(of)]])));
}

export function unpacked(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(unpacked);
	if (typeof value !== 'object' || value === null) return value;
	const { $bytes, $number } = value as { $bytes?: string; $number?: string };
	if ($bytes !== undefined) return new Uint8Array(Buffer.from($bytes, 'base64'));
	if ($number !== undefined) return Number($number);
	return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, unpacked(of)]));
}
