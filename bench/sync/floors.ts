import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { connect } from 'node:net';
import { join } from 'node:path';
import { median } from './latency.ts';

/** What the machine itself takes, measured right before a workload: nothing on it can be quicker. In ms, medians. */
export interface Floors {
	/** 100 bytes there and back over TCP on loopback. */
	readonly tcp: number;
	/** 150 bytes there and back over a WebSocket, server in another process. */
	readonly echo: number;
	/** Appending 4 KiB to a file and fdatasync. */
	readonly flush: number;
	/** One message to 200 sockets of this process by a topic of Bun's server, until all have it. */
	readonly fanout: number;
	/** One-minute load average: what else ran. */
	readonly load: number;
}

/** Takes all floors; about two seconds. */
export async function takeFloors(): Promise<Floors> {
	const server = Bun.spawn([process.execPath, join(import.meta.dir, 'floor-server.ts')], { stdout: 'pipe' });
	try {
		const { value } = await server.stdout.getReader().read();
		const { web, tcp } = JSON.parse(new TextDecoder().decode(value)) as { web: number; tcp: number };
		return {
			load: loadavg()[0]!,
			tcp: await tcpRoundTrip(tcp),
			echo: await echoRoundTrip(web),
			fanout: await fanoutToAll(web),
			flush: median(flushes()),
		};
	} finally {
		server.kill();
		await server.exited;
	}
}

/** Milliseconds of single flushes to the disk that benches write to. */
function flushes(count = 100): number[] {
	const folder = mkdtempSync(join(tmpdir(), 'mana-floor-'));
	const file = openSync(join(folder, 'floor'), 'a');
	const page = Buffer.alloc(4096, 1);
	const samples = Array.from({ length: count }, () => {
		const began = performance.now();
		writeSync(file, page);
		fdatasyncSync(file);
		return performance.now() - began;
	});
	closeSync(file);
	rmSync(folder, { recursive: true });
	return samples;
}

async function tcpRoundTrip(port: number): Promise<number> {
	const socket = connect({ port, host: '127.0.0.1', noDelay: true });
	await new Promise<void>((resolve, reject) => socket.once('connect', () => resolve()).once('error', reject));
	const message = Buffer.alloc(100, 1);
	const samples = await rounds(500, (done) => {
		socket.once('data', done);
		socket.write(message);
	});
	socket.destroy();
	return median(samples);
}

async function echoRoundTrip(port: number): Promise<number> {
	const socket = await open(port);
	const message = new Uint8Array(150);
	const samples = await rounds(500, (done) => {
		socket.addEventListener('message', done, { once: true });
		socket.send(message);
	});
	socket.close();
	return median(samples);
}

async function fanoutToAll(port: number): Promise<number> {
	const sockets = await Promise.all(Array.from({ length: 200 }, () => open(port)));
	let left = 0;
	let all = () => undefined as void;
	for (const socket of sockets)
		socket.addEventListener('message', () => {
			if (--left === 0) all();
		});
	const samples = await rounds(40, (done) => {
		left = sockets.length;
		all = done;
		sockets[0]!.send('all');
	});
	for (const socket of sockets) socket.close();
	return median(samples);
}

async function rounds(count: number, round: (done: () => void) => void): Promise<number[]> {
	const samples: number[] = [];
	for (let i = 0; i < count; i++) {
		const began = performance.now();
		await new Promise<void>((resolve) => round(resolve));
		samples.push(performance.now() - began);
	}
	return samples.slice(count / 10); // without the warm-up
}

async function open(port: number): Promise<WebSocket> {
	const socket = new WebSocket(`ws://127.0.0.1:${port}`);
	await new Promise<void>((resolve, reject) => {
		socket.addEventListener('open', () => resolve());
		socket.addEventListener('error', () => reject(new Error('The floor could not be reached.')));
	});
	return socket;
}
