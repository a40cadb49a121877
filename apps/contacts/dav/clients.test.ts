import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { SpaceId } from '@mana/sync';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDAVClient } from 'tsdav';
import { findTool, type Tool } from '../../../cli/setup/tools.mjs';
import { details, people } from '../model.ts';
import { startWorld, type TestPerson, until, type World } from './world.fixture.ts';

// Programs of others, as Debian has them, against the services as they run. Where this machine has none, `node test.mjs` says so.
const root = join(import.meta.dirname, '../../..');
const tool = (name: Tool) => findTool(root, name);
const [vdirsyncer, khard, cadaver] = [tool('vdirsyncer'), tool('khard'), tool('cadaver')];

let world: World;
let ada: TestPerson;
let space: SpaceId;
let secret = '';
let folder = '';
let book = '';
beforeAll(async () => {
	world = await startWorld();
	ada = await world.person('ada@mana.example');
	const password = await ada.password();
	secret = password.secret;
	space = await ada.personal();
	book = `${space}-contacts`;
	const headers = { authorization: password.authorization, depth: '0' };
	await until(async () => (await fetch(`${world.dav}/addressbooks/${book}/`, { method: 'PROPFIND', headers })).status === 207);
	folder = await mkdtemp(join(tmpdir(), 'mana-contact-clients-'));
});
afterAll(async () => {
	await world.close();
	await rm(folder, { recursive: true });
});

async function run(
	program: string,
	args: readonly string[],
	env: Record<string, string> = {},
	input = '',
): Promise<{ code: number; said: string }> {
	const child = Bun.spawn([program, ...args], {
		cwd: folder,
		// The machine's own Python and its settings would look elsewhere for what the program needs.
		env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: folder, LANG: 'C.UTF-8', ...env },
		stdin: Buffer.from(input),
		stdout: 'pipe',
		stderr: 'pipe',
	});
	const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
	return { code: await child.exited, said: out + err };
}

const card = (...lines: readonly string[]) => ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD', ''].join('\r\n');

describe.skipIf(!vdirsyncer)('vdirsyncer', () => {
	const sync = async () => {
		const { code, said } = await run(vdirsyncer!, ['-c', join(folder, 'vdirsyncer.conf'), 'sync']);
		expect([code, said]).toEqual([0, expect.not.stringContaining('error')]);
		return said;
	};
	const files = async () => (await readdir(join(folder, 'vdir', book))).toSorted();
	const path = (name: string) => join(folder, 'vdir', book, name);

	test('carries contacts both ways, and a second time there is nothing to do', async () => {
		const config = [
			'[general]', 'status_path = "status/"',
			'[pair contacts]', 'a = "here"', 'b = "there"', 'collections = ["from b"]', 'conflict_resolution = "b wins"', 'metadata = ["displayname"]',
			'[storage here]', 'type = "filesystem"', 'path = "vdir/"', 'fileext = ".vcf"',
			'[storage there]', 'type = "carddav"', `url = "${world.dav}/"`, 'username = "ada@mana.example"', `password = "${secret}"`,
		]; // prettier-ignore
		await writeFile(join(folder, 'vdirsyncer.conf'), config.join('\n'));
		const own = await ada.write(space, people, { given: 'From', family: 'Browser', notes: 'with\nlines, and; more' });
		const discovered = await run(vdirsyncer!, ['-c', join(folder, 'vdirsyncer.conf'), 'discover'], {}, 'y\n'.repeat(20));
		expect([discovered.code, discovered.said]).toEqual([0, expect.stringContaining(book)]);
		await sync();
		expect(await files()).toEqual([`${own}.vcf`]);

		const text = card(
			'UID:from-file',
			'FN:From a File',
			'N:File;From;a;;',
			'item1.TEL:+351 21',
			'item1.X-ABLabel:Boat',
			'X-OWN;X-P="a;b":kept',
		);
		await writeFile(path('from-file.vcf'), text);
		await sync();
		const browser = (await ada.rows(space, people)).find(({ uid }) => uid === 'from-file')!;
		expect(browser).toMatchObject({ given: 'From', additional: 'a', family: 'File', shownAs: '' });
		expect(await ada.rows(space, details)).toMatchObject([{ label: 'Boat', value: '+351 21' }]);

		const before = await Promise.all((await files()).map((name) => readFile(path(name), 'utf8')));
		expect(await sync()).not.toMatch(/Copying|Deleting|Updating/i);
		expect(await Promise.all((await files()).map((name) => readFile(path(name), 'utf8')))).toEqual(before);

		await ada.write(space, people, { family: 'Changed' }, browser.id);
		await rm(path(`${own}.vcf`));
		await until(async () => {
			await sync();
			return (await readFile(path('from-file.vcf'), 'utf8')).includes('N:Changed;From;a;;');
		});
		expect(await readFile(path('from-file.vcf'), 'utf8')).toContain('X-OWN;X-P="a;b":kept\r\n');
		expect((await ada.rows(space, people)).find(({ id }) => id === own)!.deletedAt).toBeNumber();
	}, 60_000);

	test.skipIf(!khard)(
		'with khard: somebody added in a terminal is in browsers',
		async () => {
			const config = ['[addressbooks]', '[[mana]]', `path = ${join(folder, 'vdir', book)}`, '[general]', 'default_action = list', '[vcard]', 'preferred_version = 3.0']; // prettier-ignore
			await mkdir(join(folder, 'khard'), { recursive: true });
			await writeFile(join(folder, 'khard', 'khard.conf'), config.join('\n'));
			const khardIn = (args: readonly string[], input = '') =>
				run(khard!, ['-c', join(folder, 'khard', 'khard.conf'), ...args], {}, input);
			const listed = await khardIn(['list']);
			expect([listed.code, listed.said]).toEqual([0, expect.stringContaining('Changed')]);
			const made = await khardIn(
				['new', '-a', 'mana'],
				'First name: Tess\nLast name: Terminal\nEmail:\n    work: tess@x.example\n',
			);
			expect([made.code, made.said]).toEqual([0, expect.stringContaining('successful')]);
			await sync();
			const tess = (await ada.rows(space, people)).find(({ given }) => given === 'Tess')!;
			expect(tess.family).toBe('Terminal');
			expect((await ada.rows(space, details)).find(({ contact }) => contact === tess.id)).toMatchObject({
				kind: 'email',
				label: 'work',
				value: 'tess@x.example',
			});
		},
		60_000,
	);
});

