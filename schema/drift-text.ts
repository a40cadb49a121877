import type { Change } from './drift.ts';
import { holderName } from './holdings.ts';
import type { Move } from './moves.ts';

/** A drift as people read it: what changes, and the order of moves that leads there. One line each. */
export function driftLines(from: string, to: string, changes: readonly Change[], moves: readonly Move[]): string[] {
	if (changes.length === 0) return [`${from} and ${to} say the same.`];
	const width = String(moves.length).length;
	return [
		`From ${from} to ${to}: ${changes.length} change${changes.length === 1 ? '' : 's'}.`,
		'',
		...changes.map((change) => `  ${changeText(change)}`),
		...(moves.length === 0
			? []
			: ['', `${moves.length} move${moves.length === 1 ? '' : 's'}, in an order in which two services never hold one port:`, '']),
		...moves.map((move, index) => `  ${String(index + 1).padStart(width)}. ${moveText(move)}`),
	];
}

function changeText(change: Change): string {
	switch (change.kind) {
		case 'appeared':
			return `${holderName(change)} appears on ${change.host}:${change.port}`;
		case 'disappeared':
			return `${holderName(change)} disappears from ${change.host}:${change.port}`;
		case 'moved':
			return `${holderName(change)} moves on ${change.host}: ${change.from} → ${change.to}`;
		case 'changed-host':
			return `${holderName(change)} changes its host: ${change.from.host}:${change.from.port} → ${change.to.host}:${change.to.port}`;
		case 'changed-exposure':
			return `${change.service} on ${change.host} changes its exposure: ${change.from} → ${change.to}`;
		case 'public-name':
			return nameText(change.name, change.from, change.to);
	}
}

function nameText(name: string, from: string | null, to: string | null): string {
	if (from === null) return `the public name ${name} appears and leads to ${to}`;
	if (to === null) return `the public name ${name} disappears; it led to ${from}`;
	return `the public name ${name} leads elsewhere: ${from} → ${to}`;
}

function moveText(move: Move): string {
	const who = holderName(move);
	switch (move.kind) {
		case 'start':
			return `start ${who} on ${move.host}:${move.to}`;
		case 'stop':
			return `stop ${who} on ${move.host}:${move.from}`;
		case 'move':
			return `move ${who} on ${move.host}: ${move.from} → ${move.to}${move.aside ? ' (aside, to let the others pass)' : ''}`;
	}
}
