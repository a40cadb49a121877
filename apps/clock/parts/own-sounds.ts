import { type BlobReference, newRecordId, type RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { m } from '@mana/ui/i18n';
import type { SoundChoice } from '../actions.ts';
import type { Clock } from '../clock.svelte.ts';
import { type Sound, sounds } from '../model.ts';
import { MOST_BYTES, MOST_SECONDS, nameOfFile, type SoundProblem, soundProblem } from '../sound-file.ts';
import { audio, type Heard, tryOut } from './sounds.ts';

/** Sounds that were read, by their content; a few, since each lies unpacked in memory. */
const read = new Map<string, AudioBuffer>();
const MOST_READ = 3;

/** Why a file is not taken, as a sentence. */
export function problemWords(problem: SoundProblem): string {
	return {
		'too-large': () => m.clock_sound_too_large({ count: MOST_BYTES / 1_048_576 }),
		'too-long': () => m.clock_sound_too_long({ count: MOST_SECONDS / 60 }),
		unreadable: m.clock_sound_unreadable,
	}[problem]();
}

/** Keeps a file as a sound of one's own. @returns its id, or what is wrong with it in words */
export async function addSound(clock: Clock, file: File): Promise<{ readonly id: RecordId } | { readonly problem: string }> {
	const early = soundProblem({ bytes: file.size, seconds: null });
	const length = early ? null : await secondsOf(file);
	const problem = early ?? (length === null ? 'unreadable' : soundProblem({ bytes: file.size, seconds: length }));
	if (problem) return { problem: problemWords(problem) };
	const id = newRecordId(Date.now(), ({ length }) => crypto.getRandomValues(new Uint8Array(length)));
	const files = await clock.mana.files();
	const { hash, size } = await files.add(file, placeOf(id));
	const type = /^audio\/[\w.+-]+$/.test(file.type) ? file.type : 'audio/mpeg';
	await clock.actions.addSound(m.clock_done_sound(), id, nameOfFile(file.name), { hash, size, type, name: file.name.slice(-200) })
		.saved;
	return { id };
}

/** A sound of one's own as it is heard; `null` where it is not on this device. @throws when what is here cannot be read */
async function ownSound(mana: Mana, { id, file }: Pick<Sound, 'id' | 'file'>): Promise<AudioBuffer | null> {
	if (file === null) return null;
	const known = read.get(file.hash);
	if (known) return known;
	const files = await mana.files();
	if (!(await files.has(file.hash))) return null;
	const content = await files.get(file, placeOf(id));
	const buffer = await audio().decodeAudioData(await content.arrayBuffer());
	read.set(file.hash, buffer);
	for (const [hash] of read) if (read.size > MOST_READ) read.delete(hash);
	return buffer;
}

/** What is heard of a choice on this device: the sound that is made here where the file is not here, or cannot be read. */
export async function heardOf(clock: Clock, { sound, ownSound: id }: SoundChoice): Promise<Heard> {
	const own = clock.sounds.find((one) => one.id === id);
	if (!own) return sound;
	try {
		return (await ownSound(clock.mana, own)) ?? sound;
	} catch (problem) {
		console.info('A sound of one’s own cannot be heard here, another one is:', problem);
		return sound;
	}
}

/** Plays what was chosen once. */
export async function hear(clock: Clock, choice: SoundChoice): Promise<void> {
	await tryOut(await heardOf(clock, choice));
}

/** Brings a sound to this device and keeps it here: what rings must not wait for a network. */
export async function keepHere(mana: Mana, { id }: Pick<Sound, 'id'>, file: BlobReference): Promise<void> {
	await (await mana.files()).pin(file, placeOf(id));
}

const placeOf = (record: RecordId) => ({ collection: sounds.number, record });

/** How long a file plays, in seconds; `null`: this browser cannot read it. */
async function secondsOf(file: File): Promise<number | null> {
	try {
		return (await audio().decodeAudioData(await file.arrayBuffer())).duration;
	} catch (problem) {
		console.info('This file is no sound that the browser can play:', problem);
		return null;
	}
}
