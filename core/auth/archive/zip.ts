import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';

/** How the bytes of an entry are kept: as they are, or deflated (RFC 1951). */
export type Method = 'stored' | 'deflated';

/** A file in a ZIP, as its directory will name it. */
export interface ZipEntry {
	readonly path: string;
	readonly method: Method;
	/** Where it begins in the ZIP. */
	readonly at: number;
	readonly bytes: number;
	readonly packedBytes: number;
	readonly crc: number;
	/** Of its bytes, 64 hexadecimal digits. */
	readonly sha256: string;
}

const methods = { stored: 0, deflated: 8 } as const satisfies Record<Method, number>;
const signatures = { local: 0x04034b50, central: 0x02014b50, end64: 0x06064b50, locator64: 0x07064b50, end: 0x06054b50 };
/** The largest size and count that the short fields of a ZIP hold; these very values say that the long ones count. */
const [MOST_BYTES, MOST_ENTRIES] = [0xffff_ffff, 0xffff];
/** Versions of the format that a reader must know: folders and deflate, and long sizes. */
const needs = { short: 20, long: 45 };
/** Names are UTF-8. */
const UTF8 = 0x0800;
/** Extra fields: long sizes, and what everybody passes over. The second holds the place where the first may be needed. */
const extras = { sizes64: 0x0001, padding: 0xd935 };
const SIZES64_BYTES = 16;
/** Made by Unix: what follows in the attributes is a mode, here a file that its owner reads and writes. */
const MADE_BY_UNIX = (3 << 8) | needs.long;
const MODE = 0o100600 << 16;

/**
 * Writes a ZIP (APPNOTE 6.3.10, with the long sizes of ZIP64) so that it can go on after the process was killed: entries stand one after
 * another, whatever was begun and not finished is cut off, and the directory is written last, from what its owner knows of the entries.
 */
export class ZipFile {
	readonly #file: FileHandle;
	readonly #time: readonly [time: number, date: number];
	#end: number;

	private constructor(file: FileHandle, end: number, at: number) {
		this.#file = file;
		this.#time = dosTime(at);
		this.#end = end;
	}

	/**
	 * @param end bytes that are known to be whole; what stands behind them is cut off
	 * @param at when it is made, ms since 1970: the time of all its entries
	 */
	static async open(path: string, end: number, at: number): Promise<ZipFile> {
		const file = await open(path, end === 0 ? 'w+' : 'r+', 0o600);
		const { size } = await file.stat();
		if (size < end) {
			await file.close();
			throw new RangeError(`${path} has ${size} bytes, not the ${end} that were written.`);
		}
		await file.truncate(end);
		return new ZipFile(file, end, at);
	}

	/** Bytes so far. */
	get end(): number {
		return this.#end;
	}

	/** Writes an entry, as its content comes. */
	async add(path: string, method: Method, content: AsyncIterable<Uint8Array>): Promise<ZipEntry> {
		const at = this.#end;
		const name = Buffer.from(path);
		const header = 30 + name.length + 4 + SIZES64_BYTES;
		const sha256 = createHash('sha256');
		let [bytes, packedBytes, crc] = [0, 0, 0];
		const tapped = async function* (): AsyncGenerator<Uint8Array> {
			for await (const piece of content) {
				bytes += piece.length;
				crc = crc32(piece, crc);
				sha256.update(piece);
				yield piece;
			}
		};
		const write = async (packed: AsyncIterable<Uint8Array>): Promise<void> => {
			for await (const piece of packed) {
				await this.#write(piece, at + header + packedBytes);
				packedBytes += piece.length;
			}
		};
		if (method === 'stored') await write(tapped());
		else await pipeline(Readable.from(tapped()), createDeflateRaw(), (packed) => write(packed));
		const entry = { path, method, at, bytes, packedBytes, crc, sha256: sha256.digest('hex') };
		await this.#write(this.#localHeader(entry, name), at);
		this.#end = at + header + packedBytes;
		return entry;
	}

	/** Waits until everything is on the disk. */
	sync(): Promise<void> {
		return this.#file.sync();
	}

	/** Writes the directory. @returns bytes of the whole */
	async finish(entries: AsyncIterable<ZipEntry>): Promise<number> {
		const from = this.#end;
		let end = from;
		let count = 0;
		for await (const entry of entries) {
			const header = this.#centralHeader(entry);
			await this.#write(header, end);
			end += header.length;
			count++;
		}
		const last = endOf({ count, from, bytes: end - from });
		await this.#write(last, end);
		// What was begun and given up may reach further.
		await this.#file.truncate(end + last.length);
		await this.#file.sync();
		return end + last.length;
	}

	close(): Promise<void> {
		return this.#file.close();
	}

