import { appOf } from '@mana/model';
import { isComments } from '@mana/shared/comments';
import { links, tags } from '@mana/shared/model';
import { SHARED_APP } from '@mana/sync/permission';
import { m } from '../i18n/index.ts';
import type { Describer } from '../shell/manifest.ts';

/** Whether what stands in a collection is the same in every app: tags, links, and the comments of each. */
export function isShared(collection: number): boolean {
	return appOf(collection) === SHARED_APP || isComments({ number: collection });
}

/** Words of a comment that are shown where it is only named. */
const SHOWN = 60;

/** Tags, links and comments in words. */
export const sharedDescriber: Describer = {
	record(mana, collection, id) {
		if (collection === tags.number) return m.shared_called_tag({ name: mana.get(tags, id)?.name ?? '' });
		return collection === links.number ? m.shared_called_link() : m.shared_called_comment();
	},
	field(collection, field) {
		if (collection === tags.number) return field === tags.fields.hue.number ? m.shared_field_hue() : m.shared_field_name();
		return collection === links.number ? m.shared_field_ends() : m.shared_field_text();
	},
	value: (_mana, { collection }, value) =>
		isComments({ number: collection }) && typeof value === 'string' ? value.slice(0, SHOWN) : undefined,
};
