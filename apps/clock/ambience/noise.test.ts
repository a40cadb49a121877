import { expect, test } from 'bun:test';
import { type Ambience, ambiences, makeAmbience } from './noise.ts';

const RATE = 16_000;

/** The same chances every time (mulberry32). */
function chances(seed: number): () => number {
	let at = seed;
	return () => {
		at = (at + 0x6d_2b_79_f5) | 0;
		let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

const made = (kind: Ambience) => makeAmbience(kind, 4, RATE, chances(7));

/** How much of a frequency is in it (Goertzel), over many short pieces, in dB. */
function level(samples: Float32Array, hertz: number): number {
	const size = 1_024;
	const turn = 2 * Math.cos((2 * Math.PI * Math.round((hertz * size) / RATE)) / size);
	let power = 0;
	for (let start = 0; start + size <= samples.length; start += size) {
		let [one, two] = [0, 0];
		for (let n = 0; n < size; n++) [one, two] = [samples[start + n]! + turn * one - two, one];
		power += one * one + two * two - turn * one * two;
	}
	return 10 * Math.log10(power);
}

/** The mean of several frequencies around one: a single one is chance. */
const around = (samples: Float32Array, hertz: number) =>
	[0.8, 0.9, 1, 1.1, 1.2].reduce((sum, part) => sum + level(samples, hertz * part), 0) / 5;

test('every sound keeps to its limits, is as loud as the others, and leans to no side', () => {
	for (const kind of ambiences) {
		const samples = made(kind);
		expect([kind, samples.length]).toEqual([kind, 4 * RATE]);
		expect([kind, samples.every((one) => Math.abs(one) <= 0.901)]).toEqual([kind, true]);
		expect(Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length)).toBeCloseTo(0.14, 2);
		expect(Math.abs(samples.reduce((sum, one) => sum + one, 0) / samples.length)).toBeLessThan(0.001);
	}
});

test('white noise is even, pink falls by three and brown by six decibels with each octave', () => {
	// From 400 to 3,200 Hz are three octaves.
	const falls = (kind: Ambience) => (around(made(kind), 400) - around(made(kind), 3_200)) / 3;
	expect(Math.abs(falls('white'))).toBeLessThan(0.7);
	expect(Math.abs(falls('pink') - 3)).toBeLessThan(0.8);
	expect(Math.abs(falls('brown') - 6)).toBeLessThan(0.8);
});

test('rain has no hum, and drops in it that a noise has not', () => {
	const deep = (kind: Ambience) => around(made(kind), 100) - around(made(kind), 1_000);
	expect(deep('rain')).toBeLessThan(deep('pink') - 5);
	const peaks = (kind: Ambience) => {
		const samples = made(kind);
		const mean = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
		return samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0) / mean;
	};
	expect(peaks('rain')).toBeGreaterThan(peaks('pink'));
});

test('it comes round again without a jump', () => {
	for (const kind of ambiences) {
		const samples = made(kind);
		const steps = samples.map((one, at) => Math.abs(one - samples[(at + 1) % samples.length]!));
		const most = steps.slice(0, -1).reduce((a, b) => Math.max(a, b), 0);
		expect([kind, steps.at(-1)! <= most]).toEqual([kind, true]);
	}
});
