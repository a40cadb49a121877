import { type RecordDb, recordOf, type RecordTables, tagIds, tagsOf } from '@mana/dav/records/index';
import { type AttachmentsDraft, type BlobReference, namedRecordId, newRecordId, type RecordId } from '@mana/model';
import { type Memberships, Problem, problem } from '@mana/service';
import type { IncomingMail } from '@mana/service/mail-in';
import type { SpaceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import { dayAt, timeAt } from '@mana/time';
import { createHash } from 'node:crypto';
import { projectsOf } from '../dav/kind.server.ts';
import { tasks } from '../model.ts';
import { taskOfMail } from './task-of-mail.server.ts';
import { leftWords } from './words.server.ts';

export interface CaptureParts {
	readonly db: RecordDb;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	memberships(): Pick<Memberships, 'personalSpace'>;
	/** On which clocks somebody lives, and what they speak. @throws Problem 503 while nobody can say */
	zoneOf(person: string): Promise<string>;
	languageOf(person: string): Promise<string>;
	/** Keeps the bytes of a file for whose space it is. @returns `null`: there is no room for it */
	keepFile(
		space: SpaceId,
		file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> },
	): Promise<BlobReference | null>;
}

/**
 * Makes a task in somebody's inbox of a mail to the address that they have for that. Its id comes from the mail, so that one that is handed
 * over twice makes one task, and one that was thrown away stays so.
 *
 * @returns what was done, in a word
 * @throws Problem 422 `mail-empty`
 */
export async function captureMail(parts: CaptureParts, mail: IncomingMail): Promise<string> {
	const { db, writer } = parts;
	const space = parts.memberships().personalSpace(mail.person) as SpaceId | null;
	if (space === null)
		throw problem(503, 'space-missing', 'Nobody knows now where this person keeps their tasks.', { retryAfterMs: 5_000 });
	const id = namedRecordId(`todo/mail/${mail.key}`);
	if (await recordOf(db, space, tasks, id)) return 'known';
	const [zone, language] = [await parts.zoneOf(mail.person), await parts.languageOf(mail.person)];
	const projects = (await projectsOf(db, [space])).map(({ project }) => project).filter((one) => one.deletedAt === null);
	const task = taskOfMail(mail, {
		today: dayAt(mail.at, zone),
		time: timeAt(mail.at, zone),
		language,
		projects: projects.map(({ name }) => name),
	});
	if (!task) throw problem(422, 'mail-empty', 'The mail has neither a subject nor a text.');
	const { capture, title } = task;
	const project = projects.find(({ name }) => name.toLowerCase() === capture.project?.toLowerCase());
	const { files, left } = await attached(parts, space, mail);
	const notes = [task.notes, leftWords(left, language)].filter((one) => one !== '').join('\n\n');
	const known = await tagsOf(db, space);
	await db.transaction().execute((within) =>
		writer.write(within, space, (tx) =>
			tx.create(tasks, id, {
				title,
				notes,
				dueDay: capture.day,
				dueTime: capture.time,
				...(capture.repeat && { repeat: capture.repeat.rule, repeatFrom: capture.repeat.from, occurrence: capture.day }),
				priority: capture.priority ?? 'none',
				tags: tagIds(tx, capture.tags, known),
				project: project?.id ?? null,
				files,
			}),
		),
	);
	writer.wake();
	return 'added';
}

async function attached({ keepFile }: CaptureParts, space: SpaceId, mail: IncomingMail) {
	const files: Record<RecordId, { readonly file: BlobReference; readonly by: string }> = {};
	let { left } = mail;
	for (const [n, { name, type, data }] of mail.files.entries()) {
		const file = await keepFile(space, { name: name || `${n + 1}`, type, bytes: new Uint8Array(Buffer.from(data, 'base64')) });
		if (file) files[attachmentId(mail, n)] = { file, by: mail.person };
		else left++;
	}
	return { files: files satisfies AttachmentsDraft, left };
}

/** An id that tells when the mail was sent, and is the same at each try. */
function attachmentId({ at, key }: IncomingMail, n: number): RecordId {
	return newRecordId(at, (bytes) => {
		bytes.set(createHash('sha256').update(`${key} ${n}`).digest().subarray(0, bytes.length));
		return bytes;
	});
}

/** Whether a space, its owner or the disk is full, or the file is too large: nothing that waiting would change. */
export function isFull(error: unknown): boolean {
	return error instanceof Problem && (error.status === 507 || error.status === 413);
}
