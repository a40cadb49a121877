// For tests: one person's device on a real mana-sync, as far as it takes to read and write records of their own space.
import { type Collection, type Draft, isValue, type RecordId, readRow, type Row, systemFields, writeDraft } from '@mana/model';
import {
	type Cell,
	decodeFrame,
	type DeviceId,
	encodeFrame,
	type Frame,
	newDeviceId,
	placeKey,
	type SpaceId,
	stampAt,
	type Transaction,
} from '@mana/sync';

const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);

export class OwnSpace {
	readonly #url: string;
	readonly #token: string;
	readonly #clock: { now(): number };
	readonly #device: DeviceId = newDeviceId(random);
	#n = 0;

	/** @param url of mana-sync; @param token of the person */
	constructor(url: string, token: string, clock: { now(): number }) {
		this.#url = url;
		this.#token = token;
		this.#clock = clock;
	}

	/** The rows of a collection that are not in the trash. */
	async rows<C extends Collection>(collection: C): Promise<Row<C>[]> {
		const newest = new Map<string, Cell>();
		for (const frame of await this.#exchange())
			if (frame.type === 'delta') for (const cell of frame.cells) newest.set(placeKey(cell), cell);
		const cells = [...newest.values()].filter((cell) => cell.collection === collection.number);
		return [...Map.groupBy(cells, ({ record }) => record)].flatMap(([id, own]) => {
			const row = readRow(collection, id, own);
			return row && row.deletedAt === null ? [row] : [];
		});
	}

	/** Writes as an app on the device does. @throws Error when mana-sync refuses */
	async write<C extends Collection>(collection: C, id: RecordId, draft: Draft<C>): Promise<void> {
		const entries = [
			...writeDraft(collection, draft),
			{ field: systemFields.createdAt.number, key: '', value: this.#clock.now() },
		];
		await this.#push(
			entries.flatMap(({ value, ...entry }) =>
				isValue(value) ? [{ collection: collection.number, record: id, ...entry, value }] : [],
			),
		);
	}

	async trash(collection: Collection, id: RecordId): Promise<void> {
		const { number: field } = systemFields.deletedAt;
		await this.#push([{ collection: collection.number, record: id, field, key: '', value: this.#clock.now() }]);
	}

	async #push(ops: Transaction['ops']): Promise<void> {
		this.#n += 1;
		const transaction = { n: this.#n, stamp: stampAt(this.#clock.now() + this.#n), ops };
		const frames = await this.#exchange(transaction);
		const ack = frames.find((frame) => frame.type === 'ack');
		if (ack?.type !== 'ack' || ack.refused.length > 0) throw new Error(`Not accepted: ${JSON.stringify(frames)}`);
	}

	async #exchange(transaction?: Transaction): Promise<Frame[]> {
		const headers = { authorization: `Bearer ${this.#token}` };
		const { spaces } = (await (await fetch(`${this.#url}/spaces`, { headers })).json()) as {
			spaces: { id: SpaceId; kind: string }[];
		};
		const space = spaces.find(({ kind }) => kind === 'personal')!.id;
		const frames: Frame[] = [
			{ type: 'hello', token: this.#token, device: this.#device, clockMs: this.#clock.now(), schema: [] },
			{ type: 'sub', space, epoch: 0, seq: 0 },
			...(transaction ? [{ type: 'push', space, known: 0, transactions: [transaction] } as Frame] : []),
		];
		for (;;) {
			const response = await fetch(`${this.#url}/exchange?wait=0`, { method: 'POST', body: joined(frames.map(encodeFrame)) });
			const heard = parted(new Uint8Array(await response.arrayBuffer())).map(decodeFrame);
			// Whoever is asked to come back in a moment does, as every client.
			if (!heard.some((frame) => frame.type === 'bye' && frame.code === 'busy')) return heard;
			await Bun.sleep(20);
		}
	}
}

/** Frames one after another, each behind its length (4 bytes, big-endian). */
function joined(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const parts = frames.flatMap((frame) => {
		const length = Buffer.alloc(4);
		length.writeUInt32BE(frame.length);
		return [length, frame];
	});
	return new Uint8Array(Buffer.concat(parts));
}

function parted(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
	const frames: Uint8Array<ArrayBuffer>[] = [];
	const view = new DataView(bytes.buffer);
	for (let at = 0; at < bytes.length;) {
		const length = view.getUint32(at);
		frames.push(bytes.slice(at + 4, at + 4 + length));
		at += 4 + length;
	}
	return frames;
}
