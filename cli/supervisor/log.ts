import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface MergedLogOptions {
	readonly file: string;
	/** A file that has grown beyond this is put aside. */
	readonly bytes?: number;
	/** How many put-aside files are kept. */
	readonly keep?: number;
	/** Shown to the person at the terminal: warnings and worse. */
	readonly show: (line: string) => void;
	readonly now: () => number;
}

interface Entry {
	readonly level: number;
	readonly time: number;
	readonly name: string;
	readonly msg: string;
}

const levels: Readonly<Record<string, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };

/**
 * One file for what all processes say, one JSON object a line; warnings and worse also go to the terminal, in short. When the file
 * cannot be written (a full disk), that is said once and Mana goes on: nobody stops working for want of a log.
 */
export class MergedLog {
	readonly #options: Required<MergedLogOptions>;
	/** `null`: to be opened by the next write. */
	#handle: number | null = null;
	#size = 0;
	/** Whether the last write failed, so that its line may be there in part. */
	#failing = false;
	readonly #rests = new Map<string, string>();

	constructor(options: MergedLogOptions) {
		this.#options = { bytes: 10_000_000, keep: 5, ...options };
		mkdirSync(dirname(options.file), { recursive: true });
		this.#open();
	}

	/**
	 * Takes what a process wrote, whole lines or not.
	 *
	 * @param source the process
	 * @param stream plain lines on `stderr` (a stack trace) count as errors
	 */
	take(source: string, stream: 'stdout' | 'stderr', text: string): void {
		const key = `${source}/${stream}`;
		const lines = ((this.#rests.get(key) ?? '') + text).split('\n');
		this.#rests.set(key, lines.pop() ?? '');
		for (const line of lines) if (line.trim() !== '') this.#line(source, stream, line);
	}

	/** Takes what is left when a process has ended in the middle of a line. */
	ended(source: string): void {
		for (const stream of ['stdout', 'stderr'] as const) this.take(source, stream, '\n');
	}

	/** A line of the supervisor's own. */
	say(level: keyof typeof levels & string, msg: string): void {
		this.#write({ level: levels[level] ?? 30, time: this.#options.now(), name: 'supervisor', msg });
	}

	close(): void {
		if (this.#handle !== null) closeSync(this.#handle);
		this.#handle = null;
	}

	#line(source: string, stream: 'stdout' | 'stderr', line: string): void {
		const said = line.startsWith('{') ? parse(line) : null;
		const fallback = stream === 'stderr' ? 50 : 30;
		if (!said) return this.#write({ level: fallback, time: this.#options.now(), name: source, msg: line });
		const level = typeof said['level'] === 'string' ? (levels[said['level']] ?? fallback) : Number(said['level'] ?? fallback);
		this.#write({
			...said,
			level,
			time: toMs(said['time'], this.#options.now),
			name: String(said['name'] ?? said['service'] ?? source),
			msg: String(said['msg'] ?? ''),
		});
	}

	#write(entry: Entry): void {
		try {
			this.#append(`${JSON.stringify(entry)}\n`);
			this.#failing = false;
		} catch (error) {
			if (!this.#failing)
				this.#show({ ...entry, level: 50, name: 'supervisor', msg: `${this.#options.file} cannot be written`, err: error });
			this.#failing = true;
		}
		if (entry.level >= 40) this.#show(entry);
	}

	#append(line: string): void {
		if (this.#size + line.length > this.#options.bytes) this.#rotate();
		const text = this.#failing ? `\n${line}` : line;
		const written = writeSync(this.#handle ?? this.#open(), text);
		this.#size += written;
		if (written < Buffer.byteLength(text)) throw new Error('the disk is full');
	}

	#show(entry: Entry & { readonly err?: unknown }): void {
		this.#options.show(`${new Date(entry.time).toTimeString().slice(0, 8)} ${entry.name}: ${entry.msg}${cause(entry)}`);
	}

	#open(): number {
		const handle = openSync(this.#options.file, 'a', 0o600);
		this.#size = fstatSync(handle).size;
		return (this.#handle = handle);
	}

	#rotate(): void {
		const { file, keep } = this.#options;
		this.close();
		for (let number = keep - 1; number >= 0; number--) {
			const from = number === 0 ? file : `${file}.${number}`;
			if (existsSync(from)) renameSync(from, `${file}.${number + 1}`);
		}
		this.#open();
	}
}

function parse(line: string): Record<string, unknown> | null {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

function toMs(time: unknown, now: () => number): number {
	const value = typeof time === 'string' ? Date.parse(time) : Number(time);
	return Number.isFinite(value) ? value : now();
}

function cause(entry: object): string {
	if (!('err' in entry) || typeof entry.err !== 'object' || entry.err === null) return '';
	return 'message' in entry.err ? ` (${String(entry.err.message)})` : '';
}
