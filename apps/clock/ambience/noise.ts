/** What can be heard while somebody works; all of it is made here. */
export const ambiences = ['rain', 'brown', 'pink', 'white'] as const;
export type Ambience = (typeof ambiences)[number];

/** How loud a sound is in its mean (root of the mean square), and a sample at its loudest. */
const [LOUDNESS, PEAK] = [0.14, 0.9];
/** So much of the beginning is blended with what follows the end, in seconds: nobody hears where it comes round again. */
const BLEND_SECONDS = 0.5;

/**
 * Samples of a sound in [-1,1] that can be played round and round.
 *
 * @param seconds how long a round is; @param rate samples a second; @param random in [0,1)
 */
export function makeAmbience(kind: Ambience, seconds: number, rate: number, random: () => number): Float32Array<ArrayBuffer> {
	const blend = Math.floor(BLEND_SECONDS * rate);
	const count = Math.floor(seconds * rate);
	const next = { white: whiteNoise, pink: pinkNoise, brown: brownNoise, rain: (r: () => number) => rain(r, rate) }[kind](random);
	// Filters have to fill before what they give is even.
	for (let n = 0; n < rate / 4; n++) next();
	const made = Float32Array.from({ length: count + blend }, () => next());
	const round = made.slice(0, count);
	for (let n = 0; n < blend; n++) {
		// By power, not by height: two noises that know nothing of each other would else be softer in the middle.
		const part = (n / blend) * (Math.PI / 2);
		round[n] = made[n]! * Math.sin(part) + made[count + n]! * Math.cos(part);
	}
	return evened(round);
}

/** Around nothing, and as loud as every other sound. */
function evened(samples: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
	const mean = samples.reduce((sum, one) => sum + one, 0) / samples.length;
	const loudness = Math.sqrt(samples.reduce((sum, one) => sum + (one - mean) ** 2, 0) / samples.length);
	return samples.map((one) => Math.max(-PEAK, Math.min(PEAK, ((one - mean) / loudness) * LOUDNESS)));
}

/** As much of every frequency. */
function whiteNoise(random: () => number): () => number {
	return () => random() * 2 - 1;
}

/** 3 dB less with each octave: the filter of Paul Kellet (“refined”, musicdsp.org 76). */
function pinkNoise(random: () => number): () => number {
	const white = whiteNoise(random);
	const poles = [[0.998_86, 0.055_517_9], [0.993_32, 0.075_075_9], [0.969, 0.153_852], [0.866_5, 0.310_485_6], [0.55, 0.532_952_2], [-0.761_6, -0.016_898]] as const; // prettier-ignore
	const held = poles.map(() => 0);
	let last = 0;
	return () => {
		const fresh = white();
		let sum = last + fresh * 0.536_2;
		for (const [at, [keep, take]] of poles.entries()) {
			held[at] = held[at]! * keep + fresh * take;
			sum += held[at]!;
		}
		last = fresh * 0.115_926;
		return sum;
	};
}

/** 6 dB less with each octave: a walk that is drawn back to its middle. */
function brownNoise(random: () => number): () => number {
	const white = whiteNoise(random);
	let at = 0;
	return () => {
		at = at * 0.998 + white() * 0.06;
		return at;
	};
}

/** The even noise of many drops far away, and single ones near by: a short tone each that falls a little. */
function rain(random: () => number, rate: number): () => number {
	const [DROPS_A_SECOND, DROP_SECONDS] = [22, 0.03];
	const far = pinkNoise(random);
	let drops: { age: number; readonly pitch: number; readonly loud: number }[] = [];
	/** What hums deep below is not of rain: below so many Hz it gets softer. */
	const follow = 1 - Math.exp((-2 * Math.PI * 300) / rate);
	let low = 0;
	return () => {
		const noise = far();
		low += (noise - low) * follow;
		if (random() < DROPS_A_SECOND / rate) drops.push({ age: 0, pitch: 900 + random() * 2_600, loud: random() ** 3 });
		let near = 0;
		for (const drop of drops) {
			const seconds = drop.age++ / rate;
			near += drop.loud * Math.exp(-seconds * 160) * Math.sin(2 * Math.PI * drop.pitch * (1 - seconds * 4) * seconds);
		}
		drops = drops.filter(({ age }) => age < DROP_SECONDS * rate);
		return noise - low + near * 5;
	};
}