test.skipIf(!cadaver)(
	'cadaver lists, reads, writes and removes',
	async () => {
		const { hostname, port } = new URL(world.dav);
		await writeFile(join(folder, '.netrc'), `machine ${hostname}\nlogin ada@mana.example\npassword ${secret}\n`, { mode: 0o600 });
		const text = card('UID:cadaver', 'FN:From cadaver');
		await writeFile(join(folder, 'cadaver.vcf'), text);
		const commands = [`cd ${book}`, 'put cadaver.vcf', 'ls', 'get cadaver.vcf back.vcf', 'delete cadaver.vcf', 'ls', 'quit'];
		const { said } = await run(cadaver!, [`http://${hostname}:${port}/dav/addressbooks/`], {}, `${commands.join('\n')}\n`);
		expect(said.match(/succeeded/g)?.length ?? 0).toBeGreaterThanOrEqual(4);
		expect(await readFile(join(folder, 'back.vcf'), 'utf8')).toBe(text);
		expect((await ada.rows(space, people)).find(({ uid }) => uid === 'cadaver')!.deletedAt).toBeNumber();
	},
	30_000,
);

test('tsdav finds the address books, reads, writes, hears of changes and removes, groups too', async () => {
	const client = await createDAVClient({
		serverUrl: `${world.dav}/`,
		credentials: { username: 'ada@mana.example', password: secret },
		authMethod: 'Basic',
		defaultAccountType: 'carddav',
	});
	const own = (await client.fetchAddressBooks()).find(({ url }) => url.includes(book))!;
	expect(own.displayName).toBe('Contacts');
	const [text, set] = [
		card('UID:tsdav', 'FN:From tsdav', 'N:tsdav;From;;;'),
		card('UID:tsgroup', 'FN:Readers', 'X-ADDRESSBOOKSERVER-KIND:group', 'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:tsdav'),
	];
	expect((await client.createVCard({ addressBook: own, filename: 'tsdav.vcf', vCardString: text })).status).toBe(201);
	expect((await client.createVCard({ addressBook: own, filename: 'tsgroup.vcf', vCardString: set })).status).toBe(201);
	const find = async (name: string) => (await client.fetchVCards({ addressBook: own })).find(({ url }) => url.endsWith(name))!;
	expect((await find('tsgroup.vcf')).data).toBe(set.trimEnd());
	const found = await find('tsdav.vcf');
	expect(found.data).toContain('CATEGORIES:Readers');
	const row = (await ada.rows(space, people)).find(({ uid }) => uid === 'tsdav')!;
	await ada.write(space, people, { nickname: 'Changed in a browser' }, row.id);
	const changed = await until(async () => {
		const now = await find('tsdav.vcf');
		return String(now.data).includes('Changed in a browser') ? now : null;
	});
	expect((await client.updateVCard({ vCard: found })).status).toBe(412);
	expect((await client.deleteVCard({ vCard: changed })).status).toBe(204);
	expect(await find('tsdav.vcf')).toBeUndefined();
}, 30_000);
