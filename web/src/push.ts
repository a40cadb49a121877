/** What mana-notify sends to a browser (`infra/notify/channels/push.ts`), decrypted by the browser. */
export interface PushPayload {
	/** Names what it is about: a later one of the same name takes its place. */
	readonly id: string;
	readonly title: string;
	readonly text: string;
	/** Where it leads. */
	readonly link: string | null;
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
	const { id, title, text: words, link } = (said ?? {}) as Partial<Record<keyof PushPayload, unknown>>;
	if (typeof id !== 'string' || typeof title !== 'string' || typeof words !== 'string') return null;
	return { id, title, text: words, link: typeof link === 'string' ? link : null };
}

/** What a press on it opens: a page of this Mana; anything else leads to the inbox. */
export function pageOf(link: string | null, origin: string): string {
	const url = URL.parse(link ?? '/notifications', origin);
	return url?.origin === origin ? url.href : `${origin}/notifications`;
}
