import { namedRecordId, type RecordId } from '@mana/model';
import type { Writer } from '@mana/sync/client/api';
import { type Link, type LinkKind, links } from './model.ts';

/** One end of a link: a record of a collection, by its number. */
export interface End {
	readonly collection: number;
	readonly record: RecordId;
}

/** A link as it is seen from one of its ends. */
export interface Seen {
	readonly id: RecordId;
	readonly kind: LinkKind;
	/** Of `blocks`: whether this end has to be done first. Of `related`: nothing. */
	readonly first: boolean;
	readonly other: End;
}

/** What two ends and their kind are called in the store, whichever device links them. */
export function linkId(kind: LinkKind, from: End, to: End): RecordId {
	const [one, other] = ordered(kind, from, to);
	return namedRecordId(`shared/links/${kind}/${one.collection}/${one.record}/${other.collection}/${other.record}`);
}

/** Links two records inside an action, or takes their link out of the trash. Nothing is linked to itself. */
export function link(tx: Writer, kind: LinkKind, from: End, to: End): void {
	if (from.record === to.record) return;
	const id = linkId(kind, from, to);
	const there = tx.get(links, id);
	if (there) {
		if (there.deletedAt !== null) tx.restore(links, id);
		return;
	}
	const [one, other] = ordered(kind, from, to);
	tx.create(
		links,
		{ kind, fromCollection: one.collection, from: one.record, toCollection: other.collection, to: other.record },
		id,
	);
}

/** Takes a link away inside an action. */
export function unlink(tx: Writer, id: RecordId): void {
	tx.trash(links, id);
}

/** How a link is seen from one record; `null`: it has nothing to do with it, or is gone. */
export function seenFrom(record: RecordId, one: Link): Seen | null {
	const { id, kind, from, to, fromCollection, toCollection, deletedAt } = one;
	if (deletedAt !== null || from === null || to === null) return null;
	if (from === record) return { id, kind, first: kind === 'blocks', other: { collection: toCollection, record: to } };
	if (to === record) return { id, kind, first: false, other: { collection: fromCollection, record: from } };
	return null;
}

/** What goes both ways has its ends in one order, so that it is there once. */
function ordered(kind: LinkKind, from: End, to: End): readonly [End, End] {
	return kind === 'related' && to.record < from.record ? [to, from] : [from, to];
}
