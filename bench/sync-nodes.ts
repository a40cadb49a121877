// Two nodes of mana-sync on one PostgreSQL, each in a process of its own: `bun bench/sync-nodes.ts [SECONDS]`. PostgreSQL answers a commit when it is
// written, without fsync (`startOwnPostgres`): compare the rows with each other.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SpaceId } from '@mana/sync';
import { newRecord, op, RawClient, startIssuer, startProcess, type TestProcess } from '../infra/sync/testing.ts';
import { ask } from '../infra/sync/testing-spaces.ts';
import { startOwnPostgres } from '../kit/store/testing/postgres.ts';

const seconds = Number(process.argv[2] ?? 5);
/** Transactions that a writer has under way, and ops in each. */
const underWay = 8;
const opsEach = 50;
const postgres = await startOwnPostgres();
const issuer = await startIssuer();
const home = mkdtempSync(join(tmpdir(), 'mana-nodes-'));
const nodes = [await startNode('a'), await startNode('b')] as const;

function startNode(name: string): Promise<TestProcess> {
	return startProcess(join(home, name), issuer, undefined, postgres.url);
}

async function spaceOf(owner: string): Promise<SpaceId> {
	const made = await ask(nodes[0], await issuer.token(owner), 'POST', '/spaces', { kind: 'family', name: 'Bench' });
	return made.body['id'] as SpaceId;
}

async function joinAs(node: TestProcess, person: string, space: SpaceId): Promise<RawClient> {
	const client = await RawClient.open(node.url);
	await client.hello(await issuer.token(person));
	const { seq } = await client.sub(space);
	await client.reached(seq);
	return client;
}

function report(what: string, samples: readonly number[]): void {
	const sorted = samples.toSorted((a, b) => a - b);
	const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1);
	console.log(`${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms (${sorted.length})`);
}

/** A write on one node until it is heard on another, one at a time. */
async function latency(from: TestProcess, to: TestProcess): Promise<number[]> {
	const space = await spaceOf('ana');
	const [writer, reader] = [await joinAs(from, 'ana', space), await joinAs(to, 'ana', space)];
	const samples: number[] = [];
	for (const until = performance.now() + seconds * 1000; performance.now() < until;) {
		const one = op(newRecord(), samples.length);
		const start = performance.now();
		writer.write(one);
		await reader.until(() => reader.value(one) !== undefined, 'the write');
		samples.push(performance.now() - start);
	}
	writer.close();
	reader.close();
	return samples;
}

/** From asking for a removal on one node until it is answered, and until the one who was removed hears of it on the other. */
async function revocations(): Promise<{ answered: number[]; heard: number[] }> {
	const [answered, heard]: [number[], number[]] = [[], []];
	for (let i = 0; i < 10 * seconds; i++) {
		const space = await spaceOf('ana');
		const ana = await issuer.token('ana');
		const { body } = await ask(nodes[0], ana, 'POST', `/spaces/${space}/invitations`, { role: 'editor' });
		const invitation = new URL(String(body['link'])).hash.replace('#token=', '');
		await ask(nodes[1], await issuer.token(`ben${i}`), 'POST', '/memberships', { invitation });
		const ben = await joinAs(nodes[1], `ben${i}`, space);
		const start = performance.now();
		const told = ben.next('revoked').then(() => heard.push(performance.now() - start));
		await ask(nodes[0], ana, 'DELETE', `/spaces/${space}/members/ben${i}`);
		answered.push(performance.now() - start);
		await told;
		ben.close();
	}
	return { answered, heard };
}

/** Ops a second that writers get acknowledged, each on the node and in the space that it is given. */
async function ingest(writers: readonly (readonly [TestProcess, SpaceId])[]): Promise<number> {
	const clients = await Promise.all(writers.map(([node, space]) => joinAs(node, 'ana', space)));
	const until = performance.now() + seconds * 1000;
	const counts = await Promise.all(
		clients.map(async (client) => {
			let acked = 0;
			for (let sent = 0; performance.now() < until;) {
				for (; sent < acked + underWay; sent++) client.write(...Array.from({ length: opsEach }, () => op(newRecord(), sent)));
				await client.acked(++acked);
			}
			return acked;
		}),
	);
	for (const client of clients) client.close();
	return Math.round((counts.reduce((sum, count) => sum + count, 0) * opsEach) / seconds);
}

const [a, b] = nodes;
report('a write is heard on the same node', await latency(a, a));
report('a write is heard on the other node', await latency(a, b));
const { answered, heard } = await revocations();
report('a removal is answered', answered);
report('who was removed hears of it on the other node', heard);
const shared = await spaceOf('ana');
console.log(
	`ingest, two writers in one space, one node: ${await ingest([
		[a, shared],
		[a, shared],
	])} ops/s`,
);
console.log(
	`ingest, two writers in one space, two nodes: ${await ingest([
		[a, shared],
		[b, shared],
	])} ops/s`,
);
const spaces = [await spaceOf('ana'), await spaceOf('ana')] as const;
console.log(
	`ingest, two writers in two spaces, one node: ${await ingest([
		[a, spaces[0]],
		[a, spaces[1]],
	])} ops/s`,
);
console.log(
	`ingest, two writers in two spaces, two nodes: ${await ingest([
		[a, spaces[0]],
		[b, spaces[1]],
	])} ops/s`,
);

for (const node of nodes) await node.kill();
await issuer.close();
await postgres.stop();
rmSync(home, { recursive: true, force: true });
