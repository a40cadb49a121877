import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Io } from '../../command.ts';
import type { RoomFile } from './newcomer.ts';

/** Files of a checkout that are changed together: all of them, or none. */
export class Work {
	readonly #root: string;
	/** The texts from before; `null`: there was no file. */
	readonly #before = new Map<string, string | null>();

	constructor(root: string) {
		this.#root = root;
	}

	edit(path: string, change: (text: string) => string): void {
		this.write({ path, text: change(readFileSync(join(this.#root, path), 'utf8')) });
	}

	write({ path, text }: RoomFile): void {
		this.#remember(path);
		mkdirSync(dirname(join(this.#root, path)), { recursive: true });
		writeFileSync(join(this.#root, path), text);
	}

	/** Deletes a file, and the folders that are empty without it. */
	delete(path: string): void {
		this.#remember(path);
		rmSync(join(this.#root, path));
		this.#tidy(dirname(path));
	}

	/** Puts everything back as it was. */
	undo(): void {
		for (const [path, text] of this.#before) {
			if (text !== null) {
				mkdirSync(dirname(join(this.#root, path)), { recursive: true });
				writeFileSync(join(this.#root, path), text);
			} else if (existsSync(join(this.#root, path))) {
				rmSync(join(this.#root, path));
				this.#tidy(dirname(path));
			}
		}
	}

	#remember(path: string): void {
		const file = join(this.#root, path);
		if (!this.#before.has(path)) this.#before.set(path, existsSync(file) ? readFileSync(file, 'utf8') : null);
	}

	#tidy(folder: string): void {
		if (folder === '.' || readdirSync(join(this.#root, folder)).length > 0) return;
		rmdirSync(join(this.#root, folder));
		this.#tidy(dirname(folder));
	}
}

/**
 * Regenerates everything and proves every plan, in processes of their own: this one still has the schema from before.
 *
 * @returns what went wrong, `null` when all holds
 */
export function regenerated(root: string): string | null {
	for (const args of [['schema/generate/generate.ts'], ['cli/mana.ts', 'ports', 'check', '--all']]) {
		const ran = Bun.spawnSync({ cmd: [process.execPath, ...args], cwd: root, stdout: 'pipe', stderr: 'pipe' });
		if (ran.exitCode !== 0) return `${args.join(' ')}:\n${ran.stderr.toString().trim() || ran.stdout.toString().trim()}`;
	}
	return null;
}

/** Keeps the work if all holds with it, and takes it back if not. @returns the exit code */
export function settle(work: Work, root: string, io: Io): number {
	const trouble = regenerated(root);
	if (trouble === null) return 0;
	work.undo();
	const after = regenerated(root);
	io.err(`Nothing was changed, because with it the schema would not hold. ${trouble}`);
	if (after !== null) io.err(`It does not hold without it either: ${after}`);
	return 1;
}
