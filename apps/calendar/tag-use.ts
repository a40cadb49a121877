import { replaced, type TagUse } from '@mana/shared/tags';
import { events } from './model.ts';

/** Events carry tags. */
export const tagUse: TagUse = {
	carriers: (mana) => [mana.query(events)],
	replace(mana, tx, from, to) {
		for (const { id } of mana.query(events, { where: ({ tags }) => tags.has(from) }).rows)
			tx.update(events, id, { tags: replaced(from, to) });
	},
};
