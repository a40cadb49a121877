import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from './program.ts';

export interface Radicale extends AsyncDisposable {
	readonly url: string;
	/** Somebody else who writes there. */
	readonly program: Program;
}

/** Debian's Radicale on a port of its own, with one account: `ana` and `open sesame`. @param path of the program */
export async function startRadicale(path: string): Promise<Radicale> {
	const folder = await mkdtemp(join(tmpdir(), 'mana-radicale-'));
	const free = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() });
	const { port } = free;
	await free.stop(true);
	await writeFile(join(folder, 'users'), 'ana:open sesame\n');
	const config = [
		'[server]', `hosts = 127.0.0.1:${port}`,
		'[auth]', 'type = htpasswd', `htpasswd_filename = ${join(folder, 'users')}`, 'htpasswd_encryption = plain', 'delay = 0',
		'[storage]', `filesystem_folder = ${join(folder, 'collections')}`,
		'[logging]', 'level = info',
	]; // prettier-ignore
	await writeFile(join(folder, 'config'), config.join('\n'));
	const child = Bun.spawn([path, '--config', join(folder, 'config')], {
		env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: folder, LANG: 'C.UTF-8' },
		stdout: 'ignore',
		stderr: 'pipe',
	});
	const url = `http://127.0.0.1:${port}/`;
	const program = new Program(`http://127.0.0.1:${port}`, `Basic ${btoa('ana:open sesame')}`);
	await isReady(child.stderr);
	return {
		url,
		program,
		async [Symbol.asyncDispose]() {
			child.kill();
			await child.exited;
			await rm(folder, { recursive: true });
		},
	};
}

/** Waits until it says that it listens, however long a loaded machine takes, and reads on so that it never waits to be read. */
async function isReady(said: ReadableStream<Uint8Array>): Promise<void> {
	const reader = said.getReader();
	const decoder = new TextDecoder();
	let heard = '';
	while (!heard.includes('Radicale server ready')) {
		const { done, value } = await reader.read();
		if (done) throw new Error(`Radicale did not start: ${heard}`);
		heard += decoder.decode(value, { stream: true });
	}
	void (async () => {
		while (!(await reader.read()).done);
	})();
}
