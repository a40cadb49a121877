import { decodeFrame, encodeFrame, type Frame } from '@mana/sync';
import { connect, type Socket } from 'node:net';
import { TEST_ORIGIN } from './testing.ts';

/** A WebSocket over bare TCP (RFC 6455 §5), which can stop reading: what no library's client offers. */
export class SlowClient {
	readonly #socket: Socket;
	readonly #waiting = new Set<() => void>();
	#left: Uint8Array = new Uint8Array(0);
	readonly heard: Frame[] = [];
	closed = false;

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.on('close', () => {
			this.closed = true;
			this.#wake();
		});
	}

	static async open(url: string): Promise<SlowClient> {
		const { hostname, port } = new URL(url);
		const socket = connect(Number(port), hostname);
		socket.on('error', () => socket.destroy());
		await new Promise<void>((resolve) => socket.once('connect', resolve));
		const client = new SlowClient(socket);
		socket.write(
			`GET /socket HTTP/1.1\r\nHost: mana.test\r\nOrigin: ${TEST_ORIGIN}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
				`Sec-WebSocket-Key: ${btoa('0123456789abcdef')}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
		);
		const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
		const end = answer.indexOf('\r\n\r\n');
		if (!answer.toString().startsWith('HTTP/1.1 101')) throw new Error('The handshake was refused.');
		socket.on('data', (bytes: Buffer) => client.#take(bytes));
		client.#take(answer.subarray(end + 4));
		return client;
	}

	/** Stops or goes on reading; what comes meanwhile stays in the server and in the kernel. */
	pause(): void {
		this.#socket.pause();
	}

	resume(): void {
		this.#socket.resume();
	}

	send(frame: Frame): void {
		this.sendBytes(encodeFrame(frame));
	}

	/** One binary message. @returns whether the kernel took it */
	sendBytes(bytes: Uint8Array): boolean {
		const length = bytes.length < 126 ? [bytes.length | 0x80] : [0xff, 0, 0, 0, 0, ...bigEndian(bytes.length)];
		// A mask of zeros is a mask.
		this.#socket.write(new Uint8Array([0x82, ...length, 0, 0, 0, 0]));
		return this.#socket.write(bytes);
	}

	async next<T extends Frame['type']>(type: T): Promise<Extract<Frame, { type: T }>> {
		for (;;) {
			const found = this.heard.find((frame) => frame.type === type);
			if (found) return found as Extract<Frame, { type: T }>;
			await this.changed();
		}
	}

	/** Resolves when something came. */
	async changed(): Promise<void> {
		if (this.closed) throw new Error('The server closed the connection.');
		await new Promise<void>((resolve) => this.#waiting.add(resolve));
	}

	close(): void {
		this.#socket.destroy();
	}

	#take(bytes: Uint8Array): void {
		this.#left = this.#left.length === 0 ? bytes : Buffer.concat([this.#left, bytes]);
		for (;;) {
			const view = new DataView(this.#left.buffer, this.#left.byteOffset, this.#left.byteLength);
			if (view.byteLength < 2) break;
			const short = view.getUint8(1) & 0x7f;
			const head = short < 126 ? 2 : short === 126 ? 4 : 10;
			if (view.byteLength < head) break;
			const length = short < 126 ? short : short === 126 ? view.getUint16(2) : view.getUint32(6);
			if (view.byteLength < head + length) break;
			if ((view.getUint8(0) & 0x0f) === 2) this.heard.push(decodeFrame(this.#left.slice(head, head + length)));
			this.#left = this.#left.subarray(head + length);
		}
		this.#wake();
	}

	#wake(): void {
		const waiting = [...this.#waiting];
		this.#waiting.clear();
		for (const wake of waiting) wake();
	}
}

function bigEndian(value: number): number[] {
	return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}