	#localHeader({ method, bytes, packedBytes, crc }: ZipEntry, name: Buffer): Buffer {
		const long = bytes >= MOST_BYTES || packedBytes >= MOST_BYTES;
		const out = Buffer.alloc(30 + name.length + 4 + SIZES64_BYTES);
		out.writeUInt32LE(signatures.local, 0);
		out.writeUInt16LE(long ? needs.long : needs.short, 4);
		out.writeUInt16LE(UTF8, 6);
		this.#sizes(out, 8, { method, crc, packedBytes: long ? MOST_BYTES : packedBytes, bytes: long ? MOST_BYTES : bytes });
		out.writeUInt16LE(name.length, 26);
		out.writeUInt16LE(4 + SIZES64_BYTES, 28);
		name.copy(out, 30);
		const extra = 30 + name.length;
		out.writeUInt16LE(long ? extras.sizes64 : extras.padding, extra);
		out.writeUInt16LE(SIZES64_BYTES, extra + 2);
		if (long) {
			out.writeBigUInt64LE(BigInt(bytes), extra + 4);
			out.writeBigUInt64LE(BigInt(packedBytes), extra + 12);
		}
		return out;
	}

	#centralHeader({ path, method, at, bytes, packedBytes, crc }: ZipEntry): Buffer {
		const name = Buffer.from(path);
		const longs = [bytes, packedBytes, at].filter((one) => one >= MOST_BYTES);
		const extra = longs.length === 0 ? 0 : 4 + longs.length * 8;
		const out = Buffer.alloc(46 + name.length + extra);
		out.writeUInt32LE(signatures.central, 0);
		out.writeUInt16LE(MADE_BY_UNIX, 4);
		out.writeUInt16LE(longs.length > 0 ? needs.long : needs.short, 6);
		out.writeUInt16LE(UTF8, 8);
		this.#sizes(out, 10, {
			method,
			crc,
			packedBytes: Math.min(packedBytes, MOST_BYTES),
			bytes: Math.min(bytes, MOST_BYTES),
		});
		out.writeUInt16LE(name.length, 28);
		out.writeUInt16LE(extra, 30);
		out.writeUInt32LE(MODE >>> 0, 38);
		out.writeUInt32LE(Math.min(at, MOST_BYTES), 42);
		name.copy(out, 46);
		if (extra > 0) {
			out.writeUInt16LE(extras.sizes64, 46 + name.length);
			out.writeUInt16LE(extra - 4, 46 + name.length + 2);
			for (const [i, long] of longs.entries()) out.writeBigUInt64LE(BigInt(long), 46 + name.length + 4 + i * 8);
		}
		return out;
	}

	/** Method, time, checksum and sizes, which both headers have in one order. */
	#sizes(
		out: Buffer,
		from: number,
		{ method, crc, packedBytes, bytes }: Pick<ZipEntry, 'method' | 'crc' | 'packedBytes' | 'bytes'>,
	): void {
		const [time, date] = this.#time;
		out.writeUInt16LE(methods[method], from);
		out.writeUInt16LE(time, from + 2);
		out.writeUInt16LE(date, from + 4);
		out.writeUInt32LE(crc, from + 6);
		out.writeUInt32LE(packedBytes, from + 10);
		out.writeUInt32LE(bytes, from + 14);
	}

	/** One call may write less than it was given. */
	async #write(piece: Uint8Array, at: number): Promise<void> {
		for (let done = 0; done < piece.length;)
			done += (await this.#file.write(piece, done, piece.length - done, at + done)).bytesWritten;
	}
}

/** What stands at the end, by which readers begin. The long form comes first where the short one cannot say it. */
function endOf({ count, from, bytes }: { readonly count: number; readonly from: number; readonly bytes: number }): Buffer {
	const long = count >= MOST_ENTRIES || from >= MOST_BYTES || bytes >= MOST_BYTES;
	const short = Buffer.alloc(22);
	short.writeUInt32LE(signatures.end, 0);
	short.writeUInt16LE(Math.min(count, MOST_ENTRIES), 8);
	short.writeUInt16LE(Math.min(count, MOST_ENTRIES), 10);
	short.writeUInt32LE(Math.min(bytes, MOST_BYTES), 12);
	short.writeUInt32LE(Math.min(from, MOST_BYTES), 16);
	if (!long) return short;
	const end = Buffer.alloc(56);
	end.writeUInt32LE(signatures.end64, 0);
	end.writeBigUInt64LE(BigInt(end.length - 12), 4);
	end.writeUInt16LE(MADE_BY_UNIX, 12);
	end.writeUInt16LE(needs.long, 14);
	end.writeBigUInt64LE(BigInt(count), 24);
	end.writeBigUInt64LE(BigInt(count), 32);
	end.writeBigUInt64LE(BigInt(bytes), 40);
	end.writeBigUInt64LE(BigInt(from), 48);
	const locator = Buffer.alloc(20);
	locator.writeUInt32LE(signatures.locator64, 0);
	locator.writeBigUInt64LE(BigInt(from + bytes), 8);
	locator.writeUInt32LE(1, 16);
	return Buffer.concat([end, locator, short]);
}

/** The clock of DOS, to two seconds; here in UTC. */
function dosTime(at: number): [time: number, date: number] {
	const on = new Date(Math.max(at, Date.UTC(1980, 0, 1)));
	const time = (on.getUTCHours() << 11) | (on.getUTCMinutes() << 5) | (on.getUTCSeconds() >> 1);
	return [time, ((on.getUTCFullYear() - 1980) << 9) | ((on.getUTCMonth() + 1) << 5) | on.getUTCDate()];
}
