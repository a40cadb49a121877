import type { Texts } from './sides.ts';
import type { MirrorTables } from './tables.ts';

/** An object that is, or is to be, on both sides. */
export type Item = Omit<MirrorTables['mirror_item'], 'link'>;

/** Nothing is known of it yet. */
export function emptyItem(href: string, uid: string): Item {
	return { href, uid, record: '', etag: null, base: null, whole: null, version: '', gone_at: null, note: null };
}

/** What both say, each as it says it. */
export function both(texts: Texts, here: string, there: string): Pick<Item, 'base' | 'whole'> {
	return { base: there, whole: texts.same(here, there) ? null : here };
}
