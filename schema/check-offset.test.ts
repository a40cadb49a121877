import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { browserRefusedPorts, checkOffset, ephemeralSpans, portOf, services, shiftedPorts, within } from './index.ts';

function found(offset: number, isListening?: (port: number) => boolean): string[] {
	const facts = isListening ? { isListening } : {};
	return checkOffset(offset, facts).findings.map(({ code, rows }) => `${code}: ${rows.join(', ')}`);
}

describe('an offset for a second copy', () => {
	test('of nothing is no second copy and always fits', () => {
		expect(checkOffset(0)).toEqual({ offset: 0, findings: [], suggestion: null });
	});

	test('is refused where a browser would refuse the hub', () => {
		expect(found(1000)).toContain('browser-refused: mana-web');
		expect(found(60)).toContain('browser-refused: mana-web');
	});

	test('is refused where a row would land on another row of a first copy, and names both', () => {
		const [first] = checkOffset(100).findings;
		expect(first).toEqual({
			code: 'collides',
			rows: ['mana-web', 'whopixels'],
			message: 'mana-web would listen on 5100, the port of whopixels in a copy without offset.',
			fix: 'Use another offset.',
		});
	});

	test('is refused where a row would land on an engine, which does not move', () => {
		expect(found(portOf('postgres') - portOf('mana-web'))).toContain('collides: mana-web, postgres');
	});

	test('is refused in the ephemeral range and above the last port', () => {
		expect(found(30_000)).toContain('ephemeral: mana-auth');
		expect(found(63_000)).toContain('too-high: mana-auth');
	});

	test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('is a whole number from 0 on, not %p', (offset) => {
		expect(checkOffset(offset)).toMatchObject({ findings: [{ code: 'not-an-offset' }], suggestion: 200 });
	});

	test('is refused where something listens on the port of a running row', () => {
		expect(found(200, (port) => port === portOf('mana-sync') + 200)).toEqual(['listening: mana-sync']);
	});

	test('may stand where something listens on the port of a row that is only planned', () => {
		expect(found(200, (port) => port === portOf('mana-crawler') + 200)).toEqual([]);
	});

	test('has no suggestion when everything is taken', () => {
		expect(checkOffset(0, { isListening: () => true }).suggestion).toBeNull();
	});
});

const ports = services.flatMap((row) => row.ports.map(({ port }) => port));

test('an offset without findings shares no port with a first copy and has no port that a browser or the system may take', () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 70_000 }), (offset) => {
			const shifted = shiftedPorts(offset).map(({ port }) => port.port);
			const bad = shifted.some(
				(port) => port > 65_535 || browserRefusedPorts.has(port) || within(port, ephemeralSpans) || ports.includes(port),
			);
			return checkOffset(offset).findings.length > 0 === bad;
		}),
	);
});

test('whatever is asked and whatever listens, the suggestion fits', () => {
	const anyOffset = fc.oneof(fc.integer({ min: -10, max: 70_000 }), fc.double());
	fc.assert(
		fc.property(anyOffset, fc.uniqueArray(fc.integer({ min: 3_000, max: 20_000 }), { maxLength: 40 }), (offset, listening) => {
			const isListening = (port: number) => listening.includes(port);
			const { findings, suggestion } = checkOffset(offset, { isListening });
			if (findings.length === 0) return suggestion === null;
			return suggestion !== null && checkOffset(suggestion, { isListening }).findings.length === 0;
		}),
	);
});

test('an offset moves what is ours and nothing else', () => {
	const moved = shiftedPorts(200).map(({ row, port }) => `${row.name} ${port.port}`);
	expect(moved).toContain('mana-web 5200');
	expect(moved).toContain('minio 9201');
	expect(moved.filter((text) => /^(postgres|redis|ollama) /.test(text))).toEqual([]);
});
