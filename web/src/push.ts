import type { MessageAct } from '@mana/schema';

/** What this build can do about a message where it is shown. */
const acts: readonly MessageAct[] = ['done', 'later'];

/** What mana-notify sends to a browser (`infra/notify/channels/push.ts`), decrypted by the browser. */
export interface PushPayload {
	/** Names what it is about: a later one of the same name takes its place. */
	readonly id: string;
	readonly title: string;
	readonly text: string;
	/** Where it leads. */
	readonly link: string | null;
	/** Its buttons. */
	readonly acts: readonly { readonly act: MessageAct; readonly label: string }[];
}

/** Reads a push; `null` for what is none of ours. */
export function readPush(text: string): PushPayload | null {
	let said: unknown;
	try {
		said = JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
	const { id, title, text: words, link, acts: buttons } = (said ?? {}) as Partial<Record<keyof PushPayload, unknown>>;
	if (typeof id !== 'string' || typeof title !== 'string' || typeof words !== 'string') return null;
	return { id, title, text: words, link: typeof link === 'string' ? link : null, acts: readActs(buttons) };
}

/** Buttons that this build knows; what another release sent beside them is left. */
function readActs(said: unknown): PushPayload['acts'] {
	if (!Array.isArray(said)) return [];
	return said.flatMap((one: unknown) => {
		const { act, label } = (one ?? {}) as { readonly act?: unknown; readonly label?: unknown };
		return isAct(act) && typeof label === 'string' ? [{ act, label }] : [];
	});
}

/** Whether a word is one of the things that can be done. */
export function isAct(word: unknown): word is MessageAct {
	return acts.some((act) => act === word);
}

/** What a press on it opens: a page of this Mana; anything else leads to the inbox. */
export function pageOf(link: string | null, origin: string): string {
	const url = URL.parse(link ?? '/notifications', origin);
	return url?.origin === origin ? url.href : `${origin}/notifications`;
}
