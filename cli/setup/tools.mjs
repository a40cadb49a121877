// Plain JavaScript for Node 20: finds the programs of others that judge what we do, and puts Debian's beside the packages of npm.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The programs: Debian's package of each, `with` others that it does not name itself, and what it is asked to prove that it starts (`status`: what that ends with). `keeps`
 * is what it needs besides itself and libraries, `env` tells it where that is now.
 */
const tools = {
	promtool: { package: 'prometheus', proof: ['--version'] },
	amtool: { package: 'prometheus-alertmanager', proof: ['--version'] },
	caddy: { package: 'caddy', proof: ['version'] },
	nginx: { package: 'nginx', proof: ['-v'] },
	nft: { package: 'nftables', proof: ['--version'] },
	'systemd-analyze': { package: 'systemd', proof: ['--version'] },
	vdirsyncer: { package: 'vdirsyncer', proof: ['--version'] },
	todoman: { package: 'todoman', proof: ['--version'] },
	khal: { package: 'khal', proof: ['--version'] },
	khard: { package: 'khard', proof: ['--version'] },
	radicale: { package: 'radicale', proof: ['--version'] },
	// Asks calcurse itself to read and write, and Python for HTTP.
	'calcurse-caldav': {
		package: 'calcurse',
		with: ['python3-httplib2'],
		proof: ['--help'],
		keeps: ['usr/bin/calcurse'],
	},
	// Says its version and calls that a failure.
	cadaver: { package: 'cadaver', proof: ['--version'], status: 255 },
	litmus: {
		package: 'litmus',
		proof: ['--version'],
		keeps: ['usr/share/litmus'],
		env: { HTDOCS: 'usr/share/litmus/htdocs', TESTROOT: 'usr/libexec/litmus' },
	},
};

/** A person's `PATH` often lacks the folders of administration programs. */
const systemFolders = [
	...(process.env.PATH ?? '').split(delimiter),
	'/usr/local/sbin',
	'/usr/sbin',
	'/sbin',
	'/usr/local/bin',
	'/opt/homebrew/bin',
];

/**
 * Finds a program that judges: the machine's own, or the one that {@link installTools} put beside the packages.
 *
 * @param {string} root the folder with node_modules
 * @param {keyof typeof tools} name
 * @param {readonly string[]} folders where the machine's own is looked for
 * @returns {string | null} the path of a program that starts
 */
export function findTool(root, name, folders = systemFolders) {
	const places = [...folders.map((folder) => join(folder, name)), join(kept(root), name, 'start')];
	return places.find((file) => starts(file, name)) ?? null;
}

/**
 * Puts the programs that are missing beside the packages, where Debian's archive is at hand. They are downloaded and unpacked, not
 * installed: no service starts, nothing outside `node_modules` changes, and nobody has to be root.
 *
 * @param {string} root the folder with node_modules
 * @param {(line: string) => void} say
 * @returns {string[]} the programs that are still missing
 */
export function installTools(root, say) {
	const missing = Object.keys(tools).filter((name) => findTool(root, name) === null);
	if (missing.length === 0) return [];
	if (existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-deb')) {
		const packages = missing.map((name) => tools[name].package).join(', ');
		say(`Some of what we do is judged by programs that are not here. Unpacking Debian’s into node_modules/.cache: ${packages} …`);
		inFolder(root, (folder) => {
			const apt = aptIn(folder);
			const listed = apt('update', '-q');
			for (const name of listed ? missing : []) unpack(root, folder, name, apt);
		});
	}
	const still = missing.filter((name) => findTool(root, name) === null);
	if (still.length > 0)
		say(`Not here, so these do not judge this run: ${still.join(', ')}. Install them to have everything judged.`);
	return still;
}

function kept(root) {
	return join(root, 'node_modules', '.cache', 'mana-tools');
}

