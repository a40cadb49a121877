import { withValue } from '@mana/shared/query';
import { replaced, type TagUse } from '@mana/shared/tags';
import { tasks, templateItems, views } from './model.ts';

/** Conditions of filters that name a tag. */
const KEYS = new Set(['#', 'tag']);

/** Tasks and what templates make carry tags, and filters name them. */
export const tagUse: TagUse = {
	carriers: (mana) => [mana.query(tasks), mana.query(templateItems)],
	replace(mana, tx, from, to) {
		for (const { id } of mana.query(tasks, { where: ({ tags }) => tags.has(from) }).rows)
			tx.update(tasks, id, { tags: replaced(from, to) });
		for (const { id } of mana.query(templateItems, { where: ({ tags }) => tags.has(from) }).rows)
			tx.update(templateItems, id, { tags: replaced(from, to) });
	},
	renamed(mana, tx, from, to) {
		for (const { id, query } of mana.query(views).rows) {
			const changed = withValue(query, KEYS, (value) => value.toLowerCase() === from.toLowerCase(), to);
			if (changed !== query) tx.update(views, id, { query: changed });
		}
	},
};
