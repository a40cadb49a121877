import { hub } from '@mana/schema/registry/models';
import type { SpaceWriter } from '@mana/service/projection/index';
import { isRecordId, type RecordId } from '@mana/model';
import { isSpaceId, type SpaceId } from '@mana/sync';
import { z } from 'zod';
import type { NotifyStore, Tables } from '../store.ts';
import { type Channel, plainText } from './channel.ts';

/** The person's own space, the record and the app it comes from. */
export const inboxTarget = z.object({
	space: z.custom<SpaceId>((value) => typeof value === 'string' && isSpaceId(value)),
	record: z.custom<RecordId>(isRecordId),
	app: z.string(),
});

/**
 * The inbox in the shell: a record in the person's own space, which sync brings to all their devices. Its id is made from the message's, so
 * a second one is refused by mana-sync.
 */
export function inboxChannel(store: NotifyStore, writer: SpaceWriter<Tables>, publicUrl: string): Channel {
	return {
		name: 'inbox',
		repeatable: true,
		concurrency: 8,
		async send({ target, content, topic, at }, { handing }) {
			const { space, record, app } = inboxTarget.parse(target);
			await handing();
			await store.db.transaction().execute((within) =>
				writer.write(within, space, (tx) =>
					tx.create(hub.notifications, record, {
						topic,
						app,
						title: content.subject.slice(0, 300),
						text: plainText(content).slice(0, 2_000),
						link: pathOf(content.action?.link, publicUrl),
						at,
					}),
				),
			);
			writer.wake();
			return { kind: 'delivered' };
		},
		close: () => undefined,
	};
}

/** A link of this Mana without its origin: the person may reach it by another name. */
function pathOf(link: string | undefined, publicUrl: string): string {
	if (link === undefined) return '';
	const { origin, pathname, search, hash } = new URL(link);
	return origin === new URL(publicUrl).origin ? `${pathname}${search}${hash}` : link;
}
