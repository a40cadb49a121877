import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { checkOffsetHere } from '@mana/schema/offsets';
import type { Instance } from './addresses.ts';

/** The port is in use. The message names who holds it and a command that works. */
export class PortTakenError extends Error {
	override readonly name = 'PortTakenError';
	readonly port: number;

	constructor(port: number, message: string) {
		super(message);
		this.port = port;
	}
}

export interface Holder {
	readonly pid: number;
	/** The command line, shortened. */
	readonly command: string;
}

export function isTakenPort(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

export async function describeTakenPort(service: string, port: number, instance: Instance): Promise<PortTakenError> {
	const holder = await holderOf(port);
	const who = holder ? `process ${holder.pid} (${holder.command})` : 'another process';
	const offset = await freeOffsetAfter(instance);
	return new PortTakenError(
		port,
		`Port ${port}, which ${service} needs, is taken by ${who}.\n` +
			(offset === null
				? 'Stop that process, and start Mana again.'
				: `Stop that process, or start Mana beside it: npm start -- --port-offset ${offset}`),
	);
}

/** An offset under which every port of this machine is free now; `null` when there is none. */
async function freeOffsetAfter({ portOffset, host }: Instance): Promise<number | null> {
	const check = await checkOffsetHere(portOffset + 100, host);
	return check.findings.length === 0 ? check.offset : check.suggestion;
}

/** Who listens on a TCP port of this machine; `null` when the system does not tell (another user's process). */
export async function holderOf(port: number): Promise<Holder | null> {
	return process.platform === 'linux' ? holderOnLinux(port) : holderByLsof(port);
}

async function holderOnLinux(port: number): Promise<Holder | null> {
	const inodes = new Set([...(await listening('/proc/net/tcp', port)), ...(await listening('/proc/net/tcp6', port))]);
	if (inodes.size === 0) return null;
	for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
		for (const descriptor of await entries(`/proc/${pid}/fd`)) {
			const inode = /^socket:\[(\d+)\]$/.exec(await target(`/proc/${pid}/fd/${descriptor}`))?.[1];
			if (inode === undefined || !inodes.has(inode)) continue;
			const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
			return { pid: Number(pid), command: shorten(command) };
		}
	}
	return null;
}

/** The inodes of sockets in state LISTEN (0A) on the port; see proc(5), /proc/net/tcp. */
async function listening(table: string, port: number): Promise<string[]> {
	const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
	const text = await readFile(table, 'utf8').catch(() => '');
	return text
		.split('\n')
		.map((line) => line.trim().split(/\s+/))
		.filter((columns) => columns[1]?.endsWith(suffix) && columns[3] === '0A')
		.flatMap((columns) => columns[9] ?? []);
}

async function holderByLsof(port: number): Promise<Holder | null> {
	const found = await promisify(execFile)('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']).catch(() => null);
	const pid = /^p(\d+)$/m.exec(found?.stdout ?? '')?.[1];
	if (pid === undefined) return null;
	return { pid: Number(pid), command: shorten(/^c(.+)$/m.exec(found?.stdout ?? '')?.[1] ?? 'unknown') };
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
