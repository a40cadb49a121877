// One process of a bench: the server of an engine, or clients of it. Started by `start.ts` as `RUNTIME actor.mjs PEER`; hears one JSON
// message a line on its input, answers each on its output. Plain JavaScript, because the engines run where they are at home: ours on
// Bun, the peers on Node.
import { createInterface } from 'node:readline';
import { deeds } from './deeds.mjs';

const { peer } = await import(process.argv[2]);
const answer = process.stdout.write.bind(process.stdout);
// What a library prints must not stand between the answers.
console.log = console.info = console.debug = console.error;

const state = { peer, clients: [], arrivals: [] };

createInterface({ input: process.stdin })
	.on('line', (line) => void perform(JSON.parse(line)))
	.on('close', () => process.exit(0));

process.on('uncaughtException', (error) => console.error(`${peer.name}:`, error));
process.on('unhandledRejection', (error) => console.error(`${peer.name}:`, error));
answer(`${JSON.stringify({ ready: true })}\n`);

async function perform({ id, deed, given }) {
	try {
		const result = await deeds[deed](state, given);
		answer(`${JSON.stringify({ id, result: result ?? null })}\n`);
	} catch (error) {
		answer(`${JSON.stringify({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })}\n`);
	}
}
