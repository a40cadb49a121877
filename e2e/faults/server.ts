import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { within } from './limit.ts';
import { type Issuer, TEST_ORIGIN } from '../../infra/sync/testing.ts';

const program = join(import.meta.dir, '../../infra/sync/testing-process.ts');
/** Room for the database on a disk that can be filled. */
const diskBytes = 48 * 1024 * 1024;
/** Longest time until it listens, on a busy machine. */
const START_MS = 30_000;

export interface ServerOptions {
	readonly issuer: Issuer;
	/** Of the pages that may talk to it. */
	readonly origin: string | undefined;
	/** Of a PostgreSQL, where its own disk is of no interest. */
	readonly databaseUrl: string | null;
	/** Told when it ends and nobody killed it. */
	readonly died: (how: string) => void;
}

/** mana-sync in a process of its own, on a disk of its own, to be treated badly. */
export class Server {
	/** Whether its disk can be filled: a small file system in memory, for which one must be root on Linux. */
	readonly smallDisk: boolean;
	readonly #issuer: Issuer;
	readonly #home: string;
	readonly #origin: string;
	readonly #databaseUrl: string | null;
	readonly #died: (how: string) => void;
	#child: Bun.Subprocess<'ignore', 'pipe', 'inherit'> | null = null;
	#started: Promise<string> | null = null;
	#closed = false;
	#tracer: Bun.Subprocess | null = null;

	private constructor({ issuer, origin = TEST_ORIGIN, databaseUrl, died }: ServerOptions, home: string, smallDisk: boolean) {
		this.#died = died;
		this.#issuer = issuer;
		this.#home = home;
		this.#origin = origin;
		this.#databaseUrl = databaseUrl;
		this.smallDisk = smallDisk;
	}

	static make(options: ServerOptions): Server {
		const home = mkdtempSync(join(tmpdir(), 'mana-faults-'));
		const small =
			options.databaseUrl === null &&
			process.platform === 'linux' &&
			process.getuid?.() === 0 &&
			run('mount', '-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', home);
		return new Server(options, home, small);
	}

	/** @returns where it listens: another port after each start. Where it runs already, nothing is started: a disk has one server. */
	start(): Promise<string> {
		if (this.#closed) return Promise.reject(new Error('This run is over.'));
		this.#started ??= this.#start();
		return this.#started;
	}

	async #start(): Promise<string> {
		const database = this.#databaseUrl === null ? [] : [this.#databaseUrl];
		const child = Bun.spawn([process.execPath, program, this.#home, this.#issuer.url, this.#origin, ...database], {
			stdout: 'pipe',
			stderr: 'inherit',
		});
		this.#child = child;
		void child.exited.then((code) => this.#child === child && this.#died(`mana-sync ended by itself (${code})`));
		const { value } = await within(START_MS, 'The start of mana-sync', child.stdout.getReader().read());
		if (!value) throw new Error('mana-sync did not start.');
		return new TextDecoder().decode(value).trim();
	}

	get running(): boolean {
		return this.#started !== null;
	}

	signal(signal: NodeJS.Signals): void {
		this.#child?.kill(signal);
	}

	async kill(): Promise<void> {
		this.quickDisk();
		const child = this.#child;
		this.#child = this.#started = null;
		child?.kill('SIGKILL');
		await child?.exited;
	}

	/** Copies the disk of a server that does not run. @returns puts the copy in the place of what is there then; the server must not run */
	remember(): () => void {
		const copy = mkdtempSync(join(tmpdir(), 'mana-faults-copy-'));
		cpSync(this.#home, copy, { recursive: true });
		return () => {
			for (const name of readdirSync(this.#home)) rmSync(join(this.#home, name), { recursive: true });
			cpSync(copy, this.#home, { recursive: true });
			rmSync(copy, { recursive: true });
		};
	}

	/** Fills the disk to the last byte. */
	fillDisk(): void {
		const filler = join(this.#home, 'filler');
		mkdirSync(this.#home, { recursive: true });
		const block = new Uint8Array(256 * 1024);
		for (let size = block.length; size >= 4096; size /= 2)
			for (;;) {
				try {
					writeFileSync(filler, block.subarray(0, size), { flag: 'a' });
				} catch (error) {
					if ((error as NodeJS.ErrnoException).code === 'ENOSPC') break;
					throw error;
				}
			}
	}

	freeDisk(): void {
		const filler = join(this.#home, 'filler');
		if (!existsSync(filler)) return;
		truncateSync(filler);
		rmSync(filler);
	}

	/** Every fsync takes this long, in milliseconds. Needs `strace`; nothing happens without it. */
	slowDisk(ms: number): void {
		if (!this.#child || this.#tracer || !Server.canSlow) return;
		const calls = 'fsync,fdatasync';
		this.#tracer = Bun.spawn(
			[
				'strace',
				'-f',
				'-qq',
				'-o',
				'/dev/null',
				'-p',
				String(this.#child.pid),
				'-e',
				`trace=${calls}`,
				'-e',
				`inject=${calls}:delay_exit=${ms * 1000}`,
			],
			{ stdout: 'ignore', stderr: 'ignore' },
		);
	}

	quickDisk(): void {
		this.#tracer?.kill('SIGTERM');
		this.#tracer = null;
	}

	static readonly canSlow = process.platform === 'linux' && Bun.which('strace') !== null;

	async close(): Promise<void> {
		this.#closed = true;
		await this.kill();
		if (this.smallDisk) run('umount', '-l', this.#home);
		rmSync(this.#home, { recursive: true, force: true });
	}
}

function run(...command: readonly string[]): boolean {
	return Bun.spawnSync([...command], { stdout: 'ignore', stderr: 'ignore' }).success;
}
