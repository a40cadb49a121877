import type { SpaceId } from '@mana/sync';
import { linkInto } from '@mana/sync/space-links';
import { m } from '@mana/ui/i18n';
import type { Told } from '@mana/ui/import/kind';
import { titleOf } from '../words.ts';
import { inside, outsideWords } from './api.ts';
import type { ReceivedMessage } from './seen.ts';

/** Messages of which nothing is brought: what they ask for is done (RFC 5546 §1.4). Invitations and what is published are events to bring. */
const ACTED_ON = /^METHOD:\s*(?:REPLY|COUNTER|REFRESH|CANCEL|DECLINECOUNTER)\s*$/im;
/**
 * Does what a file asks for that somebody got by mail.
 *
 * @returns `null` for what is no message, or is one to bring
 * @throws with words for the person
 */
export async function takeMessageFile(text: string): Promise<Told | null> {
	return ACTED_ON.test(text) ? takeMessage(text) : null;
}

/** Does what a message asks for. @throws with words for the person */
export async function takeMessage(text: string): Promise<Told> {
	try {
		const taken = await inside.takeMessage(text);
		return { text: words[taken.did](said(taken)), href: hrefOf(taken) };
	} catch (error) {
		throw new Error(outsideWords(error), { cause: error });
	}
}

type Words = { readonly who: string; readonly title: string };

const words: Readonly<Record<ReceivedMessage['did'], (said: Words) => string>> = {
	answered: (one) => m.calendar_message_answered(one),
	proposed: (one) => m.calendar_message_proposed(one),
	'told-again': (one) => m.calendar_message_told_again(one),
	cancelled: (one) => m.calendar_message_cancelled(one),
	kept: (one) => m.calendar_message_kept(one),
};

function said({ who, title }: ReceivedMessage): Words {
	return { who, title: titleOf({ title }) };
}

function hrefOf({ space, event }: ReceivedMessage): string {
	return linkInto(space as SpaceId | null, `/calendar?event=${encodeURIComponent(event)}`);
}
