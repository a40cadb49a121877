import type { RecordId } from '@mana/model';
import type { LiveQuery, Mana, Writer } from '@mana/sync/client/api';
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

/** What of an app carries tags: what an app offers so that a tag can be counted, renamed, merged and removed everywhere at once. */
export interface TagUse {
	/** Everything that carries tags and is not in the trash. */
	carriers(mana: Pick<Mana, 'query'>): readonly LiveQuery<{ readonly tags: ReadonlySet<string> }>[];
	/** Puts another tag in place of one, or with `null` none, inside an action; in the trash as well. */
	replace(mana: Pick<Mana, 'query'>, tx: Writer, from: RecordId, to: RecordId | null): void;
	/** Writes another name where the app keeps that of a tag in a text, such as a filter. */
	renamed?(mana: Pick<Mana, 'query'>, tx: Writer, from: string, to: string): void;
}

/** What a set of tags becomes when one takes the place of another. */
export function replaced(from: RecordId, to: RecordId | null): { readonly remove: RecordId[]; readonly add: RecordId[] } {
	return { remove: [from], add: to === null ? [] : [to] };
}

/** Gives a tag another name inside an action. Where there is one of that name, both become that one. @returns the one that stays */
export function renameTag(mana: Pick<Mana, 'query'>, tx: Writer, uses: readonly TagUse[], tag: Tag, name: string): RecordId {
	const there = mana.query(tags).rows.find((one) => one.id !== tag.id && same(one.name, name));
	if (there) {
		mergeTag(mana, tx, uses, tag, there);
		return there.id;
	}
	tx.update(tags, tag.id, { name });
	for (const use of uses) use.renamed?.(mana, tx, tag.name, name);
	return tag.id;
}

/** Makes one tag of two inside an action: what carried the first carries the second. */
export function mergeTag(mana: Pick<Mana, 'query'>, tx: Writer, uses: readonly TagUse[], tag: Tag, into: Tag): void {
	for (const use of uses) {
		use.replace(mana, tx, tag.id, into.id);
		use.renamed?.(mana, tx, tag.name, into.name);
	}
	tx.trash(tags, tag.id);
}

/** Removes a tag inside an action, and takes it off everything, so that it carries none of it when its name is typed again. */
export function removeTag(mana: Pick<Mana, 'query'>, tx: Writer, uses: readonly TagUse[], tag: RecordId): void {
	for (const use of uses) use.replace(mana, tx, tag, null);
	tx.trash(tags, tag);
}

function same(one: string, other: string): boolean {
	return one.normalize('NFC').toLowerCase() === other.normalize('NFC').toLowerCase();
}