/** A folder that becomes part of what is kept only by a rename, so that two runs side by side never see half a program. */
function inFolder(root, work) {
	mkdirSync(kept(root), { recursive: true });
	const folder = mkdtempSync(join(kept(root), '.new-'));
	try {
		work(folder);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** apt with lists and archives of its own: it changes nothing of the system's and waits for nobody's lock. */
function aptIn(folder) {
	for (const path of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, path), { recursive: true });
	const settings = [
		`Dir::State::lists=${join(folder, 'lists')}`,
		`Dir::Cache=${folder}`,
		`Dir::Cache::archives=${join(folder, 'archives')}`,
		'Dir::State::status=/var/lib/dpkg/status',
		'Debug::NoLocking=true',
		'APT::Sandbox::User=',
		'APT::Install-Recommends=false',
		'Acquire::Languages=none',
		'Acquire::http::Timeout=15',
		'Acquire::https::Timeout=15',
		'Acquire::Retries=1',
	];
	return (...args) => run('apt-get', [...args, ...settings.flatMap((setting) => ['-o', setting])]);
}

/** Downloads a package with what it needs and the system lacks, and writes the script that starts it among its own libraries. */
function unpack(root, folder, name, apt) {
	const archives = join(folder, 'archives');
	if (!apt('install', '-y', '-q', '--download-only', tools[name].package, ...(tools[name].with ?? []))) return;
	const files = join(folder, name);
	mkdirSync(files);
	for (const archive of readdirSync(archives).filter((file) => file.endsWith('.deb'))) {
		if (!run('dpkg-deb', ['-x', join(archives, archive), files])) return;
		rmSync(join(archives, archive));
	}
	const program = ['usr/sbin', 'usr/bin', 'sbin', 'bin'].find((place) => existsSync(join(files, place, name)));
	if (program === undefined) return;
	const target = join(kept(root), name);
	const folders = ['usr/lib', 'lib'].flatMap((place) => [place, ...archFolders(join(files, place), place)]);
	// systemd keeps a library of its own one folder further down.
	const libraries = folders.flatMap((place) => [place, `${place}/systemd`]);
	const env = {
		LD_LIBRARY_PATH: libraries.map((place) => join(target, place)).join(':'),
		PYTHONPATH: join(target, 'usr/lib/python3/dist-packages'),
		...Object.fromEntries(Object.entries(tools[name].env ?? {}).map(([key, place]) => [key, join(target, place)])),
	};
	const settings = Object.entries(env).map(([key, value]) => `${key}='${value}'`);
	const start = ['#!/bin/sh', `${settings.join(' ')} exec '${join(target, program, name)}' "$@"`];
	const keeps = tools[name].keeps ?? [];
	for (const place of ['etc', 'var', ...sharedFolders(files)])
		if (!keeps.includes(place)) rmSync(join(files, place), { recursive: true, force: true });
	for (const other of readdirSync(join(files, program)))
		if (other !== name && !keeps.includes(`${program}/${other}`)) rmSync(join(files, program, other), { recursive: true });
	writeFileSync(join(files, 'start'), `${start.join('\n')}\n`);
	chmodSync(join(files, 'start'), 0o755);
	if (!starts(join(target, 'start'), name)) rmSync(target, { recursive: true, force: true });
	try {
		renameSync(files, target);
	} catch (error) {
		// Another run was faster: its copy is as good.
		if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
	}
}

/** What packages bring for people to read, each in a folder of its own. */
function sharedFolders(files) {
	return existsSync(join(files, 'usr/share')) ? readdirSync(join(files, 'usr/share')).map((name) => `usr/share/${name}`) : [];
}

/** `x86_64-linux-gnu` and its like. */
function archFolders(folder, place) {
	return existsSync(folder)
		? readdirSync(folder)
				.filter((name) => name.endsWith('-linux-gnu'))
				.map((name) => `${place}/${name}`)
		: [];
}

function starts(file, name) {
	return existsSync(file) && spawnSync(file, tools[name].proof, { timeout: 20_000 }).status === (tools[name].status ?? 0);
}

/** Runs a command and shows what it says only when it fails. */
function run(command, args) {
	const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
	if (status !== 0 && stderr) console.error(stderr.trimEnd());
	return status === 0;
}
