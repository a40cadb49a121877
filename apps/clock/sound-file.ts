/** The most bytes of a file that is a sound: each device keeps it. */
export const MOST_BYTES = 3 * 1_048_576;
/** The longest that it plays, in seconds: unpacked, a minute takes some 20 MB of memory. */
export const MOST_SECONDS = 180;
const MOST_NAME = 80;

export type SoundProblem = 'too-large' | 'too-long' | 'unreadable';

/** Why a file is not taken as a sound; `null`: it is. @param seconds how long it plays; `null`: nobody looked yet */
export function soundProblem({
	bytes,
	seconds,
}: {
	readonly bytes: number;
	readonly seconds: number | null;
}): SoundProblem | null {
	if (bytes === 0) return 'unreadable';
	if (bytes > MOST_BYTES) return 'too-large';
	return seconds !== null && seconds > MOST_SECONDS ? 'too-long' : null;
}

/** What a sound is called by the name of its file: "Rooster at dawn" of `rooster_at-dawn.mp3`. */
export function nameOfFile(file: string): string {
	const words = file.replace(/\.[a-z0-9]{1,5}$/i, '').replaceAll(/[_\s-]+/g, ' ').trim(); // prettier-ignore
	return [...words].slice(0, MOST_NAME).join('').replace(/^./u, (letter) => letter.toUpperCase()); // prettier-ignore
}
