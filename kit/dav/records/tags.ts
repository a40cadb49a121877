import type { RecordId } from '@mana/model';
import type { ServiceWriter } from '@mana/service/projection/index';
import { type Tag, tagId, tags } from '@mana/shared/model';
import type { SpaceId } from '@mana/sync';
import { type RecordDb, rowsOf } from './objects.ts';

/** The tags of a space, those in the trash as well. */
export async function tagsOf(db: RecordDb, space: SpaceId): Promise<Tag[]> {
	return (await rowsOf(db, [space], tags)).map(({ row }) => row);
}

/** What CATEGORIES of records say: names of their tags, sorted. Nothing is asked where no record has any. */
export async function tagNamesFor(
	db: RecordDb,
	space: SpaceId,
	rows: readonly { readonly tags: ReadonlySet<string> }[],
): Promise<(row: { readonly tags: ReadonlySet<string> }) => string[]> {
	const known = rows.some((row) => row.tags.size > 0) ? await tagsOf(db, space) : [];
	const names = new Map(known.map(({ id, name }) => [id as string, name]));
	return (row) => [...row.tags].flatMap((tag) => names.get(tag) ?? []).toSorted();
}

/** Ids of tags by their names; those that nobody has yet are made. */
export function tagIds(tx: ServiceWriter, wanted: readonly string[], known: readonly Tag[]): RecordId[] {
	return wanted.map((name) => {
		const same = (tag: Tag) => tag.name.toLowerCase() === name.toLowerCase();
		const there = known.find((tag) => tag.deletedAt === null && same(tag));
		if (there) return there.id;
		const id = tagId(name);
		if (known.some((tag) => tag.id === id)) {
			tx.restore(tags, id);
			tx.update(tags, id, { name });
		} else tx.create(tags, id, { name });
		return id;
	});
}
