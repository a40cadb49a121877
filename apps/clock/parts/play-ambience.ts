import { audio } from './sounds.ts';
import { type Ambience, makeAmbience } from '../ambience/noise.ts';

/** A round of a sound, and what it is made of: little enough to be made between two frames of a page. */
const [ROUND_SECONDS, RATE] = [8, 24_000];
/** Sounds come and go softly. */
const FADE_SECONDS = 1.5;

const made = new Map<Ambience, AudioBuffer>();

/** A sound that is heard. */
export interface Playing {
	/** @param volume in [0,1] */
	setVolume(volume: number): void;
	/** Has it fade away. */
	stop(): void;
}

/** Plays a sound round and round; while the browser holds the page back it waits until it may. @param volume in [0,1] */
export function playAmbience(kind: Ambience, volume: number): Playing {
	const at = audio();
	const [source, gain] = [at.createBufferSource(), at.createGain()];
	source.buffer = bufferOf(at, kind);
	source.loop = true;
	gain.gain.value = 0;
	source.connect(gain).connect(at.destination);
	source.start();
	const fade = (to: number, seconds: number) => gain.gain.setTargetAtTime(to, at.currentTime, seconds / 3);
	fade(gainOf(volume), FADE_SECONDS);
	return {
		setVolume: (next) => fade(gainOf(next), 0.1),
		stop() {
			fade(0, FADE_SECONDS);
			source.stop(at.currentTime + FADE_SECONDS * 2);
			source.addEventListener('ended', () => gain.disconnect(), { once: true });
		},
	};
}

/** Ears hear steps of a slider as even when the power grows faster than they do. */
function gainOf(volume: number): number {
	return volume ** 2;
}

/** Both ears hear another part of the round, so that it stands around one and not in the middle of the head. */
function bufferOf(at: AudioContext, kind: Ambience): AudioBuffer {
	const known = made.get(kind);
	if (known) return known;
	const left = makeAmbience(kind, ROUND_SECONDS, RATE, Math.random);
	const half = left.length / 2;
	const right = new Float32Array(left.length);
	right.set(left.subarray(half));
	right.set(left.subarray(0, half), half);
	const buffer = at.createBuffer(2, left.length, RATE);
	buffer.copyToChannel(left, 0);
	buffer.copyToChannel(right, 1);
	made.set(kind, buffer);
	return buffer;
}
