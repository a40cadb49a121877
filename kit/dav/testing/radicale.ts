import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from './program.ts';
import { until } from './world.ts';

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
		'[logging]', 'level = error',
	]; // prettier-ignore
	await writeFile(join(folder, 'config'), config.join('\n'));
	const child = Bun.spawn([path, '--config', join(folder, 'config')], {
		env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: folder, LANG: 'C.UTF-8' },
		stdout: 'ignore',
		stderr: 'ignore',
	});
	const url = `http://127.0.0.1:${port}/`;
	const program = new Program(`http://127.0.0.1:${port}`, `Basic ${btoa('ana:open sesame')}`);
	await until(() =>
		program
			.ask('PROPFIND', '/')
			.then(({ status }) => status === 207)
			.catch(() => false),
	);
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
