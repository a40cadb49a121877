import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Family } from '@mana/schema';

/** A TCP socket of this machine that takes connections. */
export interface ListeningSocket {
	readonly port: number;
	readonly family: Family;
	/** The address it is bound to: `127.0.0.1`, `0.0.0.0`, `::1`, `::` … */
	readonly address: string;
	/** `null` when the system does not tell (another user's process). */
	readonly holder: Holder | null;
}

export interface Holder {
	readonly pid: number;
	/** The command line, shortened. */
	readonly command: string;
}

/**
 * Who listens on TCP ports of this machine, each address family apart: one process may hold a port on IPv4 and another on IPv6.
 *
 * @param isWanted which ports are asked about; left out, all
 * @throws when the system cannot be asked (`lsof` is missing)
 */
export async function listeningSockets(isWanted: (port: number) => boolean = () => true): Promise<ListeningSocket[]> {
	const sockets = process.platform === 'linux' ? await socketsOnLinux(isWanted) : await socketsByLsof(isWanted);
	return sockets.sort((a, b) => a.port - b.port || a.family.localeCompare(b.family) || a.address.localeCompare(b.address));
}

interface LinuxSocket extends Omit<ListeningSocket, 'holder'> {
	readonly inode: string;
}

async function socketsOnLinux(isWanted: (port: number) => boolean): Promise<ListeningSocket[]> {
	const found = [...(await socketTable('/proc/net/tcp', 'ipv4')), ...(await socketTable('/proc/net/tcp6', 'ipv6'))].filter(
		({ port }) => isWanted(port),
	);
	const holders = await holdersOfInodes(new Set(found.map(({ inode }) => inode)));
	return found.map(({ inode, ...socket }) => ({ ...socket, holder: holders.get(inode) ?? null }));
}

/** The sockets in state LISTEN (0A); see proc(5), /proc/net/tcp. A system without IPv6 has no table for it. */
async function socketTable(table: string, family: Family): Promise<LinuxSocket[]> {
	const text = await readFile(table, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return '';
		throw error;
	});
	return text
		.split('\n')
		.map((line) => line.trim().split(/\s+/))
		.filter((columns) => columns[3] === '0A')
		.map((columns) => {
			const [address = '', port = '0'] = columns[1]?.split(':') ?? [];
			return { port: Number.parseInt(port, 16), family, address: addressFrom(address), inode: columns[9] ?? '' };
		});
}

/** `0100007F` is 127.0.0.1: words of four bytes, each in the byte order of the machine, which is little-endian wherever Bun runs. */
function addressFrom(hex: string): string {
	const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
		(word.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)),
	);
	if (bytes.length === 4) return bytes.join('.');
	const words = Array.from({ length: 8 }, (_, index) =>
		(((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
	);
	return new URL(`http://[${words.join(':')}]`).hostname.slice(1, -1);
}

async function holdersOfInodes(inodes: ReadonlySet<string>): Promise<Map<string, Holder>> {
	const holders = new Map<string, Holder>();
	if (inodes.size === 0) return holders;
	for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
		for (const descriptor of await entries(`/proc/${pid}/fd`)) {
			const inode = /^socket:\[(\d+)\]$/.exec(await target(`/proc/${pid}/fd/${descriptor}`))?.[1];
			if (inode === undefined || !inodes.has(inode) || holders.has(inode)) continue;
			const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();
			holders.set(inode, { pid: Number(pid), command: shorten(command) });
		}
		if (holders.size === inodes.size) break;
	}
	return holders;
}

/** `-F`: one field a line, `p` process, `c` command, `t` IPv4 or IPv6, `n` address:port; see lsof(8), "OUTPUT FOR OTHER PROGRAMS". */
async function socketsByLsof(isWanted: (port: number) => boolean): Promise<ListeningSocket[]> {
	const { stdout } = await promisify(execFile)('lsof', ['-nP', '-iTCP', '-sTCP:LISTEN', '-Fpctn']).catch(nothingFound);
	return socketsFromLsof(stdout).filter(({ port }) => isWanted(port));
}

/** lsof ends with 1 when it finds nothing. */
function nothingFound(error: NodeJS.ErrnoException & { readonly stdout?: string }): { readonly stdout: string } {
	if (error.code === 'ENOENT')
		throw new Error('Who listens on this machine cannot be asked: lsof is missing. Install it and try again.', { cause: error });
	return { stdout: error.stdout ?? '' };
}

/** Reads what `lsof -Fpctn` printed. */
export function socketsFromLsof(text: string): ListeningSocket[] {
	const sockets: ListeningSocket[] = [];
	let [pid, command, family] = [0, 'unknown', 'ipv4' as Family];
	for (const line of text.split('\n')) {
		const value = line.slice(1);
		if (line.startsWith('p')) pid = Number(value);
		else if (line.startsWith('c')) command = value;
		else if (line.startsWith('t')) family = value === 'IPv6' ? 'ipv6' : 'ipv4';
		const named = line.startsWith('n') ? /^\[?(.*?)\]?:(\d+)$/.exec(value) : null;
		if (!named) continue;
		const anyAddress = family === 'ipv6' ? '::' : '0.0.0.0';
		const address = named[1] === '*' || named[1] === undefined ? anyAddress : named[1];
		sockets.push({ port: Number(named[2]), family, address, holder: { pid, command: shorten(command) } });
	}
	return sockets;
}

/** Processes of others, and those that ended meanwhile, have nothing to show. */
async function entries(folder: string): Promise<string[]> {
	return readdir(folder).catch(() => []);
}

async function target(link: string): Promise<string> {
	return readlink(link).catch(() => '');
}

function shorten(command: string): string {
	return command.length > 80 ? `${command.slice(0, 79)}…` : command;
}
