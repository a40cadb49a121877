import { isRouteKey, ROUTE_LETTERS, type Window } from '@mana/model';
import { limits } from '../limits.ts';
import type { Name } from '../name.ts';
import type { Lack, Scope } from '../scope.ts';
import { BadFrame } from './bad-frame.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { readList } from './shape.ts';

/** Writes apps: how many and one more, so that 0 stands for all of them. */
export function writeApps(out: ByteWriter, apps: Scope['apps']): void {
	out.varint(apps === null ? 0 : apps.length + 1);
	for (const app of apps ?? []) out.varint(app);
}

/** @throws `BadFrame` */
export function readApps(from: ByteReader): number[] | null {
	const count = from.varint(256);
	return count === 0 ? null : Array.from({ length: count - 1 }, () => from.varint(255));
}

export function writeScope(out: ByteWriter, scope: Scope): void {
	writeApps(out, scope.apps);
	out.varint(scope.collections.length);
	for (const collection of scope.collections) out.varint(collection);
	writeLack(out, scope);
}

/** @throws `BadFrame` */
export function readScope(from: ByteReader): Scope {
	const apps = readApps(from);
	return { apps, collections: readList(from, limits.scopeParts, () => from.varint(0xffff)), ...readLack(from) };
}

/** Windows and records: what a scope ends with, and what of it a device lacks. */
export function writeLack(out: ByteWriter, { windows, records }: Lack): void {
	out.varint(windows.length);
	for (const window of windows) {
		out.varint(window.collection);
		out.varint(window.field);
		out.text(window.from);
		out.text(window.to);
	}
	writeNames(out, records);
}

/** @throws `BadFrame` */
export function readLack(from: ByteReader): Lack {
	const windows = readList(from, limits.scopeParts, () => ({
		collection: from.varint(0xffff),
		field: from.varint(),
		from: routeKey(from),
		to: routeKey(from),
	})) satisfies Window[];
	return { windows, records: readNames(from) };
}

export function writeNames(out: ByteWriter, names: readonly Name[]): void {
	out.varint(names.length);
	for (const { collection, record } of names) {
		out.varint(collection);
		out.id(record);
	}
}

/** @throws `BadFrame` */
export function readNames(from: ByteReader): Name[] {
	return readList(from, limits.scopeRecords, () => ({ collection: from.varint(0xffff), record: from.id() }));
}

function routeKey(from: ByteReader): string {
	const key = from.text(ROUTE_LETTERS);
	if (!isRouteKey(key)) throw new BadFrame('bad-text', 'not a place among routes');
	return key;
}
