import type { RecordId } from '@mana/model';
import type { Mana, Writer } from '@mana/sync/client/api';
import { type Tag, tagId, tags } from './model.ts';

/** Hues of things that people tell apart by colour, in the order in which they are given out: far from each other. */
export const HUES = [255, 25, 140, 320, 75, 200, 290, 10, 165, 45] as const;

/** The hue of one more, when there are so many. */
export function nextHue(count: number): number {
	return HUES[count % HUES.length]!;
}

/** The tag of this name, whatever the case. */
export function tagNamed(known: readonly Tag[], name: string): Tag | undefined {
	return known.find((tag) => same(tag.name, name));
}

/** The tag of this name inside an action: the one that is there, one out of the trash, or a new one. */
export function ensureTag(mana: Pick<Mana, 'query'>, tx: Writer, name: string): RecordId {
	const known = mana.query(tags).rows;
	const there = tagNamed(known, name);
	if (there) return there.id;
	const id = tagId(name);
	const taken = tx.get(tags, id);
	// Somebody gave the tag of this name another one since: it goes on as that.
	if (taken && taken.deletedAt === null && !same(taken.name, name)) return tx.create(tags, { name, hue: nextHue(known.length) });
	if (!taken) return tx.create(tags, { name, hue: nextHue(known.length) }, id);
	if (taken.deletedAt !== null) {
		tx.restore(tags, id);
		if (!same(taken.name, name)) tx.update(tags, id, { name });
	}
	return id;
}

function same(one: string, other: string): boolean {
	return one.normalize('NFC').toLowerCase() === other.normalize('NFC').toLowerCase();
}
