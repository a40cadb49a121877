import type { SoundName } from '../model.ts';

/** A tone of a sound: when it begins and how long it is, in seconds; how high, in Hz. */
interface Tone {
	readonly at: number;
	readonly length: number;
	readonly from: number;
	/** Where it glides to; it stays without. */
	readonly to?: number;
	readonly wave: OscillatorType;
}

const tones = (
	wave: OscillatorType,
	length: number,
	notes: readonly (readonly [at: number, from: number, to?: number])[],
): Tone[] => notes.map(([at, from, to]) => ({ at, length, from, wave, ...(to !== undefined && { to }) }));

/** One round of each sound; they are made here, so that they are there offline and no file has to be fetched. */
const sounds: Readonly<Record<SoundName, readonly Tone[]>> = {
	bell: [...tones('sine', 1.4, [[0, 880], [0.9, 880]]), ...tones('sine', 0.7, [[0, 2_640], [0.9, 2_640]])],
	marimba: tones('triangle', 0.35, [[0, 523], [0.18, 659], [0.36, 784], [0.54, 1_047], [0.9, 784], [1.08, 1_047]]),
	pulse: tones('square', 0.11, [[0, 740], [0.2, 740], [0.4, 740], [1, 740], [1.2, 740], [1.4, 740]]),
	birds: tones('sine', 0.16, [[0, 2_300, 3_200], [0.2, 2_900, 2_200], [0.42, 2_500, 3_400], [1.1, 2_200, 3_000], [1.3, 3_000, 2_400]]),
}; // prettier-ignore

const ROUND_SECONDS = 2;
/** Of a file so much is heard when it is tried. */
const TRIED_SECONDS = 8;
/** A sound begins softly and grows to its loudest. */
const [SOFT, LOUD] = [0.08, 0.5];

let context: AudioContext | null = null;

/** Where everything is heard. */
export function audio(): AudioContext {
	context ??= new AudioContext();
	return context;
}

/** Browsers let a page be heard only after its person has touched it: call it in what a press or a key does. */
export async function unlock(): Promise<void> {
	if (audio().state === 'suspended') await audio().resume();
}

/** Whether the browser lets this page be heard by now. */
export function isUnlocked(): boolean {
	return context?.state === 'running';
}

/** What is heard: a sound that is made here, or one that was read from a file. */
export type Heard = SoundName | AudioBuffer;

/** Plays a sound again and again, louder and louder until `swellSeconds` are over. Returns the way to stop it. */
export function ring(heard: Heard, swellSeconds: number): () => void {
	const at = audio();
	const volume = at.createGain();
	volume.gain.setValueAtTime(SOFT, at.currentTime);
	volume.gain.linearRampToValueAtTime(LOUD, at.currentTime + swellSeconds);
	volume.connect(at.destination);
	if (typeof heard !== 'string') {
		const source = playing(at, heard, volume);
		source.loop = true;
		return () => {
			source.stop();
			volume.disconnect();
		};
	}
	let next = at.currentTime;
	const play = () => {
		// A context that is held back does not move on: then nothing piles up.
		if (at.state !== 'running' || next > at.currentTime + ROUND_SECONDS) return;
		next = Math.max(next, at.currentTime);
		sound(at, heard, volume, next);
		next += ROUND_SECONDS;
	};
	play();
	const timer = setInterval(play, (ROUND_SECONDS * 1_000) / 4);
	return () => {
		clearInterval(timer);
		volume.disconnect();
	};
}

/** Plays a sound once, as loud as it becomes; of a file its beginning. */
export async function tryOut(heard: Heard): Promise<void> {
	await unlock();
	const volume = audio().createGain();
	volume.gain.value = LOUD;
	volume.connect(audio().destination);
	if (typeof heard === 'string') return sound(audio(), heard, volume, audio().currentTime);
	playing(audio(), heard, volume).stop(audio().currentTime + TRIED_SECONDS);
}

function playing(at: AudioContext, buffer: AudioBuffer, volume: AudioNode): AudioBufferSourceNode {
	const source = at.createBufferSource();
	source.buffer = buffer;
	source.connect(volume);
	source.start();
	return source;
}

function sound(at: AudioContext, name: SoundName, volume: AudioNode, begin: number): void {
	for (const { at: after, length, from, to, wave } of sounds[name]) {
		const [tone, shape] = [at.createOscillator(), at.createGain()];
		const start = begin + after;
		tone.type = wave;
		tone.frequency.setValueAtTime(from, start);
		if (to !== undefined) tone.frequency.exponentialRampToValueAtTime(to, start + length);
		shape.gain.setValueAtTime(0, start);
		shape.gain.linearRampToValueAtTime(wave === 'square' ? 0.25 : 0.6, start + 0.012);
		shape.gain.exponentialRampToValueAtTime(0.001, start + length);
		tone.connect(shape).connect(volume);
		tone.start(start);
		tone.stop(start + length);
	}
}
