import { replaced, type TagUse } from '@mana/shared/tags';
import { people } from './model.ts';

/** People carry tags. */
export const tagUse: TagUse = {
	carriers: (mana) => [mana.query(people)],
	replace(mana, tx, from, to) {
		for (const { id } of mana.query(people, { where: ({ tags }) => tags.has(from) }).rows)
			tx.update(people, id, { tags: replaced(from, to) });
	},
};
