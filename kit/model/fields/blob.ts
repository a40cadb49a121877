import { type Field, plainField } from '../field.ts';
import { lww } from '../laws/index.ts';
import type { Value } from '../value.ts';

/** A file that a record refers to. Its bytes are kept and sent elsewhere. */
export interface BlobReference {
	/** What the content is known by, 64 hexadecimal digits in lower case: see `manifestHash` of `@mana/sync/manifest`. */
	readonly hash: string;
	/** Size in bytes. */
	readonly size: number;
	/** Media type (RFC 6838) without parameters, such as `image/png`. */
	readonly type: string;
	/** Name of the file as people see it. */
	readonly name: string;
}

const FORM = /^([0-9a-f]{64}) (\d{1,15}) ([!#$&^_.+a-z0-9-]{1,127}\/[!#$&^_.+a-z0-9-]{1,127}) ([^\0]{1,255})$/;

/** A reference to a file by its content (sync.md §6.11); `null`: none. The cell holds hash, size, type and name, parted by blanks. */
export function blob(id: number): Field<BlobReference | null> {
	const field = plainField<string | null>('blob', id, lww, null, (value) =>
		typeof value === 'string' && FORM.test(value) ? null : 'Expected the hash, size, media type and name of a file.',
	);
	return {
		...field,
		form: {
			kind: 'one',
			read: (value) => referenceOf(value),
			write: (file) => file && textOf(file),
		},
		fallback: null,
		toPlain: (file) => file,
		fromPlain: (plain) => (plain === null || isReference(plain) ? plain : undefined),
	};
}

/** The hash in what the cell of a blob field holds; `null` when it is no reference. Also reads fields of collections that nobody here knows. */
export function blobHashIn(value: Value): string | null {
	return referenceOf(value)?.hash ?? null;
}

/** The reference that a cell holds, `null` when it holds none. */
export function referenceOf(value: Value): BlobReference | null {
	const [, hash, size, type, name] = (typeof value === 'string' && FORM.exec(value)) || [];
	return hash && size && type && name ? { hash, size: Number(size), type, name } : null;
}

/** The text that a cell holds for a reference. */
export function textOf({ hash, size, type, name }: BlobReference): string {
	return `${hash} ${size} ${type} ${name.toWellFormed()}`;
}

export function isReference(plain: unknown): plain is BlobReference {
	if (typeof plain !== 'object' || plain === null) return false;
	const { hash, size, type, name } = plain as Record<string, unknown>;
	return typeof hash === 'string' && Number.isSafeInteger(size) && typeof type === 'string' && typeof name === 'string';
}
