import type { Collection } from '@mana/model';
import {
	decodeFrame,
	type DeviceId,
	encodeFrame,
	type Frame,
	newDeviceId,
	nextStamp,
	type Op,
	packPushes,
	type Refusal,
	type Scope,
	type SpaceId,
	type Transaction,
} from '@mana/sync';
import { Transfer } from '@mana/sync/client/blobs/transfer';
import { SignedOut, type TokenSource } from '@mana/sync/client/link';

/** What a door needs from outside. */
export interface DoorParts {
	/** Where mana-sync is, without a slash at its end: `/api/mana-sync`. */
	readonly address: string;
	readonly token: TokenSource;
	/** The collections that this build knows. */
	readonly models: readonly Collection[];
	/** ms since 1970 */
	readonly now: () => number;
	readonly random: (bytes: Uint8Array) => Uint8Array;
	/** Waits, in milliseconds. */
	readonly pause: (ms: number) => Promise<unknown>;
	/** Ends whatever is asked. */
	readonly signal: AbortSignal;
}

/** mana-sync did not take something, and would not take it again. */
export class DoorClosed extends Error {
	override readonly name = 'DoorClosed';
	readonly code: string;

	constructor(code: string, detail: string) {
		super(detail);
		this.code = code;
	}
}

/** Nothing of the space: who brings an archive in is not told what it brings. */
const NOTHING: Scope = { apps: [], collections: [], windows: [], records: [] };
/** How often what is busy or broke off is tried again. */
const TRIES = 6;

/**
 * A person's own space as somebody comes to it who writes much at once and keeps nothing: by HTTP (docs/sync.md), as a device of its own. What is
 * sent again after a break is decided once.
 */
export class SpaceDoor {
	readonly space: SpaceId;
	readonly files: Transfer;
	readonly #parts: DoorParts;
	readonly #device: DeviceId;
	readonly #cursor: { readonly epoch: number; seq: number };
	#n = 0;
	#stamp = 0;

	private constructor(parts: DoorParts, device: DeviceId, { space, epoch, seq }: { space: SpaceId; epoch: number; seq: number }) {
		this.#parts = parts;
		this.#device = device;
		this.space = space;
		this.#cursor = { epoch, seq };
		this.files = new Transfer(`${parts.address}/spaces/${space}`, parts.token, parts.signal);
	}

	/** @throws DoorClosed; SignedOut when the session is over; whatever the network says */
	static async open(parts: DoorParts): Promise<SpaceDoor> {
		const device = newDeviceId(parts.random);
		const hello = await exchange(parts, device, []);
		const welcome = hello.find((frame) => frame.type === 'welcome');
		if (welcome?.type !== 'welcome') throw new DoorClosed('no-answer', 'mana-sync answered otherwise than it should.');
		const space = welcome.personal;
		const subbed = (
			await exchange(parts, device, [{ type: 'sub', space, epoch: 0, seq: 0, part: { scope: NOTHING, lack: null } }])
		).find((frame) => frame.type === 'subbed');
		if (subbed?.type !== 'subbed') throw new DoorClosed('no-answer', 'mana-sync answered otherwise than it should.');
		return new SpaceDoor(parts, device, { space, epoch: subbed.epoch, seq: subbed.seq });
	}

	/** All records of the space, as lines of JSON that are parsed; what they come to is left out. */
	async *records(): AsyncGenerator<unknown> {
		const { address, token, signal } = this.#parts;
		const response = await fetch(`${address}/spaces/${this.space}/records`, {
			headers: { authorization: `Bearer ${(await token()).token}` },
			cache: 'no-store',
			signal,
		});
		if (response.status === 401) throw new SignedOut();
		if (!response.ok || !response.body) throw new DoorClosed('no-answer', `mana-sync answered ${response.status}.`);
		const decoder = new TextDecoder();
		const reader = response.body.getReader();
		let [text, whole] = ['', false];
		for (;;) {
			const { done, value } = await reader.read();
			if (done) break;
			const lines = (text + decoder.decode(value, { stream: true })).split('\n');
			text = lines.pop() ?? '';
			for (const line of lines) {
				if (line.startsWith('{"counts":')) whole = true;
				else yield JSON.parse(line) as unknown;
			}
		}
		if (!whole) throw new DoorClosed('broke-off', 'mana-sync broke off. Try again.');
	}

	/**
	 * Writes records, each as a whole or not at all.
	 *
	 * @returns for each why it was not taken, or `null`
	 */
	async write(records: readonly (readonly Op[])[]): Promise<(Refusal | null)[]> {
		const first = this.#n + 1;
		const transactions = records.map((ops): Transaction => {
			this.#stamp = nextStamp(this.#stamp, this.#parts.now());
			return { n: ++this.#n, stamp: this.#stamp, ops };
		});
		const refused = new Map<number, Refusal>();
		for (const push of packPushes(this.space, first - 1, transactions)) {
			const known = push.transactions[0]!.n - 1;
			for (const refusal of await this.#push({ ...push, known })) refused.set(refusal.n, refusal);
		}
		return transactions.map(({ n }) => refused.get(n) ?? null);
	}

	async #push(push: Frame): Promise<readonly Refusal[]> {
		const { epoch } = this.#cursor;
		const sub: Frame = { type: 'sub', space: this.space, epoch, seq: this.#cursor.seq, part: { scope: NOTHING, lack: null } };
		const ack = (await exchange(this.#parts, this.#device, [sub, push])).find((frame) => frame.type === 'ack');
		if (ack?.type !== 'ack') throw new DoorClosed('no-answer', 'mana-sync did not say whether it took what was sent.');
		this.#cursor.seq = ack.seq;
		return ack.refused;
	}
}

/** One conversation; tried again where the other side is busy or the line breaks. */
async function exchange(parts: DoorParts, device: DeviceId, frames: readonly Frame[]): Promise<Frame[]> {
	for (let attempt = 1; ; attempt++) {
		const heard = await once(parts, device, frames).catch((error: unknown) => {
			if (error instanceof SignedOut || error instanceof DoorClosed || parts.signal.aborted || attempt >= TRIES) throw error;
			return null;
		});
		const bye = heard?.find((frame) => frame.type === 'bye');
		if (heard && !bye) return heard;
		if (bye?.type === 'bye' && (bye.retryAfterMs === null || attempt >= TRIES)) throw new DoorClosed(bye.code, bye.detail);
		await parts.pause((bye?.type === 'bye' && bye.retryAfterMs) || 2 ** attempt * 250);
	}
}

async function once(
	{ address, token, models, now, signal }: DoorParts,
	device: DeviceId,
	more: readonly Frame[],
): Promise<Frame[]> {
	const schema = models.map(({ number: collection, version }) => ({ collection, version }));
	const hello: Frame = { type: 'hello', token: (await token()).token, device, clockMs: now(), schema };
	const parts = [hello, ...more].flatMap((frame) => {
		const bytes = encodeFrame(frame) as Uint8Array<ArrayBuffer>;
		const length = new Uint8Array(4);
		new DataView(length.buffer).setUint32(0, bytes.length);
		return [length, bytes];
	});
	const response = await fetch(`${address}/exchange`, { method: 'POST', body: new Blob(parts), cache: 'no-store', signal });
	if (!response.ok) throw new Error(`mana-sync answered ${response.status}.`);
	const answer = new Uint8Array(await response.arrayBuffer());
	const view = new DataView(answer.buffer);
	const heard: Frame[] = [];
	for (let at = 0; at < answer.length;) {
		const end = at + 4 + view.getUint32(at);
		heard.push(decodeFrame(answer.slice(at + 4, end)));
		at = end;
	}
	return heard;
}
