import { BadFrame, ByteReader, readCells } from '../codec/index.ts';
import type { DiskTransaction } from './disk.ts';
import type { Shelf } from './shelf.ts';
import type { SpaceRows } from './space-rows.ts';

/**
 * What was confirmed cannot be read any more: it is downloaded again, and what is unconfirmed stays. A guest's, which no
 * server has, loses only what cannot be read. Whoever leads still writes as if
 * it were all there, so that one is fenced off.
 */
export async function dropConfirmed(tx: DiskTransaction, name: string, rows: SpaceRows, shelf: Shelf): Promise<void> {
	const { device, space } = await rows.read(tx);
	const only = space.epoch === 0; // nobody else has it
	for (const area of ['journal', 'pages', 'chunks'] as const) {
		if (!only) tx.remove(area, name);
		else for (const { at, value } of await tx.list(area, name)) if (!isReadable(value)) tx.remove(area, name, at, at);
	}
	shelf.count(tx, [], true);
	rows.put(tx, {
		device: { ...device, generation: device.generation + 1 },
		space: { ...space, ...(!only && { epoch: 0, seq: 0 }), checkpoint: space.checkpoint + 1 },
	});
}

/** Whether a row of the journal or a page can be read; a chunk of which that is asked counts for nothing. */
function isReadable(row: unknown): boolean {
	try {
		return row instanceof Uint8Array && readCells(new ByteReader(row)) !== null;
	} catch (error) {
		if (error instanceof BadFrame) return false;
		throw error;
	}
}
