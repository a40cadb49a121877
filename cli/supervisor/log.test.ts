import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MergedLog } from './log.ts';

const folder = mkdtempSync(join(tmpdir(), 'mana-log-'));
const file = join(folder, 'mana.log');
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(more: { file?: string; bytes?: number; keep?: number } = {}) {
	const shown: string[] = [];
	const log = new MergedLog({ file, now: () => 1000, show: (line) => shown.push(line), ...more });
	const lines = () =>
		readFileSync(file, 'utf8')
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line) as Record<string, unknown>);
	return { log, shown, lines };
}

describe('the merged log', () => {
	test('keeps the lines of all processes, put together from pieces', () => {
		const { log, lines } = open();
		log.take('core', 'stdout', '{"level":"info","time":"1970-01-01T00:00:02.000Z","name":"mana-auth","ms');
		log.take('sync', 'stdout', '{"level":30,"time":5,"name":"mana-sync","msg":"other"}\n');
		log.take('core', 'stdout', 'g":"whole","requestId":"r"}\n');
		expect(lines()).toEqual([
			{ level: 30, time: 5, name: 'mana-sync', msg: 'other' },
			{ level: 30, time: 2000, name: 'mana-auth', msg: 'whole', requestId: 'r' },
		]);
	});

	test('shows warnings and worse at the terminal, in short', () => {
		const { log, shown } = open();
		log.take('core', 'stdout', '{"level":"info","name":"mana-auth","msg":"all well"}\n');
		log.take('core', 'stdout', '{"level":"error","name":"mana-auth","msg":"broken","err":{"message":"why"}}\n');
		expect(shown).toHaveLength(1);
		expect(shown[0]).toEndWith('mana-auth: broken (why)');
	});

	test('takes what is no JSON: as an error from stderr, also half a line at the end', () => {
		const { log, lines, shown } = open();
		log.take('core', 'stdout', 'plain\n{not json\n');
		log.take('core', 'stderr', 'panic: half a li');
		log.ended('core');
		expect(lines().map(({ level, name, msg }) => [level, name, msg])).toEqual([
			[30, 'core', 'plain'],
			[30, 'core', '{not json'],
			[50, 'core', 'panic: half a li'],
		]);
		expect(shown).toHaveLength(1);
	});

	test.skipIf(!existsSync('/dev/full'))('goes on without its file when the disk is full, and says so once', () => {
		const { log, shown } = open({ file: '/dev/full' });
		log.say('info', 'all well');
		log.say('warn', 'something else');
		expect(shown).toHaveLength(2);
		expect(shown[0]).toContain('/dev/full cannot be written (ENOSPC');
		expect(shown[1]).toEndWith('something else');
	});

	test('goes on when a full file cannot be put aside', () => {
		mkdirSync(join(folder, 'mana.log.1', 'in the way'), { recursive: true });
		const { log, shown } = open({ bytes: 200, keep: 1 });
		for (let count = 0; count < 10; count++) log.say('info', `line ${count} with some words in it`);
		expect(shown).toHaveLength(1);
		rmSync(join(folder, 'mana.log.1'), { recursive: true });
		log.say('info', 'again');
		expect(readFileSync(file, 'utf8')).toContain('again');
	});

	test('puts full files aside and keeps only so many', () => {
		const { log } = open({ bytes: 200, keep: 2 });
		for (let count = 0; count < 40; count++) log.say('info', `line ${count} with some words in it`);
		expect(readdirSync(folder).sort()).toEqual(['mana.log', 'mana.log.1', 'mana.log.2']);
		expect(readFileSync(file, 'utf8')).toContain('line 39');
	});
});
